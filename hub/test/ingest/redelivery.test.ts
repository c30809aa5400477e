import { describe, expect, it } from 'vitest';
import { RedeliveryTimes, fingerprintOf } from '../../src/ingest/redelivery.js';

const NOW = 1_000_000;
const message = (text: string, messageId = 1) => fingerprintOf(Buffer.from(text), messageId);
const first = (fingerprint: number, now = NOW, count = 1) => ({ device: 'bin-1', fingerprint, isRedelivery: false, count, now });
const again = (fingerprint: number, now = NOW) => ({ device: 'bin-1', fingerprint, isRedelivery: true, count: 1, now });

describe('RedeliveryTimes', () => {
  it('gives a device strictly increasing times, a message as many as it has readings', () => {
    const times = new RedeliveryTimes();
    expect([times.baseFor(first(1)), times.baseFor(first(2, NOW, 100)), times.baseFor(first(3))]).toEqual([NOW, NOW + 1, NOW + 101]);
    expect(times.baseFor({ ...first(1), device: 'bin-2' })).toBe(NOW);
  });

  it('gives a redelivery the times of the first, also after a restart', () => {
    const after = new RedeliveryTimes();
    for (let i = 0; i < 1000; i += 1) after.seed({ type: 'telemetry', device: 'bin-1', ts: NOW + i, at: NOW, values: { noise: 1 }, fingerprint: message('array') });
    after.seed({ type: 'telemetry', device: 'bin-1', ts: NOW + 5000, at: NOW + 5000, values: { noise: 1 }, fingerprint: message('one') });
    expect(after.baseFor(again(message('array'), NOW + 9000))).toBe(NOW);
    expect(after.baseFor(again(message('one'), NOW + 9000))).toBe(NOW + 5000);
    expect(after.baseFor(again(message('never came'), NOW + 9000))).toBe(NOW + 9000);
  });

  it('does not take a message for an equal one sent before: its packet id is another', () => {
    const times = new RedeliveryTimes();
    times.baseFor(first(message('same', 1)));
    expect(times.baseFor(again(message('same', 2), NOW + 500))).toBe(NOW + 500);
  });

  it('takes the latest of equal messages with one packet id', () => {
    const times = new RedeliveryTimes();
    times.baseFor(first(message('same')));
    times.baseFor(first(message('same'), NOW + 60_000));
    expect(times.baseFor(again(message('same'), NOW + 61_000))).toBe(NOW + 60_000);
  });

  it('knows hundreds of messages in flight again, each at its time', () => {
    const times = new RedeliveryTimes();
    const given = Array.from({ length: 500 }, (_, n) => times.baseFor(first(n)));
    expect(Array.from({ length: 500 }, (_, n) => times.baseFor(again(n, NOW + 9000)))).toEqual(given);
  });

  it('remembers a bounded number per device', () => {
    const times = new RedeliveryTimes();
    for (let n = 0; n < 5000; n += 1) times.baseFor(first(n, NOW + n * 10));
    expect(times.baseFor(again(4999, NOW + 90_000))).toBe(NOW + 49_990);
    expect(times.baseFor(again(1, NOW + 90_000))).toBe(NOW + 90_000);
  });

  it('follows the hub\'s clock when that is set back', () => {
    const times = new RedeliveryTimes();
    times.baseFor(first(1));
    expect(times.baseFor(first(2, NOW - 3_600_000))).toBe(NOW - 3_600_000);
  });
});
