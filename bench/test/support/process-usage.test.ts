import { expect, it } from 'vitest';
import { cpuTicks, cpuTicksOf, peakRssMiB, ticksPerSecond } from '../../src/support/process-usage.js';

it('finds user and system time behind a program name with blanks and brackets', () => {
  const stat = '4711 (a (strange) name) S 1 4711 4711 0 -1 4194560 100 0 0 0 70 8 1 2 20 0 11 0 5000 1000000 900';
  expect(cpuTicksOf(stat)).toBe(78);
});

it.runIf(process.platform === 'linux')('sees this process use CPU time and memory', () => {
  const before = cpuTicks(process.pid) / ticksPerSecond();
  const startedAt = process.cpuUsage();
  const used = (): number => { const { user, system } = process.cpuUsage(startedAt); return (user + system) / 1e6; };
  while (used() < 0.2) Math.sqrt(Math.random());
  expect(cpuTicks(process.pid) / ticksPerSecond() - before).toBeGreaterThan(0.15);
  expect(peakRssMiB(process.pid)).toBeGreaterThan(20);
});
