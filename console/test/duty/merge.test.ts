import { describe, expect, it } from 'vitest';
import { changedKeys, merged } from '../../src/duty/merge.js';

interface Form { [name: string]: unknown }
const before: Form = { name: 'early', days: [1, 7], note: '', gone: 1 };

describe('two changes to the same form', () => {
  it('are what differs, an empty field being as good as none', () => {
    expect(changedKeys(before, { name: 'early', days: [1], gone: 1, more: 2 })).toEqual(['days', 'more']);
    expect(changedKeys(before, { ...before, days: [1, 7] })).toEqual([]);
  });

  it('are both there afterwards, mine where both changed the same', () => {
    expect(merged(before, { ...before, days: [1] }, { ...before, name: 'late' })).toEqual({ ...before, days: [1], name: 'late' });
    expect(merged(before, { ...before, name: 'theirs' }, { ...before, name: 'mine' })).toMatchObject({ name: 'mine' });
  });

  it('take out what one took out, and keep what the other added', () => {
    const without: Form = { ...before };
    delete without['gone'];
    expect(merged(before, { ...before, added: 1 }, without)).toEqual({ ...without, added: 1 });
    expect(merged(before, without, { ...before, added: 1 })).toEqual({ ...without, added: 1 });
  });
});
