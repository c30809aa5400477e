import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { StartError } from '../problem.js';

const MANIFEST = 'manifest.json';

/** What stands in `manifest.json`, written last: a folder without it is no backup. Paths are relative, with slashes. */
const ManifestSchema = Type.Object({
  format: Type.Literal(1), createdAt: Type.Integer(),
  /** What an outside server kept at the time: not in here. */
  outside: Type.Array(Type.Union([Type.Literal('influxdb'), Type.Literal('postgresql')])),
  files: Type.Array(Type.Object({ path: Type.String(), bytes: Type.Integer(), sha256: Type.String() })),
});
export type Manifest = Static<typeof ManifestSchema>;

/** Measures what was written, brings it to the disk, and then writes the manifest. */
export async function writeManifest(folder: string, { createdAt, outside }: Pick<Manifest, 'createdAt' | 'outside'>): Promise<Manifest> {
  const files: Manifest['files'] = [];
  for (const path of await filesIn(folder)) {
    const file = join(folder, path);
    await sync(file);
    files.push({ path: path.split(sep).join('/'), bytes: (await stat(file)).size, sha256: await sha256Of(file) });
  }
  const manifest: Manifest = { format: 1, createdAt, outside, files };
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o600, flush: true });
  return manifest;
}

/** Undefined: this folder is no backup, or one that was never finished. @throws StartError for one of another format. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const found = parsed(text);
  if (Value.Check(ManifestSchema, found)) return found;
  throw new StartError(`${join(folder, MANIFEST)} is not one this version can read: it was made by a newer Liandong, or is damaged.`);
}

/** @throws StartError that names the first file which is missing or not as it was written. */
export async function verifyFiles(folder: string, { files }: Manifest): Promise<void> {
  for (const { path, bytes, sha256 } of files) {
    const file = join(folder, path);
    const size = await stat(file).then((found) => found.size, () => undefined);
    if (size === undefined) throw new StartError(`The backup ${folder} is not whole: ${path} is missing.`);
    if (size !== bytes || await sha256Of(file) !== sha256) throw new StartError(`The backup ${folder} is damaged: ${path} is not as it was written.`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a manifest that is no JSON is refused as one of another format
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort();
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  await file.sync().finally(() => file.close());
}
