import { COLUMNS, COLUMN_KEYS, type ColumnKey } from './columns.js';
import { BYTE_ORDER_MARK, toCsv } from './csv-writer.js';

const EXAMPLES: readonly Partial<Record<ColumnKey, string>>[] = [
  { id: 'bin-001', name: '东门垃圾桶', kind: 'waste_bin', area: 'garden', codec: 'native', lng: '121.4737', lat: '31.2304', datum: 'WGS-84', reportingIntervalS: '60', depthMm: '1200', deadZoneMm: '250' },
  { id: 'gate-001', name: '北门门禁', kind: 'access_gate', area: 'garden', lng: '121.4790', lat: '31.2290', datum: 'GCJ-02', reportingIntervalS: '300', heightMm: '1400', doorName: '北门 1 号门' },
];

/** The file to fill in: headings in the reader's language and two examples, with the mark by which Excel knows UTF-8. */
export function importTemplate(language: 'zh' | 'en'): string {
  const headings = COLUMN_KEYS.map((key) => language === 'zh' ? COLUMNS[key].zh : key);
  return BYTE_ORDER_MARK + toCsv([headings, ...EXAMPLES.map((example) => COLUMN_KEYS.map((key) => example[key] ?? ''))]);
}
