import { randomBytes } from 'node:crypto';
import type { JournalRecord, Refusal } from '@liandong/protocols';
import { beforeEach, describe, expect, it } from 'vitest';
import { Ingest } from '../../src/ingest/ingest.js';
import { createPseudonyms } from '../../src/ingest/pseudonyms.js';
import { MemoryDirectory } from '../support/memory-directory.js';

const NOW = Date.UTC(2026, 10, 23, 8);
const DAY_MS = 86_400_000;

let records: JournalRecord[];
let refusals: { device: string | undefined; refusal: Refusal }[];
let directory: MemoryDirectory;
let ingest: Ingest;
let answered: number;
let kept: boolean[];

beforeEach(async () => {
  [records, refusals, answered, kept] = [[], [], 0, []];
  directory = new MemoryDirectory();
  directory.put({ id: 'bin-1', secret: 's' });
  ingest = new Ingest({
    directory, retentionMs: 30 * DAY_MS, eventRetentionMs: 9 * DAY_MS, clock: { now: () => NOW }, pseudonyms: createPseudonyms({ key: randomBytes(32) }),
    journal: { append: (message, done) => { records.push(...message.records); done(); }, isFull: false, onDrain: () => () => undefined },
    payloads: { note: ({ isKept }) => { kept.push(isKept); } },
    refusals: { refuse: (message) => { for (const refusal of message.refusals) refusals.push({ device: message.device, refusal }); } },
  });
  await ingest.start();
});

function receive(body: unknown, topic = 'liandong/v1/fuan/beiguan/bin-1/telemetry', isRedelivery = false): void {
  ingest.receive({ topic, messageId: 1, payload: Buffer.from(JSON.stringify(body)), isRedelivery, speaker: undefined }, () => { answered += 1; });
}

describe('Ingest', () => {
  it('keeps the device\'s time, and takes the hub\'s when there is none', () => {
    receive({ ts: NOW - 5000, values: { fill_level: 1 } });
    receive({ values: { fill_level: 2 } });
    expect(records).toMatchObject([{ ts: NOW - 5000, at: NOW }, { ts: NOW, at: NOW }]);
  });

  it('flags a clock more than 5 min ahead and stores with the hub\'s time', () => {
    receive({ ts: NOW + 5 * 60_000, values: { fill_level: 1 } });
    receive({ ts: Date.UTC(2099, 0, 1), values: { fill_level: 2 } });
    expect(records).toMatchObject([{ ts: NOW + 5 * 60_000 }, { ts: NOW, clockAhead: true }]);
    expect(records[0]).not.toHaveProperty('clockAhead');
    expect(refusals).toEqual([{ device: 'bin-1', refusal: { reason: 'clock_ahead', detail: String(Date.UTC(2099, 0, 1)) } }]);
  });

  it('refuses an event that is older than events are kept, though readings are kept longer', () => {
    const event = (days: number) => receive({ id: `e${days}`, ts: NOW - days * DAY_MS, type: 'granted' }, 'liandong/v1/fuan/beiguan/bin-1/event');
    event(9);
    event(10);
    receive({ ts: NOW - 10 * DAY_MS, values: { fill_level: 1 } });
    expect(records.map((record) => record.type === 'event' ? record.id : record.type)).toEqual(['e9', 'telemetry']);
    expect(refusals.map(({ refusal }) => refusal.reason)).toEqual(['too_old']);
  });

  it('refuses what is older than retention and keeps the rest of the message', () => {
    receive([{ ts: NOW - 31 * DAY_MS, values: { fill_level: 1 } }, { ts: 1_760_000_000, values: { fill_level: 2 } }, { ts: NOW - 29 * DAY_MS, values: { fill_level: 3 } }]);
    expect(records).toMatchObject([{ values: { fill_level: 3 } }]);
    expect(refusals.map(({ refusal }) => refusal.reason)).toEqual(['too_old', 'too_old']);
  });

  it('tells who watches an installation whether anything of a message was kept', () => {
    receive({ ts: NOW - 31 * DAY_MS, values: { fill_level: 1 } });
    receive({ values: { fill_level: 300 } });
    receive([{ ts: 1, values: { fill_level: 1 } }, { values: { fill_level: 2 } }]);
    receive({ online: true }, 'liandong/v1/fuan/beiguan/bin-1/status');
    expect(kept).toEqual([false, false, true, false]);
  });

  it('gives readings without a time in one message times of their own, the same again on redelivery', () => {
    const body = [{ values: { fill_level: 1 } }, { values: { fill_level: 2 } }];
    receive(body);
    receive(body, undefined, true);
    const times = records.map((record) => (record.type === 'telemetry' ? record.ts : 0));
    expect(times).toEqual([NOW, NOW + 1, NOW, NOW + 1]);
  });

  it.each([
    ['unknown_topic', 'liandong/v1/fuan/beiguan/bin-1/gossip', undefined], ['unknown_topic', 'liandong/v1/fuan/beiguan/bin-1/command', undefined],
    ['unknown_topic', 'liandong/v1/fuan/beiguan/bin-1\n/telemetry', undefined], ['unknown_device', 'liandong/v1/fuan/beiguan/bin-9/telemetry', undefined],
    ['wrong_area', 'liandong/v1/fuan/nanguan/bin-1/telemetry', 'bin-1'], ['wrong_area', 'liandong/v1/other/beiguan/bin-1/telemetry', 'bin-1'],
  ])('refuses %s and answers all the same: %j', (reason, topic, device) => {
    receive({ values: { fill_level: 1 } }, topic);
    expect(refusals).toEqual([{ device, refusal: { reason } }]);
    expect(records).toEqual([]);
    expect(answered).toBe(1);
  });

  it('sees a device that moves, retires or comes back at once', () => {
    const topic = 'liandong/v1/fuan/beiguan/bin-2/telemetry';
    receive({ values: { fill_level: 1 } }, topic);
    directory.put({ id: 'bin-2', secret: 's' });
    receive({ values: { fill_level: 2 } }, topic);
    directory.put({ id: 'bin-2', secret: 's', status: 'retired' });
    receive({ values: { fill_level: 3 } }, topic);
    expect(records).toMatchObject([{ device: 'bin-2', values: { fill_level: 2 } }]);
    expect(refusals.map(({ refusal }) => refusal.reason)).toEqual(['unknown_device', 'retired_device']);
  });
});
