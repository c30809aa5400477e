import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StartError } from './problem.js';

/** Everything the process keeps, by part. */
export interface DataPaths {
  readonly journal: string;
  readonly database: string;
  readonly telemetry: string;
  readonly pseudonymKey: string;
  readonly fleetState: string;
  readonly photos: string;
}

export const dataPaths = (dir: string): DataPaths => ({
  journal: join(dir, 'journal'), database: join(dir, 'liandong.db'), telemetry: join(dir, 'telemetry.duckdb'),
  pseudonymKey: join(dir, 'pseudonym.key'), fleetState: join(dir, 'fleet.json'), photos: join(dir, 'photos'),
});

/** The folder in a data folder into which a backup is being restored. */
export const UNFINISHED_RESTORE = '.restoring';

/** A lost network share never answers. */
const FOLDER_MS = 10_000;

/** Makes the data folder, and makes sure it can be written. @throws StartError */
export async function prepareDataDir(dir: string): Promise<void> {
  const probe = join(dir, `.write-test-${process.pid}`);
  const tryOut = async (): Promise<void> => {
    await makeFolders(dir);
    await writeFile(probe, '');
    await rm(probe);
  };
  if (await isFolder(join(dir, UNFINISHED_RESTORE))) throw new StartError(`A restore into ${dir} was interrupted. Empty the folder and restore the backup again.`);
  try {
    await within(FOLDER_MS, tryOut());
  } catch (error) {
    throw new StartError(`The data folder ${dir} can not be written (${codeOf(error)}). Set DATA_DIR to a folder this user can write.`, { cause: error });
  }
}

/** Level by level: where nothing can be made though the level above is there (/proc), Node's own recursion never ends. */
async function makeFolders(dir: string): Promise<void> {
  try {
    await mkdir(dir, { mode: 0o700 });
  } catch (error) {
    const parent = dirname(dir);
    if (codeOf(error) === 'EEXIST' && (await stat(dir)).isDirectory()) return;
    if (codeOf(error) !== 'ENOENT' || parent === dir || await isFolder(parent)) throw error;
    await makeFolders(parent);
    await mkdir(dir, { mode: 0o700 });
  }
}

const isFolder = (path: string): Promise<boolean> => stat(path).then((found) => found.isDirectory(), () => false);

const KEY_BYTES = 32;

/** The key that pseudonyms are made with: random, made once. Losing it only means that cards get new pseudonyms. @throws StartError */
export async function readOrCreateKey(path: string): Promise<Buffer> {
  try {
    await createKey(path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw new StartError(`The key file ${path} can not be written (${codeOf(error)}). Check DATA_DIR.`, { cause: error });
  }
  const key = await readFile(path);
  if (key.length !== KEY_BYTES) throw new StartError(`The key file ${path} is damaged. Restore it from a backup of DATA_DIR, or remove it: cards and plates then get new pseudonyms.`);
  return key;
}

/** Written aside and linked into place: a kill in between leaves no half key. */
async function createKey(path: string): Promise<void> {
  const draft = `${path}.${process.pid}`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(randomBytes(KEY_BYTES));
    await file.sync();
  } finally {
    await file.close();
  }
  await link(draft, path).finally(() => rm(draft));
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => { timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms); });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error));
