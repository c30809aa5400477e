import { describe, expect, it } from 'vitest';
import { createPlan } from '../../src/fleet/plan.js';
import { createRoster, type SimDevice } from '../../src/fleet/roster.js';
import { scenarioByName, SCENARIOS } from '../../src/scenarios/catalogue.js';
import type { Script } from '../../src/scenarios/scenario.js';
import { demoScript, scenarioScript } from '../../src/scenarios/scripts.js';

const START = Date.parse('2026-11-23T10:00:00+08:00');
const MINUTE_MS = 60_000;
const roster = createRoster({ size: 60 });

interface Said { readonly device: string; readonly s: number; readonly values?: Record<string, number>; readonly type?: string }

function run(script: Script | undefined, minutes: number, fleet: readonly SimDevice[] = roster): Said[] {
  const plan = createPlan({ roster: fleet, seed: 1, startMs: START, speed: 1, isCalm: true, isPaced: false, script });
  return plan.takeDue(START + minutes * MINUTE_MS).map(({ device, dueMs, payload }) => ({ device, s: (dueMs - START) / 1000, ...JSON.parse(payload) as Pick<Said, 'values' | 'type'> }));
}
const alone = (name: string, minutes: number, fleet = roster): Said[] => {
  const scenario = scenarioByName.get(name);
  if (scenario === undefined) throw new Error(name);
  return run(scenarioScript([scenario], { roster: fleet, seed: 1 }), minutes, fleet);
};
const levels = (said: Said[], key: string) => said.filter(({ values }) => values?.[key] !== undefined).map(({ device, s, values }) => ({ device, s, value: values?.[key] ?? 0 }));

describe('bin-overflow', () => {
  it('takes three bins over 80 and 95 within a minute and empties them, and leaves the others alone', () => {
    const bins = levels(alone('bin-overflow', 12), 'fill_level');
    const full = new Set(bins.filter(({ value }) => value > 95).map(({ device }) => device));
    expect(full.size).toBe(3);
    for (const id of full) {
      const own = bins.filter(({ device }) => device === id);
      expect(own.find(({ value }) => value > 80)?.s).toBeLessThan(30);
      expect(own.find(({ value }) => value > 95)?.s).toBeLessThan(65);
      expect(own.find(({ s, value }) => s > 100 && value < 20)?.s).toBeLessThan(240);
      own.slice(1).forEach(({ value }, i) => { if (own[i]!.s > 240) expect(Math.abs(value - own[i]!.value)).toBeLessThan(8); });
    }
    for (const { device, value } of bins) if (!full.has(device)) expect(value).toBeLessThan(80);
  });
});

describe('gate-forced', () => {
  it('forces one gate open and shuts it, with nobody passing in between', () => {
    const said = alone('gate-forced', 4).filter(({ type }) => type !== undefined);
    const forced = said.filter(({ type }) => type === 'forced_open');
    expect(forced).toHaveLength(1);
    const own = said.filter(({ device, s }) => device === forced[0]?.device && s >= forced[0].s && s < forced[0].s + 95);
    expect(own.map(({ type }) => type)).toEqual(['forced_open', 'door_opened', 'door_closed']);
  });
});

describe('sensor-silent', () => {
  it('keeps two sensors quiet for three minutes and then lets them speak again', () => {
    const reports = levels(alone('sensor-silent', 5), 'noise');
    const gaps = new Map<string, number>();
    const last = new Map<string, number>();
    for (const { device, s } of reports) {
      gaps.set(device, Math.max(gaps.get(device) ?? 0, s - (last.get(device) ?? 0)));
      last.set(device, s);
    }
    const silent = [...gaps].filter(([, gap]) => gap > 30);
    expect(silent).toHaveLength(2);
    for (const [, gap] of silent) expect(gap).toBeGreaterThan(170);
    for (const at of last.values()) expect(at).toBeGreaterThan(290);
  });

  it('lasts longer on a fleet that reports seldom, so that the silence shows', () => {
    const slow = createRoster({ size: 60, messagesPerSecond: 1 });
    const [{ reportEveryMs, reportingIntervalS } = { reportEveryMs: 0, reportingIntervalS: 0 }] = slow;
    const sensors = levels(alone('sensor-silent', 40, slow), 'noise');
    const longest = Math.max(...slow.map(({ id }) => sensors.filter(({ device }) => device === id).reduce((most, { s }, i, own) => Math.max(most, s - (own[i - 1]?.s ?? s)), 0)));
    expect(reportEveryMs).toBe(60_000);
    expect(longest).toBeGreaterThan(3 * reportingIntervalS);
  });
});

describe('smog', () => {
  it('raises every sensor of one community over 150 and brings it down again', () => {
    const fine = levels(alone('smog', 15), 'pm2_5');
    const high = new Set(fine.filter(({ value }) => value > 150).map(({ device }) => device));
    const [community] = [...new Set(roster.filter(({ id }) => high.has(id)).map((device) => device.community))];
    expect(high).toEqual(new Set(roster.filter((device) => device.community === community && device.kind === 'env_sensor').map(({ id }) => id)));
    for (const { device, s, value } of fine) {
      if (s > 860) expect(value).toBeLessThan(60);
      if (high.has(device) && s > 200 && s < 600) expect(value).toBeGreaterThan(116);
    }
  });
});

describe('loud-night', () => {
  it('is far over the limit at one place only', () => {
    const loud = levels(alone('loud-night', 22), 'noise').filter(({ value }) => value > 70);
    expect(new Set(loud.map(({ device }) => device)).size).toBe(1);
    expect((loud.at(-1)?.s ?? 0) - (loud[0]?.s ?? 0)).toBeGreaterThan(16 * 60);
  });
});

describe('the demo', () => {
  const script = demoScript({ roster, seed: 1 });
  const said = run(script, 90);
  const trouble = (item: Said): string | undefined => {
    const { fill_level = 0, pm2_5 = 0, noise = 0 } = item.values ?? {};
    return fill_level > 80 || pm2_5 > 75 || noise > 70 || item.type === 'forced_open' ? item.device : undefined;
  };

  it('has a bin over 80 % within half a minute', () => {
    expect(said.find((item) => (item.values?.['fill_level'] ?? 0) > 80)?.s).toBeLessThan(30);
  });

  it('shows every kind of trouble in each turn, and at most a handful at once', () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const part = said.filter(({ s }) => s >= turn * 1800 && s < (turn + 1) * 1800);
      expect(part.some(({ type }) => type === 'forced_open')).toBe(true);
      for (const [key, limit] of [['fill_level', 95], ['pm2_5', 150], ['noise', 70]] as const) expect(part.some(({ values }) => (values?.[key] ?? 0) > limit)).toBe(true);
    }
    for (let minute = 0; minute < 90; minute += 1) {
      const devices = new Set(said.filter(({ s }) => s >= minute * 60 && s < (minute + 1) * 60).map(trouble).filter((device) => device !== undefined));
      expect(devices.size).toBeLessThanOrEqual(4);
    }
  });

  it('takes other devices in other turns', () => {
    const taken = [0, 1, 2, 3].map((turn) => script.turn(turn).map(({ device }) => device.id).join());
    expect(new Set(taken).size).toBe(4);
  });

  it('does what it can with a fleet of one', () => {
    expect(() => run(demoScript({ roster: createRoster({ size: 1 }), seed: 1 }), 65, createRoster({ size: 1 }))).not.toThrow();
  });
});

it('names every scenario once, with one line about it', () => {
  expect(scenarioByName.size).toBe(SCENARIOS.length);
  expect([...scenarioByName.keys()]).toEqual(expect.arrayContaining(['bin-overflow', 'gate-forced', 'sensor-silent', 'smog']));
  for (const { summary } of SCENARIOS) expect(summary).toMatch(/^[^\n]{10,100}$/);
});
