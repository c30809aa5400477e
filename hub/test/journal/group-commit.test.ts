import type { JournalRecord } from '@liandong/protocols';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GroupCommit } from '../../src/journal/group-commit.js';
import { rethrow } from '../support/rethrow.js';

const reading: JournalRecord = { type: 'telemetry', device: 'bin', at: 1, ts: 1, values: { fill_level: 10 } };
const event: JournalRecord = { type: 'event', device: 'gate', at: 1, ts: 1, id: 'e', event: 'forced_open', data: {} };

describe('a group commit', () => {
  let written: JournalRecord[][];
  let finish: (() => void)[];
  let group: GroupCommit;
  beforeEach(() => {
    vi.useFakeTimers();
    written = [];
    finish = [];
    group = new GroupCommit({ write: (records) => new Promise((resolve) => { written.push(records); finish.push(resolve); }), onWriteError: () => undefined, ...rethrow });
  });
  afterEach(() => vi.useRealTimers());
  const add = (record: JournalRecord) => group.append({ records: [record], bytes: 100 }, () => undefined);

  it('lets readings wait for company, and an event not: it goes at once with what waits', async () => {
    add(reading);
    await vi.advanceTimersByTimeAsync(4);
    expect(written).toEqual([]);
    add(event);
    expect(written).toEqual([[reading, event]]);
  });

  it('writes an event that came during a write as soon as that is done', async () => {
    add(event);
    add(reading);
    add(event);
    expect(written).toHaveLength(1);
    finish[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(written).toEqual([[event], [reading, event]]);
  });

  it('gives readings that came during a write their time for company', async () => {
    add(event);
    add(reading);
    finish[0]?.();
    await vi.advanceTimersByTimeAsync(4);
    expect(written).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(written).toEqual([[event], [reading]]);
  });
});
