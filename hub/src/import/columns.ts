import { AppError } from '../problem.js';

interface Column { readonly zh: string; readonly aliases: readonly string[]; readonly isRequired?: true }

/** Columns of the import file by key; a heading may be the key, the Chinese name or one of the aliases, in any case, with or without a unit in brackets. */
export const COLUMNS = {
  id: { zh: '设备编号', aliases: ['编号', 'deviceid'], isRequired: true },
  name: { zh: '名称', aliases: ['设备名称'], isRequired: true },
  kind: { zh: '类型', aliases: ['设备类型', 'type'], isRequired: true },
  area: { zh: '区域编号', aliases: ['区域', '社区', '社区编号', '网格', 'community'], isRequired: true },
  codec: { zh: '协议', aliases: ['接入协议'] },
  gateway: { zh: '网关', aliases: ['网关编号'] },
  externalId: { zh: '外部编号', aliases: ['序列号', 'deveui', 'serial'] },
  payloadCodec: { zh: '字节格式', aliases: ['负载格式'] },
  topicPrefix: { zh: '主题前缀', aliases: [] },
  lng: { zh: '经度', aliases: ['longitude', 'lon'] },
  lat: { zh: '纬度', aliases: ['latitude'] },
  datum: { zh: '坐标系', aliases: [] },
  reportingIntervalS: { zh: '上报间隔', aliases: ['reportinginterval', '上报间隔秒'] },
  depthMm: { zh: '桶深', aliases: ['depth'] },
  deadZoneMm: { zh: '盲区', aliases: ['deadzone'] },
  heightMm: { zh: '安装高度', aliases: ['height'] },
  doorName: { zh: '门名称', aliases: ['门名', 'door'] },
} as const satisfies Record<string, Column>;

export type ColumnKey = keyof typeof COLUMNS;
export const COLUMN_KEYS = Object.keys(COLUMNS) as ColumnKey[]; // the keys above and no others

const plain = (heading: string): string => heading.trim().toLowerCase().replace(/[(（][^)）]*[)）]/g, '').replace(/[\s_-]/g, '');
const byHeading = new Map<string, ColumnKey>(COLUMN_KEYS.flatMap((key) => [key, COLUMNS[key].zh, ...COLUMNS[key].aliases].map((heading) => [plain(heading), key])));

/**
 * Which column stands where; undefined for headings that mean nothing to us.
 * @throws AppError CSV_INVALID when a needed one is missing or one stands there twice
 */
export function columnsOf(headings: readonly string[]): (ColumnKey | undefined)[] {
  const found = headings.map((heading) => byHeading.get(plain(heading)));
  const twice = found.find((key, index) => key !== undefined && found.indexOf(key) !== index);
  if (twice !== undefined) throw new AppError('CSV_INVALID', { zh: `第 1 行：列“${COLUMNS[twice].zh}”出现两次。`, en: `Line 1: there are two columns ${twice}.` });
  const missing = COLUMN_KEYS.filter((key) => 'isRequired' in COLUMNS[key] && !found.includes(key));
  if (missing.length > 0) {
    throw new AppError('CSV_INVALID', { zh: `第 1 行应是表头，缺少：${missing.map((key) => COLUMNS[key].zh).join('、')}。`, en: `Line 1 must hold the headings; these are missing: ${missing.join(', ')}.` });
  }
  return found;
}
