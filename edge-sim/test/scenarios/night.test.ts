import { describe, expect, it } from 'vitest';
import { chirpstackCodec, decodeNative, readUplink } from '@liandong/protocols';
import { createPlan } from '../../src/fleet/plan.js';
import type { SimMessage } from '../../src/fleet/message.js';
import { clockAt } from '../../src/run/stage-night.js';
import { createNight, NIGHT_ACTS, type Night, type NightActName } from '../../src/scenarios/night/night.js';
import { createNightRoster } from '../../src/scenarios/night/night-roster.js';
import { createShow } from '../../src/show.js';
import { parseOptions, type Options } from '../../src/options.js';

const START = Date.parse('2026-03-05T10:00:00+08:00');
const COMPRESS = 160;
const roster = createNightRoster({ compress: COMPRESS });
const MINUTE_MS = 60_000 / COMPRESS;

const optionsOf = (...argv: string[]): Options => {
  const parsed = parseOptions(['--scenario', 'night', ...argv], { LIANDONG_TOKEN: 'abc' });
  if (parsed.wants !== 'run') throw new Error(JSON.stringify(parsed));
  return parsed.options;
};

interface Said extends SimMessage { readonly s: number; readonly body: { readonly type?: string; readonly values?: Record<string, number>; readonly object?: Record<string, number>; readonly deviceInfo?: { readonly devEui: string } } }

function wholeNight(seed: number): { night: Night; said: Said[] } {
  const show = createShow(optionsOf('--seed', String(seed), '--compress', String(COMPRESS)));
  const { plan, night } = show.play(show.roster, START);
  if (night === undefined) throw new Error('no night');
  const said = createPlan(plan).takeDue(START + night.lastsMs).map((message) => ({ ...message, s: message.dueMs - START, body: JSON.parse(message.payload) as Said['body'] }));
  return { night, said };
}
const actOf = ({ acts }: Night, name: NightActName) => {
  const act = acts.find((one) => one.name === name);
  if (act === undefined) throw new Error(name);
  return act;
};

describe('the fleet of the night', () => {
  it('has a gateway that carries at least twelve, and every kind in every community', () => {
    const gateways = roster.filter(({ kind }) => kind === 'gateway');
    expect(gateways).toHaveLength(1);
    expect(roster.filter(({ carriedBy }) => carriedBy?.gateway === gateways[0]?.id).length).toBeGreaterThanOrEqual(12);
    expect(new Set(roster.map(({ id }) => id)).size).toBe(roster.length);
    expect(new Set(roster.flatMap(({ carriedBy }) => carriedBy?.externalId ?? [])).size).toBe(14);
  });

  it('reports as much more often as the night is shorter, and promises half of that', () => {
    for (const { reportEveryMs, reportingIntervalS } of createNightRoster({ compress: 60 })) expect([reportEveryMs, reportingIntervalS]).toEqual([5000, 10]);
    for (const { reportingIntervalS } of createNightRoster({ compress: 480 })) expect(reportingIntervalS).toBe(2);
  });
});

describe('the script of the night', () => {
  it('is the same for the same seed, and other devices play in another', () => {
    const scriptOf = (seed: number) => JSON.stringify(createNight({ roster, seed, compress: COMPRESS }).acts);
    expect(scriptOf(1)).toBe(scriptOf(1));
    expect(new Set([1, 2, 3, 4, 5].map(scriptOf)).size).toBe(5);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('plays every act once, within the night, nobody in two parts (seed %i)', (seed) => {
    const { acts, lastsMs, carried, gateway } = createNight({ roster, seed, compress: COMPRESS });
    expect(acts.map(({ name }) => name).sort()).toEqual([...NIGHT_ACTS].sort());
    const players = [...acts.flatMap(({ devices }) => devices), ...carried];
    expect(new Set(players).size).toBe(players.length);
    expect(acts.find(({ name }) => name === 'gateway-out')?.devices).toEqual([gateway]);
    expect(acts.find(({ name }) => name === 'smog')?.devices.length).toBeGreaterThanOrEqual(3);
    expect(new Set(roster.filter(({ id }) => acts.find(({ name }) => name === 'smog')?.devices.includes(id)).map(({ community }) => community)).size).toBe(1);
    for (const { fromMs, toMs } of acts) {
      expect(fromMs).toBeGreaterThanOrEqual(20 * MINUTE_MS);
      expect(toMs).toBeLessThan(lastsMs);
    }
  });

  it('shrinks with the night', () => {
    const slow = createNight({ roster: createNightRoster({ compress: 1 }), seed: 3, compress: 1 });
    const quick = createNight({ roster, seed: 3, compress: COMPRESS });
    expect(slow.lastsMs).toBe(8 * 3_600_000);
    expect(quick.acts.map(({ fromMs }) => Math.round(fromMs * COMPRESS))).toEqual(slow.acts.map(({ fromMs }) => fromMs));
  });
});

describe.each([1, 2, 3])('what the fleet says in the night of seed %i', (seed) => {
  const { night, said } = wholeNight(seed);
  const during = (name: NightActName, list = said) => {
    const { fromMs, toMs } = actOf(night, name);
    return list.filter(({ s }) => s >= fromMs && s < toMs);
  };
  const levels = (name: NightActName) => during(name).filter(({ device }) => actOf(night, name).devices.includes(device)).flatMap(({ body }) => body.values?.['fill_level'] ?? []);

  it('can all be read by the hub', () => {
    const decoder = chirpstackCodec.create({ topicPrefix: 'application/night' });
    for (const { kind, payload, topic, body } of said) {
      if (topic === undefined) {
        expect(decodeNative(kind, Buffer.from(payload)).refusals).toEqual([]);
        continue;
      }
      const { uplinks, refusals } = decoder.decode({ topic, payload: Buffer.from(payload), now: START });
      expect(refusals).toEqual([]);
      const [uplink] = uplinks;
      if (uplink === undefined) throw new Error(topic);
      const { readings, refusals: faults } = readUplink(uplink, undefined);
      expect(faults).toEqual([]);
      expect(new Set(readings.flatMap(({ values }) => Object.keys(values))).size).toBe(Object.keys(body.object ?? {}).length + 1); // and the signal
    }
  });

  it('flaps on every report', () => {
    const seen = levels('flapping');
    expect(seen.length).toBeGreaterThan(20);
    seen.slice(1).forEach((level, index) => expect(Math.abs(level - (seen[index] ?? 0))).toBe(41));
  });

  it('forces two gates and shuts them at the end, with nobody passing meanwhile', () => {
    for (const name of ['missed-critical', 'forced-gate'] as const) {
      const [gate] = actOf(night, name).devices;
      const told = during(name).filter(({ device, kind }) => device === gate && kind === 'event').map(({ body }) => body.type);
      expect(told.slice(told.indexOf('forced_open'))).toEqual(['forced_open', 'door_opened', 'door_closed']);
    }
    expect(said.filter(({ body }) => body.type === 'forced_open')).toHaveLength(2);
  });

  it('keeps one gate quiet, and only that one', () => {
    const gaps = new Map<string, number>();
    const last = new Map<string, number>();
    for (const { device, topic, body, s } of said) {
      const id = topic === undefined ? device : body.deviceInfo?.devEui ?? '';
      gaps.set(id, Math.max(gaps.get(id) ?? 0, s - (last.get(id) ?? 0)));
      last.set(id, s);
    }
    expect([...gaps].filter(([, gap]) => gap > 11 * MINUTE_MS).map(([device]) => device)).toEqual(actOf(night, 'missed-minor').devices);
  });

  it('is calm but for its acts', () => {
    for (const { device, body: { values, type } } of said) {
      if (!actOf(night, 'smog').devices.includes(device)) expect(values?.['pm2_5'] ?? 0).toBeLessThan(75);
      if (!night.acts.some(({ devices }) => devices.includes(device))) expect(values?.['fill_level'] ?? 0).toBeLessThan(80);
      expect(values?.['noise'] ?? 0).toBeLessThan(48);
      expect(['held_open', 'tamper', 'fault']).not.toContain(type);
    }
    const denied = said.filter(({ body }) => body.type === 'denied');
    for (const { device, s } of denied) expect(denied.filter((other) => other.device === device && other.s <= s && other.s > s - 60_000).length).toBeLessThan(5);
    for (const level of levels('missed-major')) expect(level).toBe(97);
  });
});

it('tells the clock of the night', () => {
  expect([0, 119, 120, 479].map((minute) => clockAt(minute * 60_000))).toEqual(['22:00', '23:59', '00:00', '05:59']);
});

describe('the command line of the night', () => {
  const faults = (...argv: string[]) => {
    const parsed = parseOptions(argv, { LIANDONG_TOKEN: 'abc' });
    return parsed.wants === 'nothing' ? parsed.faults : [];
  };

  it('takes how much shorter it is', () => {
    expect(optionsOf().night).toEqual({ compress: 160 });
    expect(optionsOf('--compress', '60').night).toEqual({ compress: 60 });
    expect(faults('--scenario', 'night', '--compress', '0')).toHaveLength(1);
    expect(faults('--compress', '60')).toEqual([expect.stringContaining('--scenario night')]);
  });

  it('does not mix it with what it has of its own', () => {
    for (const more of [['--devices', '5'], ['--rate', '1'], ['--speed', '2'], ['--demo']]) expect(faults('--scenario', 'night', ...more)).toEqual([expect.stringContaining('its own clock')]);
    expect(faults('--scenario', 'smog,night')).toEqual([expect.stringContaining('alone')]);
  });
});
