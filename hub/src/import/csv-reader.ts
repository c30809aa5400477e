import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { parse, type CsvError, type Info } from 'csv-parse';
import { IMPORT_LIMITS } from '@liandong/protocols';
import { AppError } from '../problem.js';

/**
 * A row as bytes: each cell is a Latin-1 string, one character a byte. The bytes of comma, quote and line break occur in no character of
 * UTF-8 or GB18030, so a file is taken apart before anyone knows which of the two it is.
 */
export interface RawRow {
  /** Where it begins, counted as an editor does. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A row longer than this most likely has an open quote in it. */
const ROW_BYTES = 64 * 1024;
const MOST_CELLS = 100;
/** Taken apart in one turn of the event loop. */
const PIECE_BYTES = 16 * 1024;
const MOST_MIB = IMPORT_LIMITS.bodyBytes / 1024 / 1024;
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Reads a CSV body as it arrives; never more than its own bytes are kept.
 * @throws AppError BODY_TOO_LARGE, CSV_INVALID with the line
 */
export async function readCsv(body: AsyncIterable<Buffer>): Promise<{ hasMark: boolean; rows: RawRow[] }> {
  const rows: RawRow[] = [];
  let lastLine = 0;
  let pairs = 0;
  let hasMark = false;
  function take(cells: string[], { lines }: Info): null {
    const text = cells.join('');
    // Inside quotation marks the parser counts both halves of a CR LF.
    pairs += text.split('\r\n').length - 1;
    lastLine = lines - pairs;
    if (rows.length > IMPORT_LIMITS.rows) throw new AppError('BODY_TOO_LARGE', { zh: `超过 ${IMPORT_LIMITS.rows} 行，请拆成几个文件。`, en: `More than ${IMPORT_LIMITS.rows} rows; split the file.` });
    if (cells.length > MOST_CELLS) throw new AppError('CSV_INVALID', { zh: `第 ${lastLine} 行有 ${cells.length} 个单元格，最多读取 ${MOST_CELLS} 个。`, en: `Line ${lastLine} has ${cells.length} cells; at most ${MOST_CELLS} are read.` });
    if (cells.some((cell) => cell.trim() !== '')) rows.push({ line: lastLine - (text.split(/\r\n|[\r\n]/).length - 1), cells });
    return null; // it is kept above; nothing goes on through the stream
  }
  const parser = parse({ encoding: 'latin1', relax_column_count: true, skip_empty_lines: true, max_record_size: ROW_BYTES, on_record: take });
  try {
    await pipeline(withoutMark(limited(body), () => { hasMark = true; }), parser, async (records: AsyncIterable<unknown>) => {
      await records[Symbol.asyncIterator]().next(); // there is none: `take` keeps every row
    });
  } catch (error) {
    throw error instanceof AppError ? error : problemOf(error, lastLine);
  }
  return { hasMark, rows };
}

async function* limited(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > IMPORT_LIMITS.bodyBytes) throw tooLarge();
    for (let from = 0; from < chunk.length; from += PIECE_BYTES) {
      yield chunk.subarray(from, from + PIECE_BYTES);
      await turn();
    }
  }
}

/** Also for a Content-Length that says so before anything is read. */
export const tooLarge = (): AppError => new AppError('BODY_TOO_LARGE', { zh: `文件超过 ${MOST_MIB} MiB，请拆成几个文件。`, en: `The file is larger than ${MOST_MIB} MiB; split it.` });

/** Excel's "Unicode text" is UTF-16, which would be read as rubbish. */
async function* withoutMark(body: AsyncIterable<Buffer>, onMark: () => void): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of body) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < UTF8_MARK.length) continue;
    yield afterMark(head, onMark);
    head = undefined;
  }
  if (head !== undefined && head.length > 0) yield afterMark(head, onMark);
}

function afterMark(head: Buffer, onMark: () => void): Buffer {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    throw new AppError('CSV_INVALID', { zh: '文件是 UTF-16 编码，请另存为“CSV UTF-8”或普通 CSV。', en: 'Line 1: the file is in UTF-16. Save it as "CSV UTF-8" or plain CSV.' });
  }
  if (!head.subarray(0, 3).equals(UTF8_MARK)) return head;
  onMark();
  return head.subarray(3);
}

function problemOf(error: unknown, lastLine: number): AppError {
  const code: string | undefined = (error as Partial<CsvError>).code;
  if (code === undefined || !(code.startsWith('CSV_') || code.startsWith('INVALID_'))) throw error;
  const line = lastLine + 1;
  if (code === 'CSV_MAX_RECORD_SIZE') {
    const most = `${ROW_BYTES / 1024} KiB`;
    return new AppError('CSV_INVALID', { zh: `第 ${line} 行：本行超过 ${most}，或引号没有闭合。`, en: `Line ${line}: the row is longer than ${most}, or a quotation mark is opened and not closed.` }, { cause: error });
  }
  const isOpen = code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_INVALID_CLOSING_QUOTE';
  return new AppError('CSV_INVALID', isOpen
    ? { zh: `第 ${line} 行：引号没有正确闭合。`, en: `Line ${line}: a quotation mark is opened and not closed before the next cell.` }
    : { zh: `第 ${line} 行：单元格中有引号；请把整个单元格写在引号里，其中的引号写成两个。`, en: `Line ${line}: a quotation mark stands inside a cell; write the cell in quotation marks and double the ones inside.` }, { cause: error });
}
