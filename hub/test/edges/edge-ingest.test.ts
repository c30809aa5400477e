import { deflateSync } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import type { Alert, UplinkRecord } from '@liandong/protocols';
import { beforeEach, describe, expect, it } from 'vitest';
import { createEdgeIngest, type EdgeReading } from '../../src/edges/edge-ingest.js';
import { decodeUplink, encodeUplinks } from '../../src/edges/uplink-codec.js';
import { createPseudonyms } from '../../src/ingest/pseudonyms.js';
import { MemoryDirectory } from '../support/memory-directory.js';

const NOW = Date.UTC(2026, 10, 23, 8);
const DAY_MS = 86_400_000;

let directory: MemoryDirectory;
let read: (payload: Uint8Array) => EdgeReading;
const send = (...records: unknown[]): EdgeReading => read(deflateSync(JSON.stringify({ v: 1, records })));
const kept = (reading: EdgeReading) => reading.records.filter(({ device }) => device !== 'edge-1');
const reasons = ({ refused }: EdgeReading) => refused.flatMap(({ device, refusals }) => refusals.map(({ reason }) => [device.device.id, reason]));
const reading = { type: 'telemetry', device: 'bin-1', ts: NOW - 5000, at: NOW - 4000, values: { fill_level: 50 } };
const alert: Alert = {
  id: 'a1', ruleId: 'fire', deviceId: 'bin-1', area: 'beiguan', kind: 'waste_bin', severity: 'critical', tier: 'community', active: true, acked: false, raisedAt: NOW, lastAt: NOW, count: 1,
  message: { zh: '火', en: 'fire' }, seq: 1,
};

beforeEach(() => {
  directory = new MemoryDirectory();
  for (const id of ['bin-1', 'edge-1']) directory.put({ id, secret: 's' });
  directory.put({ id: 'bin-old', secret: 's', status: 'retired' });
  directory.put({ id: 'bin-far', secret: 's', community: 'nanguan' });
  const edges = createEdgeIngest({ directory, pseudonyms: createPseudonyms({ key: randomBytes(32) }), clock: { now: () => NOW }, retentionMs: 30 * DAY_MS, eventRetentionMs: 9 * DAY_MS });
  const edge = directory.get('edge-1');
  read = (payload) => {
    if (edge === undefined) throw new Error('no edge');
    return edges.read(edge, payload);
  };
});

describe('what an edge passes on', () => {
  it('is taken with the device\'s time, the time the edge received it, and the edge\'s name; the edge itself was heard', () => {
    const answer = send(reading);
    expect(kept(answer)).toEqual([{ ...reading, edge: 'edge-1' }]);
    expect(answer.records.at(-1)).toEqual({ type: 'status', device: 'edge-1', at: NOW, online: true });
    expect(send(reading).records).toHaveLength(1); // heard a moment ago
  });

  it('is refused for a device of another community, one nobody registered and one that is retired; the rest of the batch is kept', () => {
    const answer = send({ ...reading, device: 'bin-far' }, { ...reading, device: 'nobody' }, { ...reading, device: 'bin-old' }, { type: 'alert', device: 'bin-far', at: NOW, alert: { ...alert, deviceId: 'bin-far' }, entries: [] }, reading);
    expect(kept(answer)).toHaveLength(1);
    expect(reasons(answer)).toEqual([['edge-1', 'wrong_area'], ['edge-1', 'unknown_device'], ['edge-1', 'wrong_area'], ['bin-old', 'retired_device']]);
  });

  it('is looked at value by value, as if the device had sent it here', () => {
    const answer = send({ ...reading, values: { fill_level: 300, tilted: false, sorcery: 1 } }, { type: 'event', device: 'bin-1', id: 'e1', ts: NOW, at: NOW, event: 'granted', data: { faceImage: 'x' } });
    expect(kept(answer)).toMatchObject([{ values: { tilted: false } }]);
    expect(reasons(answer).map(([, reason]) => reason)).toEqual(['out_of_range', 'unknown_metric', 'biometric']);
  });

  it('carries no card number on', () => {
    const [event] = kept(send({ type: 'event', device: 'bin-1', id: 'e1', ts: NOW, at: NOW, event: 'granted', data: { card: '12345678' } }));
    expect(JSON.stringify(event)).not.toContain('12345678');
  });

  it('from a box whose clock is an hour ahead gets the hub\'s time, flagged; and what is older than is kept is refused', () => {
    const answer = send({ ...reading, ts: NOW + 3_600_000, at: NOW + 3_600_000 }, { ...reading, ts: NOW - 31 * DAY_MS });
    expect(kept(answer)).toMatchObject([{ ts: NOW, at: NOW, clockAhead: true }]);
    expect(reasons(answer)).toEqual([['bin-1', 'clock_ahead'], ['bin-1', 'too_old']]);
  });

  it('may be an alert, also of a device that was removed meanwhile, but none that contradicts itself', () => {
    const record = { type: 'alert', device: 'bin-1', at: NOW, alert, entries: [{ n: 1, at: NOW, change: 'raised' }] };
    expect(kept(send(record))).toEqual([{ ...record, edge: 'edge-1' }]);
    expect(kept(send({ ...record, device: 'gone', alert: { ...alert, deviceId: 'gone' } }))).toHaveLength(1);
    expect(reasons(send({ ...record, device: 'edge-1' }))).toEqual([['edge-1', 'bad_uplink']]);
  });

  it.each([
    ['no batch', Buffer.from('{"v":2}')], ['noise', Buffer.from([1, 2, 3])], ['a bomb', deflateSync(Buffer.alloc(50 << 20))],
    ['a list of nothing known', deflateSync(JSON.stringify({ v: 1, records: [1, null, [], { type: 'shed' }, { type: 'magic', device: 'bin-1', at: NOW }] }))],
  ])('is refused when it is %s', (_what, payload) => {
    const answer = read(payload);
    expect(kept(answer)).toEqual([]);
    expect(new Set(reasons(answer).map(([, reason]) => reason))).toEqual(new Set(['bad_uplink']));
  });
});

describe('batches', () => {
  it('are cut so that each is within 64 KiB, whatever the records hold, and lose none', () => {
    const records = Array.from({ length: 900 }, (_, n): UplinkRecord => ({ type: 'event', device: 'bin-1', id: `e${n}`, ts: n, at: n, event: 'noise', data: { text: randomBytes(300).toString('hex') } }));
    const payloads = encodeUplinks(records);
    expect(payloads.length).toBeGreaterThan(2);
    expect(Math.max(...payloads.map((payload) => payload.length))).toBeLessThanOrEqual(64 * 1024);
    expect(payloads.flatMap((payload) => decodeUplink(payload))).toEqual(records);
  });
});
