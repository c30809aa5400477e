import { describe, expect, it } from 'vitest';
import { together } from '../../src/database/together.js';

describe('statements that are sent together', () => {
  it('answer in their order', async () => {
    expect(await together(Promise.resolve(1), new Promise<string>((resolve) => { setImmediate(() => resolve('late')); }))).toEqual([1, 'late']);
  });

  it('fail only when all have settled, with the first failure: none may come after the rollback', async () => {
    let isSettled = false;
    const late = new Promise<void>((resolve) => { setImmediate(resolve); }).then(() => { isSettled = true; });
    await expect(together(Promise.reject(new Error('first')), late, Promise.reject(new Error('second')))).rejects.toThrow('first');
    expect(isSettled).toBe(true);
  });
});
