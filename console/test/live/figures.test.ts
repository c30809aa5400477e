import { describe, expect, it } from 'vitest';
import type { Device } from '@liandong/protocols';
import { dayBars, BAR_COUNT, BAR_MS, FLOOD_PER_BAR } from '../../src/live/day-bars.js';
import { keyFigures } from '../../src/live/key-figures.js';
import { latestChanges } from '../../src/live/latest-changes.js';
import type { DeviceValues } from '../../src/live/latest-values.js';
import { createRaisedCounter } from '../../src/live/raised-counter.js';
import { createRateMeter } from '../../src/live/rate-meter.js';
import { appendPoint, extentOf } from '../../src/live/series.js';
import { anAlert } from '../support/alerts.js';

const NOON = Date.UTC(2026, 10, 23, 4); // 12:00 at UTC+8
const MIDNIGHT = Date.UTC(2026, 10, 23, 16);
const device = (id: string, kind: Device['kind'], status: Device['status'] = 'online'): Device => ({ id, name: id, kind, area: 'beiguan', codec: 'native', reportingIntervalS: 60, status });

describe('key figures', () => {
  const devices = [device('b1', 'waste_bin'), device('b2', 'waste_bin'), device('b3', 'waste_bin', 'offline'), device('e1', 'env_sensor'), device('new', 'env_sensor', 'provisioned')];
  const values = (at: number): Record<string, DeviceValues> => ({
    b1: { fill_level: { ts: at, value: 80 } }, b2: { fill_level: { ts: at - 20 * 60_000, value: 99 } }, e1: { noise: { ts: at, value: 55 }, pm2_5: { ts: at, value: 40 } },
  });
  it('count a bin from 80 % on, and not on a value that is too old to speak for now', () => {
    expect(keyFigures(devices, (id) => values(NOON)[id], NOON).bins).toEqual({ count: 1, known: 1, total: 3, newestAt: NOON });
  });
  it('measure noise against the limit of the hour', () => {
    expect(keyFigures(devices, (id) => values(NOON)[id], NOON).noise.count).toBe(0);
    expect(keyFigures(devices, (id) => values(MIDNIGHT)[id], MIDNIGHT).noise.count).toBe(1);
  });
  it('count every device in use once, those that never reported too, and not the retired', () => {
    const { total, ...parts } = keyFigures([...devices, device('old', 'waste_bin', 'retired'), device('m', 'gateway', 'maintenance')], () => undefined, NOON).devices;
    expect({ total, ...parts }).toEqual({ total: 6, online: 3, offline: 1, unseen: 1, maintenance: 1, retired: 1 });
    expect(parts.online + parts.offline + parts.unseen + parts.maintenance).toBe(total);
  });
  it('name the sensor with the most PM2.5, and none when nothing has reported', () => {
    expect(keyFigures(devices, (id) => values(NOON)[id], NOON).pm).toMatchObject({ value: 40, device: { id: 'e1' } });
    expect(keyFigures(devices, () => undefined, NOON).pm).toBeUndefined();
  });
});

describe('bars of the day', () => {
  const counted = (...raisedAt: number[]) => { const counter = createRaisedCounter(); raisedAt.forEach(counter.add); return counter; };
  it('put each alert into its quarter of an hour, the last bar being now', () => {
    const bars = dayBars(counted(NOON, NOON - BAR_MS, NOON - 86_400_000).bars, NOON);
    expect(bars).toHaveLength(BAR_COUNT);
    expect(bars.slice(-2).map((bar) => bar.count)).toEqual([1, 1]);
    expect(bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(2);
  });
  it('mark a flood past ten alerts in ten minutes', () => {
    const counter = counted(...Array.from({ length: FLOOD_PER_BAR }, () => NOON));
    expect(dayBars(counter.bars, NOON).at(-1)?.isFlood).toBe(false);
    counter.add(NOON);
    expect(dayBars(counter.bars, NOON).at(-1)?.isFlood).toBe(true);
  });
  it('count what is new in the last minutes, to ten seconds, without keeping the alerts', () => {
    const counter = counted(NOON - 700_000, NOON - 590_000, NOON - 20_000, NOON);
    expect(counter.within(600_000, NOON)).toBe(3);
    for (let second = 0; second < 90_000; second += 10) counter.add(NOON + second * 1000);
    expect(counter.bars.size).toBeLessThanOrEqual(220);
    expect(counter.within(600_000, NOON + 89_990_000)).toBe(60);
  });
});

describe('latest changes', () => {
  it('tell raising, moving up, acknowledging, clearing and a device’s status, newest first', () => {
    const changes = latestChanges([anAlert({ raisedAt: 1, ackedAt: 5, acked: true, clearedAt: 9, active: false })], [{ seq: 3, at: 7, device: device('b1', 'waste_bin', 'offline') }], [{ type: 'escalated', at: 6, key: 'e', alert: anAlert() }], 10);
    expect(changes.map(({ type }) => type)).toEqual(['cleared', 'device', 'escalated', 'acked', 'raised']);
  });
});

describe('a live series', () => {
  it('adds a point, replaces one of the same time, ignores an older one and drops what left the window', () => {
    const one = appendPoint([[1000, 1], [2000, 2]], 3000, true, 1500);
    expect(one).toEqual([[2000, 2], [3000, 1]]);
    expect(appendPoint(one, 3000, 5, 0)).toEqual([[2000, 2], [3000, 5]]);
    expect(appendPoint(one, 2500, 5, 0)).toBe(one);
  });
  it('knows its lowest, highest and last point', () => {
    expect(extentOf([[1, 5], [2, 9], [3, 2], [4, 4]])).toEqual({ min: [3, 2], max: [2, 9], last: [4, 4] });
    expect(extentOf([])).toBeUndefined();
  });
});

describe('the rate meter', () => {
  it('averages over the last ten whole seconds', () => {
    const rate = createRateMeter();
    rate.add(1500, 50);
    rate.add(5500, 50);
    expect(rate.perSecond(6000)).toBe(10);
    expect(rate.perSecond(60_000)).toBe(0);
  });
});
