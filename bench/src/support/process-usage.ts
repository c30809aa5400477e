import { readFileSync, writeFileSync } from 'node:fs';

/** Fields of /proc/<pid>/stat after the program's name in brackets, counted from its third (proc(5)). */
const UTIME = 14 - 3;
const STIME = 15 - 3;

/** Clock ticks a second, the unit of /proc's times: USER_HZ, fixed at 100 in Linux's interface to programs (proc(5)). */
export const ticksPerSecond = (): number => 100;

/** CPU time of a process with all its threads, in ticks, out of the text of /proc/<pid>/stat. The name may hold blanks and brackets. */
export function cpuTicksOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[UTIME]) + Number(fields[STIME]);
}

export const cpuTicks = (pid: number): number => cpuTicksOf(readFileSync(`/proc/${pid}/stat`, 'utf8'));

/** Highest resident size since the start or the last `forgetPeak`, in MiB. */
export function peakRssMiB(pid: number): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}

/** Lets the peak begin at the present size (proc(5), clear_refs). */
export const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');
