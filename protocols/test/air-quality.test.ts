import { describe, expect, it } from 'vitest';
import { AQI_CATEGORIES, AQI_COLUMNS, DAILY_COLUMNS, IAQI_LEVELS, aqiCategory, aqiOf, iaqi, type AqiColumn } from '../src/index.js';

/** The standard's table again, by hand: a slip in the source must not agree with itself. */
const TABLE: Record<AqiColumn, [concentration: number, index: number][]> = {
  pm2_5_24h: [[0, 0], [35, 50], [60, 100], [115, 150], [150, 200], [250, 300], [350, 400], [500, 500]],
  pm10_24h: [[0, 0], [50, 50], [120, 100], [250, 150], [350, 200], [420, 300], [500, 400], [600, 500]],
  so2_24h: [[0, 0], [50, 50], [150, 100], [475, 150], [800, 200], [1600, 300], [2100, 400], [2620, 500]],
  so2_1h: [[0, 0], [150, 50], [500, 100], [650, 150], [800, 200]],
  no2_24h: [[0, 0], [40, 50], [80, 100], [180, 150], [280, 200], [565, 300], [750, 400], [940, 500]],
  no2_1h: [[0, 0], [100, 50], [200, 100], [700, 150], [1200, 200], [2340, 300], [3090, 400], [3840, 500]],
  co_24h: [[0, 0], [2, 50], [4, 100], [14, 150], [24, 200], [36, 300], [48, 400], [60, 500]],
  co_1h: [[0, 0], [5, 50], [10, 100], [35, 150], [60, 200], [90, 300], [120, 400], [150, 500]],
  o3_8h: [[0, 0], [100, 50], [160, 100], [215, 150], [265, 200], [800, 300]],
  o3_1h: [[0, 0], [160, 50], [200, 100], [300, 150], [400, 200], [800, 300], [1000, 400], [1200, 500]],
};

describe.each(Object.entries(TABLE) as [AqiColumn, [number, number][]][])('the index of %s', (column, points) => {
  it('is exact at every breakpoint, and one more just past it', () => {
    for (const [concentration, index] of points) {
      expect([concentration, iaqi(column, concentration)]).toEqual([concentration, index]);
      if (index < points.at(-1)![1]) expect([concentration, iaqi(column, concentration + 1e-6)]).toEqual([concentration, index + 1]);
    }
  });

  it('stays at the last of its levels above the table', () => {
    const [last, top] = points.at(-1)!;
    expect([iaqi(column, last + 1), iaqi(column, 1e6)]).toEqual([top, top]);
  });

  it('never falls as the concentration rises, and is always whole', () => {
    const highest = points.at(-1)![0];
    let before = 0;
    for (let step = 0; step <= 1000; step += 1) {
      const index = iaqi(column, highest * step / 1000)!;
      expect(Number.isInteger(index) && index >= before).toBe(true);
      before = index;
    }
  });

  it.each([-0.001, NaN, Infinity, -Infinity])('is not there for %d', (concentration) => {
    expect(iaqi(column, concentration)).toBeUndefined();
  });
});

describe('the index of several pollutants', () => {
  it('covers every column the standard has, each with breakpoints that rise', () => {
    expect(Object.keys(AQI_COLUMNS).sort()).toEqual(Object.keys(TABLE).sort());
    expect(IAQI_LEVELS).toEqual([0, 50, 100, 150, 200, 300, 400, 500]);
  });

  it('rounds up: PM2.5 of 35.1 is 51, of 115.4 is 151', () => {
    expect([iaqi('pm2_5_24h', 35.1), iaqi('pm2_5_24h', 115.4), iaqi('co_1h', 2.3)]).toEqual([51, 151, 23]);
  });

  it('is the worst of them, and names who made it so', () => {
    expect(aqiOf({ pm2_5: 180, pm10: 120, o3: 90 })).toEqual({ aqi: 230, iaqi: { pm2_5: 230, pm10: 100, o3: 29 }, primary: ['pm2_5'] });
    expect(aqiOf({ pm2_5: 60, pm10: 120 })?.primary).toEqual(['pm2_5', 'pm10']);
  });

  it('names no primary pollutant at 50 and below, one at 51', () => {
    expect(aqiOf({ pm2_5: 35 })).toMatchObject({ aqi: 50, primary: [] });
    expect(aqiOf({ pm2_5: 35.01 })).toMatchObject({ aqi: 51, primary: ['pm2_5'] });
  });

  it('reads the 1 h columns in real time and the 24 h and 8 h ones for the day', () => {
    expect(aqiOf({ so2: 900, o3: 900 })).toMatchObject({ iaqi: { so2: 200, o3: 350 } });
    expect(aqiOf({ so2: 900, o3: 900 }, DAILY_COLUMNS)).toMatchObject({ iaqi: { so2: 213, o3: 300 } });
  });

  it('is not there without a usable figure, and leaves out what is none', () => {
    expect([aqiOf({}), aqiOf({ pm2_5: NaN, co: -1 })]).toEqual([undefined, undefined]);
    expect(aqiOf({ pm2_5: NaN, co: 5 })).toEqual({ aqi: 50, iaqi: { co: 50 }, primary: [] });
  });

  it.each([[0, '优'], [50, '优'], [51, '良'], [100, '良'], [101, '轻度污染'], [151, '中度污染'], [200, '中度污染'], [201, '重度污染'], [301, '严重污染'], [500, '严重污染'], [900, '严重污染']])('is called at %d %s', (aqi, zh) => {
    expect(aqiCategory(aqi).label.zh).toBe(zh);
  });

  it('has the standard\'s six colours', () => {
    expect(AQI_CATEGORIES.map(({ colour }) => colour)).toEqual(['#00E400', '#FFFF00', '#FF7E00', '#FF0000', '#99004C', '#7E0023']);
  });
});
