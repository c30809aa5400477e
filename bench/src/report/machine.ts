import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly kernel: string;
  readonly node: string;
  /** Of the folder the data lies in. */
  readonly fileSystem: string;
  /** Over the last minute, before the run: what else the machine was doing. */
  readonly loadBefore: number;
  /** The project's own. */
  readonly commit: string;
}

export function readMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? 'unknown', cores: processors.length, memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown', kernel: release(), node: process.versions.node,
    fileSystem: fileSystemOf(tmpdir(), readFileSync('/proc/mounts', 'utf8')), loadBefore: loadavg()[0] ?? 0, commit: commit(),
  };
}

/** Type of the longest mount point that holds the folder. */
export function fileSystemOf(folder: string, mounts: string): string {
  let best = { point: '', type: 'unknown' };
  for (const line of mounts.trim().split('\n')) {
    const [, point = '', type = ''] = line.split(' ');
    const isAbove = `${folder}/`.startsWith(point.endsWith('/') ? point : `${point}/`);
    if (isAbove && point.length >= best.point.length) best = { point, type };
  }
  return best.type;
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'not a checkout';
  }
}
