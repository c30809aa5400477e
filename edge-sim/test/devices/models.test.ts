import { COMMUNITY_PROFILES } from '@liandong/protocols';
import { describe, expect, it } from 'vitest';
import { createEnvSensor } from '../../src/devices/env-sensor.js';
import type { TelemetryModel, Values } from '../../src/devices/values.js';
import { createWasteBin } from '../../src/devices/waste-bin.js';
import { createWeather } from '../../src/devices/weather.js';

const MIDNIGHT = Date.parse('2026-11-23T00:00:00+08:00');
const HOUR_MS = 3_600_000;
const at = (hour: number): number => MIDNIGHT + hour * HOUR_MS;
const weather = createWeather(7);

const series = (model: TelemetryModel, key: keyof Values, { from = 0, to = 24, stepHours = 1 / 12 } = {}): number[] => {
  const values: number[] = [];
  for (let hour = from; hour < to; hour += stepHours) values.push(Number(model(at(hour))[key]));
  return values;
};
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a waste bin', () => {
  const bin = (isCalm: boolean, id = 'b1') => createWasteBin({ seed: 7, id, profile: 'urban', weather, isCalm });

  it('only fills between two rounds, in steps, and is emptied by the rounds', () => {
    const levels = series(bin(true), 'fill_level');
    const drops = levels.filter((level, i) => i > 0 && level < (levels[i - 1] ?? 0));
    expect(drops).toHaveLength(3);
    for (const level of drops) expect(level).toBeLessThan(12);
    expect(levels.filter((level, i) => level === levels[i - 1]).length).toBeGreaterThan(100);
    expect(Math.max(...levels)).toBeGreaterThan(30);
  });

  it('stays under the first alert limit for weeks when calm, and passes it now and then when not', () => {
    const highest = (isCalm: boolean): number => Math.max(...['b1', 'b2', 'b3', 'b4'].flatMap((id) => series(bin(isCalm, id), 'fill_level', { to: 24 * 14, stepHours: 0.5 })));
    expect(highest(true)).toBeLessThan(78);
    expect(highest(false)).toBeGreaterThan(80);
  });

  it('never warms by the ten degrees that mean fire, however fast the day goes by', () => {
    const days = series(bin(false), 'temperature', { to: 24 * 3, stepHours: 0.25 });
    expect(Math.max(...days) - Math.min(...days)).toBeLessThan(10);
  });
});

describe('an environment sensor', () => {
  const sensor = createEnvSensor({ seed: 7, id: 'e1', profile: 'urban', weather });

  it('is warmer and drier in the afternoon than before dawn', () => {
    expect(mean(series(sensor, 'temperature', { from: 13, to: 16 }))).toBeGreaterThan(mean(series(sensor, 'temperature', { from: 3, to: 5 })) + 3);
    expect(mean(series(sensor, 'humidity', { from: 13, to: 16 }))).toBeLessThan(mean(series(sensor, 'humidity', { from: 3, to: 5 })));
  });

  it('keeps to the noise limits by day and by night in every profile', () => {
    for (const profile of COMMUNITY_PROFILES) {
      const noise = (from: number, to: number) => Math.max(...series(createEnvSensor({ seed: 7, id: 'e1', profile, weather }), 'noise', { from, to, stepHours: 1 / 360 }));
      expect(noise(6, 22)).toBeLessThan(60);
      expect(noise(22, 30)).toBeLessThan(50);
    }
  });

  it('has PM10 above PM2.5, rising and falling with it, and stays in the green on a calm day', () => {
    const [fine, coarse] = [series(sensor, 'pm2_5'), series(sensor, 'pm10')];
    fine.forEach((value, i) => expect(coarse[i]).toBeGreaterThan(value));
    expect(correlation(fine, coarse)).toBeGreaterThan(0.8);
    expect(Math.max(...fine)).toBeLessThan(60);
  });
});

function correlation(a: number[], b: number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const sum = (f: (i: number) => number): number => a.reduce((all, _, i) => all + f(i), 0);
  const [da, db] = [(i: number) => (a[i] ?? 0) - meanA, (i: number) => (b[i] ?? 0) - meanB];
  return sum((i) => da(i) * db(i)) / Math.sqrt(sum((i) => da(i) ** 2) * sum((i) => db(i) ** 2));
}
