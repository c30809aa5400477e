import { setImmediate as turn } from 'node:timers/promises';
import type { ImportEvent, ImportResult, ImportRow, NewDevice } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { DeviceBulk } from '../devices/device-bulk.js';
import type { DeviceDirectory } from '../devices/types.js';
import { requirePermission, type Principal } from '../identity/principal.js';
import { newRowId, systemRandom, type RandomBytes } from '../identity/secrets.js';
import type { AuditLog } from '../identity/types.js';
import { AppError } from '../problem.js';
import { columnsOf, type ColumnKey } from './columns.js';
import { readCsv, type RawRow } from './csv-reader.js';
import { BYTE_ORDER_MARK, toCsv, unharmed } from './csv-writer.js';
import { decodeRow, encodingOf, type Encoding } from './encoding.js';
import { createFailedRowsStore } from './failed-rows.js';
import { createRowCheck, type Step } from './row-check.js';
import { readRow, type Cells } from './row-reader.js';
import { lineFilter } from './row-selection.js';

export interface ImportOptions {
  readonly isDryRun: boolean;
  /** Lines to take, such as `2-50,60`; the others are left out. */
  readonly rows?: string;
  /** Write what is right and leave out the failed rows. Without it one failed row stops all. */
  readonly onlyValid: boolean;
}

/** A file that could be read. `run` checks, writes and tells of it; it stops between two transactions when nobody listens any longer. */
export interface OpenImport { run(): AsyncGenerator<Exclude<ImportEvent, { type: 'error' }>, void> }

export interface ImportService {
  /** Reads the body. Throws FORBIDDEN, BODY_TOO_LARGE, CSV_INVALID, TOO_MANY_REQUESTS while two others are read or one is written. */
  open(principal: Principal, body: AsyncIterable<Buffer>, options: ImportOptions): Promise<OpenImport>;
  /** The failed rows of one's own import, as CSV with a column `error`. Throws FORBIDDEN, NOT_FOUND. */
  failedCsv(principal: Principal, id: string, language: 'zh' | 'en'): AsyncGenerator<string, void>;
}

export interface ImportDependencies {
  readonly areas: AreaTree;
  readonly directory: DeviceDirectory;
  readonly bulk: DeviceBulk;
  readonly audit: AuditLog;
  readonly clock: Clock;
  /** Ids that no device may have. */
  readonly reservedIds?: ReadonlySet<string>;
  readonly random?: RandomBytes;
}

const PROGRESS_ROWS = 200;
/** Rows of one turn of the event loop, and of one transaction: ingest gets its turn in between. */
const CHECK_ROWS = 25;
const WRITE_ROWS = 25;
const MOST_READING = 2;

interface Planned { readonly row: ImportRow; readonly step: Step; readonly gateway: string | undefined; readonly raw: readonly string[] }
interface ImportFile { readonly encoding: Encoding; readonly headings: readonly string[]; readonly columns: readonly (ColumnKey | undefined)[]; readonly rows: readonly RawRow[] }

export function createImportService({ areas, directory, bulk, audit, clock, reservedIds = new Set(), random = systemRandom }: ImportDependencies): ImportService {
  const failedRows = createFailedRowsStore({ clock });
  let reading = 0;
  let isRunning = false;

  async function* check(principal: Principal, file: ImportFile): AsyncGenerator<Progress, Planned[]> {
    const read = [];
    for (const [index, raw] of file.rows.entries()) {
      read.push(readRaw(raw, file));
      if (index % CHECK_ROWS === CHECK_ROWS - 1) await turn();
    }
    const gatewaysInFile = new Set(read.filter(({ device }) => device?.kind === 'gateway').map(({ device }) => device?.id ?? ''));
    const prefixesInFile = read.flatMap(({ device }) => device?.topicPrefix ?? []);
    const buried = await bulk.buried(principal, read.flatMap(({ device }) => device === undefined || directory.get(device.id) !== undefined ? [] : [device]));
    const rules = createRowCheck({ areas, directory, principal, gatewaysInFile, prefixesInFile, takenIds: new Set([...reservedIds, ...buried]) });
    const planned: Planned[] = [];
    for (const [index, { line, cells, device, errors }] of read.entries()) {
      const checked = device === undefined ? undefined : rules.check(device, line);
      const all = [...errors, ...checked?.errors ?? []];
      const step: Step = checked?.step ?? { state: 'unchanged' };
      planned.push({ step, gateway: device?.gateway, raw: cells, row: { line, id: device?.id ?? '', state: all.length > 0 ? 'failed' : step.state, errors: all } });
      if (index % CHECK_ROWS === CHECK_ROWS - 1) await turn();
      if (index % PROGRESS_ROWS === PROGRESS_ROWS - 1) yield { type: 'progress', phase: 'checking', done: index + 1, total: read.length };
    }
    failOrphans(planned, directory);
    return planned;
  }

  async function* write(principal: Principal, planned: readonly Planned[]): AsyncGenerator<Progress, ImportResult['credentials']> {
    const todo = planned.filter(({ row }) => row.state === 'created' || row.state === 'updated');
    const credentials: ImportResult['credentials'] = [];
    for (let from = 0; from < todo.length; from += WRITE_ROWS) {
      const part = todo.slice(from, from + WRITE_ROWS);
      const { credentials: made, taken } = await bulk.write(principal, {
        create: part.flatMap(({ step }) => step.state === 'created' ? [step.device] : []),
        update: part.flatMap(({ step }) => step.state === 'updated' ? [step] : []),
      });
      credentials.push(...made);
      for (const { row } of part) if (taken.includes(row.id)) refuse(row);
      const done = from + part.length;
      if (done % PROGRESS_ROWS === 0) yield { type: 'progress', phase: 'writing', done, total: todo.length };
      await turn();
    }
    return credentials;
  }

  async function* run(principal: Principal, file: ImportFile, { isDryRun, onlyValid }: ImportOptions): ReturnType<OpenImport['run']> {
    if (isRunning) throw busy();
    isRunning = true;
    try {
      const planned = yield* check(principal, file);
      const applied = !isDryRun && (onlyValid || planned.every(({ row }) => row.state !== 'failed'));
      const id = newRowId(random);
      if (applied) await audit.record({ by: principal.name, action: 'devices.import-started', target: id, detail: `${planned.length} rows` });
      const credentials = applied ? yield* write(principal, planned) : [];
      const rows = planned.map(({ row }) => row);
      const result: ImportResult = { id, dryRun: isDryRun, applied, encoding: file.encoding, ignoredColumns: file.headings.filter((heading, index) => file.columns[index] === undefined && heading !== ''), rows, counts: countsOf(rows), credentials };
      failedRows.keep(id, { by: principal.name, headings: file.headings, rows: planned.filter(({ row }) => row.state === 'failed').map(({ raw, row }) => [...raw, row.errors.map(({ zh }) => zh).join('; '), row.errors.map(({ en }) => en).join('; ')]) });
      if (applied) await audit.record({ by: principal.name, action: 'devices.imported', target: id, detail: Object.entries(result.counts).map(([state, count]) => `${count} ${state}`).join(', ') });
      yield { type: 'result', ...result };
    } finally {
      isRunning = false;
    }
  }

  return {
    async open(principal, body, options) {
      requirePermission(principal, 'device:write');
      if (reading >= MOST_READING || isRunning) throw busy();
      reading += 1;
      try {
        const file = await readFile(body, lineFilter(options.rows));
        return { run: () => run(principal, file, options) };
      } finally {
        reading -= 1;
      }
    },

    async *failedCsv(principal, id, language) {
      requirePermission(principal, 'device:write');
      const failed = failedRows.get(id);
      if (failed === undefined || failed.by !== principal.name) throw new AppError('NOT_FOUND', { zh: '没有这次导入的失败行；它们只保留十分钟。', en: 'There are no failed rows under this id; they are kept for ten minutes.' });
      yield BYTE_ORDER_MARK + toCsv([[...failed.headings, 'error']]);
      for (let from = 0; from < failed.rows.length; from += PROGRESS_ROWS) {
        yield toCsv(failed.rows.slice(from, from + PROGRESS_ROWS).map((row) => {
          const cells = row.slice(0, -2).slice(0, failed.headings.length);
          while (cells.length < failed.headings.length) cells.push('');
          return [...cells, row.at(language === 'zh' ? -2 : -1) ?? ''];
        }));
        await turn();
      }
    },
  };
}

type Progress = Extract<ImportEvent, { type: 'progress' }>;

const busy = (): AppError => new AppError('TOO_MANY_REQUESTS', { zh: '另一次导入正在进行，请稍后再试。', en: 'Another import is under way; try again in a moment.' });

async function readFile(body: AsyncIterable<Buffer>, isWanted: (line: number) => boolean): Promise<ImportFile> {
  const { hasMark, rows } = await readCsv(body);
  const encoding = await encodingOf({ hasMark, rows });
  const first = rows[0];
  if (first === undefined) throw new AppError('CSV_INVALID', { zh: '文件是空的。', en: 'The file is empty.' });
  const headings = decodeRow(first, encoding).cells?.map((heading) => unharmed(heading.trim()));
  if (headings === undefined) throw new AppError('CSV_INVALID', { zh: `第 1 行不是 ${encoding} 编码，与其余各行不同。`, en: `Line 1 is not in ${encoding} like the rest of the file.` });
  return { encoding, headings, columns: columnsOf(headings), rows: rows.slice(1).filter(({ line }) => isWanted(line)) };
}

interface ReadRow { readonly line: number; readonly cells: readonly string[]; readonly device?: NewDevice; readonly errors: ImportRow['errors'] }

function readRaw(raw: RawRow, { encoding, columns }: ImportFile): ReadRow {
  const { line, cells } = decodeRow(raw, encoding);
  if (cells === undefined) {
    const other = encoding === 'UTF-8' ? 'GB18030' : 'UTF-8';
    return { line, cells: raw.cells.map((cell) => cell.replace(/[^\x20-\x7e]/g, '?')), errors: [{ column: '', zh: `本行不是 ${encoding} 编码(可能是 ${other}),与文件其余各行不同`, en: `the row is not in ${encoding} like the rest of the file; it may be ${other}` }] };
  }
  const found: Partial<Record<ColumnKey, string>> = {};
  for (const [index, key] of columns.entries()) {
    const value = unharmed((cells[index] ?? '').trim());
    if (key !== undefined && value !== '') found[key] = value;
  }
  const { device, errors } = readRow(found satisfies Cells);
  const isLong = cells.slice(columns.length).some((cell) => cell.trim() !== '');
  return { line, cells, device, errors: isLong ? [...errors, { column: '', zh: '单元格多于表头的列', en: 'the row has more cells than there are headings' }] : errors };
}

/** A gateway whose own row fails is not there for the devices that name it. */
function failOrphans(planned: readonly Planned[], directory: DeviceDirectory): void {
  const carried = new Map<string, ImportRow[]>();
  for (const { row, gateway } of planned) {
    if (gateway === undefined || directory.get(gateway) !== undefined) continue;
    const rows = carried.get(gateway);
    if (rows === undefined) carried.set(gateway, [row]);
    else rows.push(row);
  }
  const made = new Set(planned.filter(({ row }) => row.state === 'created').map(({ row }) => row.id));
  const missing = [...carried.keys()].filter((id) => !made.has(id));
  for (const gateway of missing) {
    for (const row of carried.get(gateway) ?? []) {
      if (row.state === 'failed') continue;
      row.state = 'failed';
      row.errors = [{ column: 'gateway', zh: `网关 ${gateway} 所在的行有错`, en: `gateway: the row of ${gateway} has failed` }];
      missing.push(row.id); // a gateway may be behind another one
    }
  }
}

function refuse(row: ImportRow): void {
  row.state = 'failed';
  row.errors = [{ column: 'id', zh: '写入时设备已被他人更改', en: 'id: somebody else made or removed the device meanwhile' }];
}

function countsOf(rows: readonly ImportRow[]): ImportResult['counts'] {
  const counts = { created: 0, updated: 0, unchanged: 0, failed: 0 };
  for (const { state } of rows) counts[state] += 1;
  return counts;
}
