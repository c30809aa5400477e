import { describe, expect, it } from 'vitest';
import { RedeliveryTimes, fingerprintOf } from '../../src/ingest/redelivery.js';

const message = (text: string, index = 0) => fingerprintOf(Buffer.from(text), index);

describe('RedeliveryTimes', () => {
  it('gives a device strictly increasing times', () => {
    const times = new RedeliveryTimes();
    const take = (fingerprint: number) => times.timeFor({ device: 'bin-1', fingerprint, isRedelivery: false, now: 1000 });
    expect([take(1), take(2), take(2)]).toEqual([1000, 1001, 1002]);
    expect(times.timeFor({ device: 'bin-2', fingerprint: 1, isRedelivery: false, now: 1000 })).toBe(1000);
  });

  it('gives a redelivery the time of the first, also after a restart', () => {
    const before = new RedeliveryTimes();
    const ts = before.timeFor({ device: 'bin-1', fingerprint: message('a'), isRedelivery: false, now: 1000 });
    const after = new RedeliveryTimes();
    after.seed({ type: 'telemetry', device: 'bin-1', ts, at: 1000, values: { noise: 1 }, fingerprint: message('a') });
    expect(after.timeFor({ device: 'bin-1', fingerprint: message('a'), isRedelivery: true, now: 9000 })).toBe(1000);
    expect(after.timeFor({ device: 'bin-1', fingerprint: message('b'), isRedelivery: true, now: 9000 })).toBe(9000);
  });

  it('tells the readings of one message apart', () => expect(message('a', 0)).not.toBe(message('a', 1)));

  it('remembers a bounded number per device', () => {
    const times = new RedeliveryTimes();
    for (let n = 0; n < 1000; n += 1) times.timeFor({ device: 'bin-1', fingerprint: n, isRedelivery: false, now: n * 10 });
    expect(times.timeFor({ device: 'bin-1', fingerprint: 999, isRedelivery: true, now: 20_000 })).toBe(9990);
    expect(times.timeFor({ device: 'bin-1', fingerprint: 1, isRedelivery: true, now: 20_000 })).toBe(20_000);
  });
});
