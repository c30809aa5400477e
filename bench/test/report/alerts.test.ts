import { describe, expect, it } from 'vitest';
import type { StormResult } from '../../src/alerts/measure-storm.js';
import { latencyOf } from '../../src/alerts/probe.js';
import { alertSections } from '../../src/report/alerts.js';
import { isRight, isWhole, type RunReport } from '../../src/report/run-report.js';

const latency = (p50: number, p99: number) => ({ count: 100, p50, p99, max: 2 * p99 });
const storm: StormResult = {
  rounds: 1, alerts: 50_000, seconds: 60, criticalsPerS: 10, quietSeconds: 30, messagesPerS: 500, screens: 10, quiet: latency(5, 10), storm: latency(8, 19), peakRssMiB: { quiet: 200, storm: 300 }, stolenPercent: { quiet: 0.5, storm: 1.25 },
  acceptedInS: 60, shownInS: 61, rows: 50_000, different: 50_000, fewestShown: 50_000, again: 0, lost: 0,
};
const turnsOf = (...turns: [StormResult, ...StormResult[]]) => ({ turns, loadBefore: 1 });
const notesOf = (...parameters: Parameters<typeof alertSections>): string => alertSections(...parameters).flatMap(({ notes }) => notes).join('\n');

describe('the sections on rules and alerts', () => {
  it('say by how much throughput differs with more rules, and whether that is too much', () => {
    const figures = { rules: 10, messagesPerS: 50_000, cpuUsPerMessage: 20, peakRssMiB: 300 };
    const rules = (messagesPerS: number) => ({ rules: { rounds: 6, messages: 1000, few: figures, many: { ...figures, rules: 10_000, messagesPerS, cpuUsPerMessage: 21 }, loadBefore: 1 } });
    expect(notesOf(rules(46_000))).toMatch(/−8\.0 % messages\/s .*met\) at \+5\.0 % CPU/);
    expect(notesOf(rules(44_000))).toMatch(/−12\.0 % .*MISSED/);
    expect(notesOf(rules(60_000))).toMatch(/\+20\.0 % .*met/);
    expect(alertSections(rules(46_000))[0]?.cells[2]?.slice(0, 3)).toEqual(['10,000', '', '46,000']);
  });

  it('say how many times the echo takes the hub takes', () => {
    const alerts = (p99: number) => ({ alerts: { alertsPerS: 20, seconds: 16, messagesPerS: 1000, rounds: 2, echo: latency(1, 5), hub: latency(3, p99), loadBefore: 1.25 } });
    expect(notesOf(alerts(14))).toMatch(/2\.8 times .*met\), p50 3\.0 times[^]*load before it 1\.25/);
    expect(notesOf(alerts(16))).toMatch(/3\.2 times .*MISSED/);
  });

  it('say how much later critical alerts come in a storm, and fail when an alert is missing, doubled or not shown', () => {
    expect(notesOf({ storm: turnsOf(storm) })).toMatch(/1\.9 times .*met\)[^]*all 50,000 are in the database and on every screen exactly once/);
    for (const wrong of [{ rows: 50_001 }, { different: 49_999 }, { fewestShown: 49_999 }, { again: 1 }, { lost: 1 }]) {
      expect(isWhole({ ...storm, ...wrong })).toBe(false);
      expect(notesOf({ storm: turnsOf({ ...storm, ...wrong }) })).toContain('FAILED');
    }
  });

  it('give every turn of a storm, and hold the median to the aim', () => {
    const worse = (p99: number): StormResult => ({ ...storm, storm: latency(8, p99) });
    const [section] = alertSections({ storm: turnsOf(storm, worse(60), worse(15)) });
    expect(section?.notes[0]).toMatch(/1\.9 times their quiet one \(median of 1\.9, 6\.0, 1\.5\) \(target: at most 2, met\)/);
    expect(section?.cells.map(([name, , , , p99, , , stolen]) => [name, p99, stolen])).toEqual([
      ['critical alert, publish → screen', 'p99', 'stolen %'], ['quiet 1', '10.0', '0.5'], ['storm 1', '19.0', '1.3'], ['quiet 2', '10.0', '0.5'], ['storm 2', '60.0', '1.3'], ['quiet 3', '10.0', '0.5'], ['storm 3', '15.0', '1.3'],
    ]);
    expect(notesOf({ storm: turnsOf(storm, worse(60), worse(60)) })).toMatch(/6\.0 times .*MISSED/);
    expect(notesOf({ storm: turnsOf(storm, { ...storm, lost: 1 }, storm) })).toContain('storm: FAILED');
  });

  it('say of the storm whose load yields that it does so, and hold it to the same', () => {
    expect(notesOf({ yielding: turnsOf(storm) })).toMatch(/yielding: p99 .* 1\.9 times .*met\)[^]*runs with nice 10/);
    expect(notesOf({ yielding: turnsOf({ ...storm, lost: 1 }) })).toContain('yielding: FAILED');
  });

  it('say of the storm that outruns the hub how long what is critical waited, and fail as the other does', () => {
    expect(notesOf({ outrun: turnsOf(storm) })).toMatch(/outrun: p99 of the critical ones is 1\.9 times their quiet one; 50,000 warnings[^]*outrun: all 50,000/);
    expect(notesOf({ outrun: turnsOf({ ...storm, again: 1 }) })).toContain('outrun: FAILED');
  });

  it('show what failed, and count it as a run that failed', () => {
    const report = (alerts: RunReport['alerts']) => isRight({ results: [], codecs: [], alerts } as unknown as RunReport); // the parts it looks at
    expect(alertSections({ rules: { failure: 'no rules' } })[0]?.cells).toEqual([['rules', ''], ['FAILED', 'no rules']]);
    expect([report({ rules: { failure: 'no rules' } }), report({}), report({ storm: turnsOf(storm) }), report({ storm: turnsOf({ ...storm, rows: 1 }) }), report({ outrun: turnsOf({ ...storm, rows: 1 }) })]).toEqual([false, false, true, false, false]);
  });
});

it('takes percentiles of samples in any order', () => {
  expect(latencyOf(Array.from({ length: 100 }, (_, index) => 100 - index))).toEqual({ count: 100, p50: 51, p99: 100, max: 100 });
  expect(latencyOf([])).toEqual({ count: 0, p50: 0, p99: 0, max: 0 });
});
