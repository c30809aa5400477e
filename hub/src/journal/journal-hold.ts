import { ClassicLevel } from 'classic-level';

/** The journal for a backup, from the moment it was taken: nothing is dropped before `release`. */
export interface JournalHold {
  /**
   * Writes every record the journal holds by then into a new journal, with its readers where they stood when the hold was taken. What else is copied between
   * hold and copy is then never ahead of the journal, and what a reader missed in those copies it reads again.
   */
  copyTo(path: string): Promise<void>;
  release(): void;
}

/** Entries of one write to the copy. */
const ENTRIES = 64;

/** @param positions entries of the readers' positions as they stood at the hold */
export async function copyJournal(source: ClassicLevel<string, Buffer>, records: { gte: string; lt: string }, positions: readonly (readonly [string, Buffer])[], path: string): Promise<void> {
  const copy = new ClassicLevel<string, Buffer>(path, { valueEncoding: 'buffer', compression: true });
  await copy.open({ errorIfExists: true });
  try {
    await copy.batch(positions.map(([key, value]) => ({ type: 'put', key, value })));
    let entries: { type: 'put'; key: string; value: Buffer }[] = [];
    for await (const [key, value] of source.iterator(records)) {
      entries.push({ type: 'put', key, value });
      if (entries.length < ENTRIES) continue;
      await copy.batch(entries);
      entries = [];
    }
    await copy.batch(entries, { sync: true });
  } finally {
    await copy.close();
  }
}
