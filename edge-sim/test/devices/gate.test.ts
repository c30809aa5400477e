import { COMMUNITY_PROFILES } from '@liandong/protocols';
import { describe, expect, it } from 'vitest';
import { BUSIEST_PER_MINUTE, createGateTraffic, passesPerMinute, type GateStep } from '../../src/devices/gate.js';

const at = (time: string): number => Date.parse(`2026-11-23T${time}:00+08:00`);
const passes = (time: string, count: number, options: Partial<Parameters<typeof createGateTraffic>[0]> = {}): GateStep[][] => {
  const traffic = createGateTraffic({ seed: 1, id: 'g1', kind: 'access_gate', profile: 'urban', isCalm: false, ...options });
  return Array.from({ length: count }, () => traffic.pass(at(time)));
};
const share = (all: GateStep[][], is: (first: GateStep) => boolean): number => all.filter(([first]) => first !== undefined && is(first)).length / all.length;

describe('a gate', () => {
  it('is busiest when people commute and nearly still at night', () => {
    expect(passesPerMinute('urban', at('07:40'))).toBeGreaterThan(2 * passesPerMinute('urban', at('10:30')));
    expect(passesPerMinute('urban', at('03:00'))).toBeLessThan(0.15);
    expect(passesPerMinute('urban', at('07:40'))).toBeGreaterThan(passesPerMinute('urban', Date.parse('2026-11-22T07:40:00+08:00')));
  });

  it('never exceeds the bound that the thinning of arrivals relies on', () => {
    for (const profile of COMMUNITY_PROFILES) for (let hour = 0; hour < 24 * 7; hour += 0.1) {
      expect(passesPerMinute(profile, at('00:00') + hour * 3_600_000)).toBeLessThanOrEqual(BUSIEST_PER_MINUTE);
    }
  });

  it('lets most people out in the morning and in in the evening at a home, the other way round at a workplace', () => {
    const isOut = (first: GateStep) => first.data['direction'] === 'out';
    expect(share(passes('08:00', 500), isOut)).toBeGreaterThan(0.65);
    expect(share(passes('18:00', 500), isOut)).toBeLessThan(0.35);
    expect(share(passes('08:00', 500, { profile: 'commercial' }), isOut)).toBeLessThan(0.35);
  });

  it('opens and closes the door after a grant, and only tells of a denial', () => {
    const all = passes('08:00', 2000);
    expect(share(all, ({ type }) => type === 'denied')).toBeGreaterThan(0.015);
    expect(share(all, ({ type }) => type === 'denied')).toBeLessThan(0.05);
    for (const steps of all) {
      const types = steps.map(({ type }) => type);
      if (types[0] === 'denied') expect(types).toEqual(['denied']);
      else expect(types.filter((type) => type !== 'held_open')).toEqual(['granted', 'door_opened', 'door_closed']);
      expect(steps.map(({ afterMs }) => afterMs)).toEqual(steps.map(({ afterMs }) => afterMs).sort((a, b) => a - b));
    }
  });

  it('holds a door open rarely, and never in a calm baseline', () => {
    const held = (isCalm: boolean) => passes('08:00', 5000, { isCalm }).filter((steps) => steps.some(({ type }) => type === 'held_open')).length;
    expect(held(false)).toBeGreaterThan(0);
    expect(held(false)).toBeLessThan(25);
    expect(held(true)).toBe(0);
  });

  it('carries an opaque number as the credential, and none for a button', () => {
    for (const [first] of passes('08:00', 500)) {
      if (first?.data['method'] === 'button') expect(first.data).not.toHaveProperty('credential');
      else expect(first?.data['credential']).toMatch(/^\d{10}$/);
    }
    expect(share(passes('08:00', 300, { kind: 'vehicle_gate' }), ({ data }) => data['method'] === 'plate')).toBeGreaterThan(0.8);
  });
});
