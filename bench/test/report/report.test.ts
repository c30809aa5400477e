import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Figures } from '../../src/measure.js';
import { fileSystemOf } from '../../src/report/machine.js';
import { writeMarkdown } from '../../src/report/markdown.js';
import { isGood, type RunReport } from '../../src/report/run-report.js';
import { verdictsOf } from '../../src/report/verdicts.js';
import { figureCells, figureNotes, textTable } from '../../src/report/tables.js';

const figures: Figures = {
  messages: 1000, messagesPerS: 5999.6, parts: { broker: { cpuUsPerMessage: 24, peakRssMiB: 9.4 }, consumer: { cpuUsPerMessage: 50.04, peakRssMiB: 30 } },
  cpuUsPerMessage: 74.04, pubackMs: { p50: 1.26, p99: 9.9, max: 30 }, storedAfterMs: 512.4, rows: 4000, expectedRows: 4000,
};
const report: RunReport = {
  startedAt: '2026-11-23T08:00:00.000Z', seconds: 200, codecs: [], alerts: {}, workloads: ['live: so and so'],
  machine: { cpu: 'Some CPU', cores: 2, memoryGiB: 24, system: 'Debian', kernel: '6.1', node: '20.19.0', fileSystem: 'ext4', loadBefore: 0.1, commit: 'abc' },
  paths: [{ path: 'c', title: 'Telegraf', lines: ['Telegraf 1.35.4'] }],
  results: [
    { path: 'b', title: 'hub', workload: 'live', figures },
    { path: 'b', title: 'hub', workload: 'drain', figures: { ...figures, rows: 3999, queueing: { seconds: 2, brokerCpuUsPerMessage: 11.6 } } },
    { path: 'c', title: 'Telegraf', workload: 'live', failure: 'Telegraf has ended' },
  ],
};

it('calls a result good only when exactly every row is there', () => {
  expect(report.results.map(isGood)).toEqual([true, false, false]);
});

it('shows the figures of each part, a dash for a part a path does not have, and what failed', () => {
  const [, live = [], drain = [], failed = []] = figureCells(report);
  expect(live).toEqual(['B hub', 'live', '6,000', '24.0', '50.0', '–', '74.0', '9 + 30', '1.3', '9.9', '512', '4,000']);
  expect(drain.at(-1)).toBe('FAILED: 3,999 of 4,000');
  expect(failed.at(-1)).toBe('FAILED');
  expect(figureNotes(report).join('\n')).toMatch(/11\.6 µs[^]*C live FAILED: Telegraf has ended/);
});

it('aligns the columns of its table', () => {
  expect(textTable([['path', 'work', 'n'], ['a', 'live', '1,000']])).toBe('path  work      n\na     live  1,000');
});

it('finds the file system of a folder by its longest mount point', () => {
  const mounts = '/dev/vda / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/vdb /tmp/data xfs rw 0 0\n';
  expect(fileSystemOf('/tmp', mounts)).toBe('tmpfs');
  expect(fileSystemOf('/tmpfile', mounts)).toBe('ext4');
});

it('ranks only runs in which every row was there, the best first', () => {
  const faster = { ...figures, messagesPerS: 9000, cpuUsPerMessage: 30, pubackMs: { p50: 1, p99: 8, max: 9 }, parts: { consumer: { cpuUsPerMessage: 30, peakRssMiB: 300 } } };
  const verdicts = verdictsOf({ ...report, results: [...report.results, { path: 'a', title: 'embedded', workload: 'live', figures: faster }, { path: 'a', title: 'embedded', workload: 'drain', figures: faster }] });
  expect(verdicts).toEqual([
    'live, CPU a message, all processes: A 30.0 µs, B 74.0 µs',
    'live, PUBACK, 99th percentile: A 8.0 ms, B 9.9 ms',
    'live, peak memory, all processes: B 39 MiB, A 300 MiB',
  ]);
});

describe('the figures in a document', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'liandong-report-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('go between the markers, and again in their place', () => {
    const file = join(folder, 'a.md');
    writeMarkdown(file, report);
    writeFileSync(file, `before\n${readFileSync(file, 'utf8')}after\n`);
    writeMarkdown(file, { ...report, startedAt: '2027-01-01T00:00:00.000Z' });
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^before\n[^]*\| Date \| 2027-01-01 \|[^]*\nafter\n$/);
    expect(text).not.toContain('2026-11-23');
  });

  it('have a table for every part of a whole run', () => {
    const file = join(folder, 'a.md');
    const [latency, ofRules] = [{ count: 10, p50: 1, p99: 2, max: 3 }, { rules: 10, messagesPerS: 1, cpuUsPerMessage: 1, peakRssMiB: 1 }];
    const live = { pubackMs: { p50: 1, p99: 2, max: 3 }, loopDelayMs: 11 };
    writeMarkdown(file, {
      ...report, codecs: [{ codec: 'native', bytes: 100, messages: 1000, messagesPerCpuS: 500_000 }],
      backtest: { devices: 1000, days: 30, values: 4_320_000, seconds: 3, alerts: 5, quiet: live, busy: { ...live, backtests: 2 }, rssMiB: { before: 200, peak: 300 } },
      alerts: {
        rules: { rounds: 6, messages: 1000, few: ofRules, many: ofRules, loadBefore: 1 },
        alerts: { alertsPerS: 20, seconds: 16, messagesPerS: 1000, rounds: 2, echo: latency, hub: latency, loadBefore: 1 },
        storm: {
          turns: [{
            rounds: 1, alerts: 5, seconds: 1, criticalsPerS: 1, quietSeconds: 1, messagesPerS: 1, screens: 1, quiet: latency, storm: latency, peakRssMiB: { quiet: 1, storm: 1 }, stolenPercent: { quiet: 0, storm: 0 },
            acceptedInS: 1, shownInS: 1, rows: 5, different: 5, fewestShown: 5, again: 0, lost: 0,
          }], loadBefore: 1,
        },
      },
    });
    const headers = readFileSync(file, 'utf8').split('\n').filter((_line, index, lines) => lines[index + 1]?.startsWith('|---') === true).map((line) => line.split(' | ')[0]?.replace('| ', ''));
    expect(headers).toEqual(['', 'path', 'codec', 'back-test', 'rules in force', 'publish → screen', 'critical alert, publish → screen'].map((name) => name === '' ? expect.any(String) as string : name));
  });

  it('never replace a document that has no place for them', () => {
    const file = join(folder, 'a.md');
    writeFileSync(file, 'mine');
    expect(() => writeMarkdown(file, report)).toThrow('no markers');
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});
