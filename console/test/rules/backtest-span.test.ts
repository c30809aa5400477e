import { describe, expect, it } from 'vitest';
import { lateBeginning, perDay } from '../../src/rules/backtest-span.js';

const [MINUTE, DAY] = [60_000, 86_400_000];
const range = { from: 0, to: 30 * DAY };

describe('what a back-test found', () => {
  it('is counted per day over the time of which there is history', () => {
    expect(perDay(60, range)).toBe(2);
    expect(perDay(60, { ...range, dataFrom: 10 * DAY })).toBe(3);
    expect(perDay(5, { ...range, dataFrom: 29 * DAY })).toBe(5);
  });
  it('is no figure of a day where there is less than one', () => { expect(perDay(5, { ...range, dataFrom: 30 * DAY - 14 * MINUTE })).toBeUndefined(); });
  it('begins late where the history begins a day or more after the range', () => {
    expect(lateBeginning({ ...range, dataFrom: 2 * DAY })).toBe(2 * DAY);
    expect([lateBeginning(range), lateBeginning({ ...range, dataFrom: DAY - MINUTE })]).toEqual([undefined, undefined]);
  });
});
