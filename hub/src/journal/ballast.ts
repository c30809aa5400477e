import { open, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** LevelDB and the database need so much to tidy up in. */
export const BALLAST_BYTES = 16 << 20;
const CHUNK_BYTES = 1 << 20;
/** Taken on only where several times as much is free. */
const SPARE_TIMES = 2;
/** With less than this the disk counts as full. */
const FULL_BYTES = 1 << 20;

/** A file that takes up room, to be let go when the disk is full: nothing can be deleted from a database that has no room to write down that it is deleted. */
export class Ballast {
  constructor(private readonly path: string) {}

  async isDiskFull(): Promise<boolean> { return await this.#freeBytes() < FULL_BYTES; }

  /** Answers whether there was any. */
  async release(): Promise<boolean> {
    const size = await stat(this.path).then((found) => found.size, () => 0);
    await rm(this.path, { force: true });
    return size > 0;
  }

  /** Takes it on, or again; where there is no room for that it is left. */
  async restore(): Promise<void> {
    const isThere = await stat(this.path).then(({ size }) => size === BALLAST_BYTES, () => false);
    if (isThere || await this.#freeBytes() < BALLAST_BYTES * SPARE_TIMES) return;
    const file = await open(this.path, 'w', 0o600);
    try {
      // Written, not only set to that length, or a file system would give it no room.
      for (let written = 0; written < BALLAST_BYTES; written += CHUNK_BYTES) await file.write(Buffer.alloc(CHUNK_BYTES));
    } finally {
      await file.close();
    }
  }

  async #freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(dirname(this.path));
    return bavail * bsize;
  }
}
