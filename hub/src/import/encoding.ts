import { setImmediate as turn } from 'node:timers/promises';
import iconv from 'iconv-lite';
import type { RawRow } from './csv-reader.js';

export type Encoding = 'UTF-8' | 'GB18030';
/** Cells as text; undefined: the row's bytes are not in the file's encoding. */
export interface TextRow { readonly line: number; readonly cells: readonly string[] | undefined }

/** Between the cells of a row that is decoded in one go; a byte of no other character in either encoding. */
const BETWEEN = '\u001f';
const utf8 = new TextDecoder('utf-8', { fatal: true });
const ROWS_A_TURN = 200;
const ASCII = /^[\0-\x7f]*$/;
/** Ideographs, and what Chinese text puts around them. */
const CHINESE = /^[\0-\x7f\u00b7\u2010-\u206f\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]*[\u4e00-\u9fff][\0-\x7f\u00b7\u2010-\u206f\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]*$/;

/**
 * Strict UTF-8 first; where rows are not that, GB18030 as Chinese Excel writes it. In a file that has rows of both, the more frequent one is
 * the file's and the others are faulty: UTF-8 read as GB18030 gives wrong characters without any error, so it must not be guessed row by row.
 */
export async function encodingOf({ hasMark, rows }: { hasMark: boolean; rows: readonly RawRow[] }): Promise<Encoding> {
  if (hasMark) return 'UTF-8';
  let other = 0;
  let chinese = 0;
  for (const [index, row] of rows.entries()) {
    if (index % ROWS_A_TURN === 0) await turn();
    const text = asUtf8(joined(row));
    if (text === undefined) other += 1;
    else if (CHINESE.test(text)) chinese += 1;
  }
  return other > 0 && other >= chinese ? 'GB18030' : 'UTF-8';
}

export function decodeRow(row: RawRow, encoding: Encoding): TextRow {
  const bytes = joined(row);
  if (ASCII.test(bytes)) return { line: row.line, cells: row.cells };
  const asUtf8Text = asUtf8(bytes);
  const text = encoding === 'UTF-8' ? asUtf8Text : asUtf8Text !== undefined && CHINESE.test(asUtf8Text) ? undefined : asGb18030(bytes);
  const cells = text?.split(BETWEEN);
  return { line: row.line, cells: cells?.length === row.cells.length ? cells : undefined };
}

const joined = ({ cells }: RawRow): string => cells.join(BETWEEN);

function asUtf8(bytes: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined; // not UTF-8: that is the question
  }
}

function asGb18030(bytes: string): string | undefined {
  const text = iconv.decode(Buffer.from(bytes, 'latin1'), 'gb18030');
  return text.includes('\ufffd') ? undefined : text;
}
