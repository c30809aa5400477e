import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The version of the Go module that a program's main package is of, as the program itself records it (`go version -m`). */
export function goModuleVersion(program: string, module: string): string {
  const bytes = readFileSync(program);
  const key = `mod\t${module}\t`;
  const at = bytes.indexOf(key);
  if (at < 0) return 'unknown version';
  return /^v?([\w.+-]+)/.exec(bytes.toString('latin1', at + key.length, at + key.length + 40))?.[1] ?? 'unknown version';
}

/** `mosquitto -h` begins with it. */
export function mosquittoVersion(program: string): string {
  const { stdout } = spawnSync(program, ['-h'], { encoding: 'utf8' });
  return /version (\S+)/.exec(stdout)?.[1] ?? 'unknown version';
}
