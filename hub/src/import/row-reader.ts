import { CODECS, DEVICE_KINDS, PAYLOAD_CODECS, gcj02ToWgs84, isBlank, isId, isTurned, type DeviceKind, type ImportRow, type NewDevice } from '@liandong/protocols';
import { COLUMNS, type ColumnKey } from './columns.js';

export type RowError = ImportRow['errors'][number];
export type Cells = Readonly<Partial<Record<ColumnKey, string>>>;

const KINDS_ZH: Readonly<Record<DeviceKind, readonly string[]>> = {
  waste_bin: ['垃圾桶', '垃圾箱'], env_sensor: ['环境传感器', '环境监测'], access_gate: ['门禁'], vehicle_gate: ['道闸', '车闸'], gateway: ['网关'],
};
const kindByWord = new Map(DEVICE_KINDS.flatMap((kind) => [kind, ...KINDS_ZH[kind]].map((word) => [word, kind] as const)));
const DATUMS = new Map([['wgs84', 'WGS-84'], ['gcj02', 'GCJ-02']] as const);

/** What Excel makes of a long number, having thrown its last digits away. */
const SCIENTIFIC = /^\d(\.\d+)?e\+\d+$/i;
const TOPIC_PREFIX = /^[^#+/\s\0][^#+\s\0]*$/;
const CONTROL = /[\0-\x08\x0b-\x1f\x7f]/;

/** Cells of one row as a device. An empty cell says nothing. All that is wrong is in `errors`; `device` is only whole when there are none. */
export function readRow(cells: Cells): { device: NewDevice; errors: RowError[] } {
  const errors: RowError[] = [];
  const fail = (column: ColumnKey, zh: string, en: string): undefined => {
    errors.push({ column, zh: `${COLUMNS[column].zh}:${zh}`, en: `${column}: ${en}` });
    return undefined;
  };
  const text = (key: ColumnKey, longest: number): string | undefined => {
    const value = cells[key];
    if (value === undefined) return undefined;
    if (value.length > longest) return fail(key, `超过 ${longest} 个字符`, `longer than ${longest} characters`);
    if (CONTROL.test(value)) return fail(key, '含有控制字符', 'holds a control character');
    return value;
  };
  const wordsOf = (key: ColumnKey, longest: number): string | undefined => {
    const value = text(key, longest);
    if (value !== undefined && isBlank(value)) return fail(key, '没有能看见的文字', 'has nothing to read');
    if (value !== undefined && isTurned(value)) return fail(key, '含有改变文字方向的控制字符', 'holds controls that turn the direction of the text');
    return value;
  };
  const id = (key: ColumnKey): string | undefined => {
    const value = cells[key];
    if (value === undefined || isId(value)) return value;
    return fail(key, '只能是 1–32 个小写字母、数字和连字符', 'must be 1–32 lower-case letters, digits and hyphens');
  };
  const number = (key: ColumnKey, { min, max, isWhole }: { min: number; max: number; isWhole: boolean }): number | undefined => {
    const value = cells[key];
    if (value === undefined) return undefined;
    const read = /^-?\d{1,9}(\.\d{1,15})?$/.test(value) ? Number(value) : NaN;
    if (read >= min && read <= max && (!isWhole || Number.isInteger(read))) return read;
    return fail(key, `应为 ${min} 到 ${max} 的${isWhole ? '整数' : '数'},不是“${value.slice(0, 32)}”`, `must be a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}, not "${value.slice(0, 32)}"`);
  };
  const word = <T extends string>(key: ColumnKey, words: ReadonlyMap<string, T>, shown: readonly string[]): T | undefined => {
    const value = cells[key];
    if (value === undefined) return undefined;
    return words.get(value.toLowerCase()) ?? fail(key, `没有“${value.slice(0, 32)}”,可填 ${shown.join('、')}`, `there is no "${value.slice(0, 32)}"; one of ${shown.join(', ')}`);
  };
  const needed = (key: ColumnKey, value: string | undefined): string => {
    if (cells[key] === undefined) fail(key, '不能为空', 'must not be empty');
    return value ?? '';
  };
  const mm = (key: ColumnKey, min: number, max: number): number | undefined => number(key, { min, max, isWhole: true });

  const externalId = text('externalId', 128);
  if (externalId !== undefined && SCIENTIFIC.test(externalId)) fail('externalId', '已被 Excel 变成科学计数法,请把该列设为文本后重填', 'Excel has turned it into scientific notation; format the column as text and fill it in again');
  const topicPrefix = text('topicPrefix', 128)?.replace(/\/+$/, '');
  if (topicPrefix !== undefined && !TOPIC_PREFIX.test(topicPrefix)) fail('topicPrefix', '不能含 #、+ 或空格,也不能以 / 开头', 'must not hold #, + or a space, nor begin with /');
  const kind = word('kind', kindByWord, DEVICE_KINDS.flatMap((one) => [one, ...KINDS_ZH[one].slice(0, 1)]));
  needed('kind', kind);
  const device: NewDevice = {
    id: needed('id', id('id')), name: needed('name', wordsOf('name', 64)), area: needed('area', id('area')), kind: kind ?? 'waste_bin', // an error then
    ...defined({
      codec: word('codec', asWords(CODECS), CODECS), gateway: id('gateway'), externalId, payloadCodec: word('payloadCodec', asWords(PAYLOAD_CODECS), PAYLOAD_CODECS), topicPrefix,
      location: locationOf(), reportingIntervalS: number('reportingIntervalS', { min: 1, max: 86_400, isWhole: true }), install: installOf(),
    }),
  };
  return { device, errors };

  function locationOf(): NewDevice['location'] | undefined {
    const lng = number('lng', { min: -180, max: 180, isWhole: false });
    const lat = number('lat', { min: -90, max: 90, isWhole: false });
    const datum = datumOf();
    if ((cells.lng === undefined) !== (cells.lat === undefined)) fail(cells.lng === undefined ? 'lng' : 'lat', '经度和纬度须同时填写', 'longitude and latitude go together');
    if (lng === undefined || lat === undefined) return undefined;
    return datum === 'GCJ-02' ? gcj02ToWgs84({ lng, lat }) : { lng, lat };
  }

  function datumOf(): 'WGS-84' | 'GCJ-02' | undefined {
    const value = cells.datum;
    if (value === undefined) return 'WGS-84';
    return DATUMS.get(value.toLowerCase().replace(/[\s_-]/g, '') as 'wgs84') ?? fail('datum', '可填 WGS-84 或 GCJ-02', 'one of WGS-84, GCJ-02'); // get() gives undefined for any other text
  }

  function installOf(): NewDevice['install'] | undefined {
    const install = defined({ depthMm: mm('depthMm', 1, 20_000), deadZoneMm: mm('deadZoneMm', 0, 20_000), heightMm: mm('heightMm', 0, 100_000), doorName: text('doorName', 64) });
    return Object.keys(install).length === 0 ? undefined : install;
  }
}

const asWords = <T extends string>(words: readonly T[]): ReadonlyMap<string, T> => new Map(words.map((word) => [word, word]));

/** Without the members that are undefined. */
function defined<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }; // that is what the filter leaves
}
