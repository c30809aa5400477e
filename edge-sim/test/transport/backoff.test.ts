import { expect, it } from 'vitest';
import { backoffMs } from '../../src/transport/backoff.js';

it('waits longer after each failure, up to eight seconds, spread by half', () => {
  expect([0, 1, 2, 3, 4, 5, 99].map((failures) => backoffMs(failures, () => 0.5))).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
  expect([backoffMs(0, () => 0), backoffMs(99, () => 0.999)]).toEqual([250, 11992]);
});
