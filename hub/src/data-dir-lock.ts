import { ClassicLevel } from 'classic-level';
import type { Feature } from './feature.js';
import { dataDirStartError } from './journal/journal.js';

/**
 * Keeps a second process out of the data folder, for roles without a journal: it holds the lock that a journal would hold, so that no role runs on another's folder meanwhile.
 * `start` throws StartError when another process has it.
 */
export function createDataDirLock({ path }: { path: string }): Feature {
  const level = new ClassicLevel(path);
  return {
    async start() {
      try {
        await level.open();
      } catch (error) {
        throw dataDirStartError(error, path);
      }
    },
    stop: () => level.close(),
  };
}
