import { expect, it } from 'vitest';
import { createIdSource } from '../../src/alerts/alert-ids.js';

it('Alert ids sort in the order in which they were given, also within a millisecond and after a clock step back', () => {
  const times = [1000, 1000, 1001, 5, 5, 2_000_000_000_000];
  let index = 0;
  const ids = createIdSource({ clock: { now: () => times[index++]! }, random: (bytes) => new Uint8Array(bytes).fill(255) });
  const given = times.map(() => ids());
  expect([...given].sort()).toEqual(given);
  expect(new Set(given).size).toBe(given.length);
  expect(given.every((id) => /^[0-9a-hjkmnp-tv-z]{26}$/.test(id))).toBe(true);
});
