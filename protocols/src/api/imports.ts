import { Type, type Static } from 'typebox';
import { oneOf } from './common.js';
import { CredentialsSchema } from './devices.js';

/** Limits of POST /devices/import. */
export const IMPORT_LIMITS = { bodyBytes: 30 * 1024 * 1024, rows: 50_000 } as const;

/** One row of the file; `line` as an editor counts. `errors` is empty unless it failed; `column` is the key of a column, empty for the whole row. */
export const ImportRowSchema = Type.Object({
  line: Type.Integer(), id: Type.String(),
  state: oneOf(['created', 'updated', 'unchanged', 'failed']),
  errors: Type.Array(Type.Object({ column: Type.String(), zh: Type.String(), en: Type.String() })),
});
export type ImportRow = Static<typeof ImportRowSchema>;

/** POST /devices/import: what became of each row, or would become of it when `applied` is false. */
export const ImportResultSchema = Type.Object({
  /** Names the file of failed rows for ten minutes. */
  id: Type.String(),
  dryRun: Type.Boolean(),
  /** Was anything to be written? False for a dry run, and when a row failed and neither `rows` nor `onlyValid` left it out. */
  applied: Type.Boolean(),
  encoding: oneOf(['UTF-8', 'GB18030']),
  /** Headings that are no column of ours. */
  ignoredColumns: Type.Array(Type.String()),
  rows: Type.Array(ImportRowSchema),
  counts: Type.Object({ created: Type.Integer(), updated: Type.Integer(), unchanged: Type.Integer(), failed: Type.Integer() }),
  /** Of the devices that were created; shown this once. */
  credentials: Type.Array(CredentialsSchema),
});
export type ImportResult = Static<typeof ImportResultSchema>;

/** One line of the answer when NDJSON is asked for. */
export type ImportEvent =
  | { readonly type: 'progress'; readonly phase: 'checking' | 'writing'; readonly done: number; readonly total: number }
  | { readonly type: 'result' } & ImportResult
  | { readonly type: 'error'; readonly problem: { readonly code: string; readonly title: string; readonly status: number; readonly detail?: string } };

const YES_NO = ['1', 'true', '0', 'false'] as const;

/** POST /devices/import */
export const ImportQuerySchema = Type.Object({
  dryRun: Type.Optional(oneOf(YES_NO)),
  rows: Type.Optional(Type.String({ pattern: '^\\d{1,7}(-\\d{1,7})?(,\\d{1,7}(-\\d{1,7})?)*$', maxLength: 12_000, description: 'Lines to take, such as 2-50,60; others are left out' })),
  /** Write the rows that are right and leave out the others. */
  onlyValid: Type.Optional(oneOf(YES_NO)),
}, { additionalProperties: false });
