import type { EpochMs } from '@liandong/protocols';
import { minuteInWords } from './clock.js';
import { AppError } from './problem.js';

/** What is stored, as of when and by whom, as far as that is known. */
export interface Edit { readonly version: number; readonly at?: EpochMs | null | undefined; readonly by?: string | null | undefined }

/**
 * Whoever saves what was made from an older version would take back what somebody else has saved since. `read` undefined: a program that does not ask for it to be compared.
 * To be called in the transaction that writes. Throws CHANGED_MEANWHILE.
 */
export function requireUnchanged(read: number | undefined, { version, at, by }: Edit): void {
  if (read === undefined || read === version) return;
  if (typeof at !== 'number' || typeof by !== 'string') throw new AppError('CHANGED_MEANWHILE', { zh: '现在的内容不是您打开时的。请先读取现在的，再改再保存。', en: 'It is not as it was read. Read it again and make the change to what is in force.' });
  throw new AppError('CHANGED_MEANWHILE', { zh: `${by} 在 ${minuteInWords(at)} 改过，您打开的是改之前的。请先读取现在的，再改再保存。`, en: `${by} changed it at ${new Date(at).toISOString()}, after it was read. Read it again and make the change to what is in force.` });
}
