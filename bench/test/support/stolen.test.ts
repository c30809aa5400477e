import { expect, it } from 'vitest';
import { stolenTicksOf, watchStolen } from '../../src/support/stolen.js';

it('reads what the host took of all processors', () => {
  expect(stolenTicksOf('cpu  1706283 32345 382853 1094348 24622 0 34856 35957 0 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n')).toBe(35_957);
  expect(stolenTicksOf('cpu  1 2 3 4\n')).toBe(0); // a kernel that does not tell
});

it('is a share of the time that passed', async () => {
  const stolen = watchStolen();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(stolen()).toBeGreaterThanOrEqual(0);
  expect(stolen()).toBeLessThanOrEqual(100);
});
