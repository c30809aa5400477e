import { Duplex } from 'node:stream';
import mqttPacket from 'mqtt-packet';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PublishTap } from '../../src/broker/publish-tap.js';

/** A socket whose peer may refuse to read: writes then stay unanswered. */
class Wire extends Duplex {
  readonly written: Buffer[] = [];
  isPeerReading = true;
  #waiting: (() => void)[] = [];
  override _read(): void { /* the test pushes */ }
  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.written.push(chunk);
    if (this.isPeerReading) callback();
    else this.#waiting.push(callback);
  }
  peerReads(): void {
    this.isPeerReading = true;
    for (const callback of this.#waiting.splice(0)) callback();
  }
}

const publish = (messageId: number) => mqttPacket.generate({ cmd: 'publish', topic: 't', payload: 'x', qos: 1, messageId, dup: false, retain: false });
const burst = (from: number, count: number) => Buffer.concat(Array.from({ length: count }, (_, n) => publish(from + n)));
const turn = () => new Promise((resolve) => setImmediate(resolve));

const open: PublishTap[] = [];
afterEach(() => { for (const tap of open.splice(0)) tap.destroy(); });

function tapOn(wire: Wire, onPublish: (messageId: number, done: () => void) => void, onFault = (_fault: string) => undefined as void): PublishTap {
  const tap = new PublishTap({ transport: wire, limitBytes: 1 << 20, waitsForSignIn: false, onFault, onPublish: (frame, done) => onPublish(frame.messageId, done) });
  tap.on('error', () => undefined); // a destroyed wire
  tap.resume();
  open.push(tap);
  return tap;
}

describe('PublishTap', () => {
  it('writes the acknowledgements of one commit in one go', async () => {
    const wire = new Wire();
    const dones: (() => void)[] = [];
    tapOn(wire, (_id, done) => dones.push(done));
    wire.push(burst(1, 100));
    await expect.poll(() => dones).toHaveLength(100);
    for (const done of dones) done();
    await turn();
    expect(wire.written.map((chunk) => chunk.length)).toEqual([400]);
  });

  it('stops reading a peer that does not read its acknowledgements, and goes on when it does', async () => {
    const wire = new Wire();
    wire.isPeerReading = false;
    let taken = 0;
    tapOn(wire, (_id, done) => { taken += 1; setImmediate(done); });
    for (let n = 0; n < 20; n += 1) {
      wire.push(burst(1, 2000));
      for (let turns = 0; turns < 5; turns += 1) await turn();
    }
    expect(taken).toBeLessThan(20_000);
    expect(wire.isPaused()).toBe(true);
    wire.peerReads();
    await expect.poll(() => taken).toBe(40_000);
  });

  it('does not count the time it was held back as the peer\'s silence', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const faults: string[] = [];
      const tap = tapOn(new Wire(), () => undefined, (fault) => { faults.push(fault); });
      tap.open({ limitBytes: 1 << 20, keepAliveS: 10 });
      tap.hold(true);
      vi.advanceTimersByTime(60_000);
      expect(faults).toEqual([]);
      tap.hold(false);
      vi.advanceTimersByTime(14_000);
      expect(faults).toEqual([]);
      vi.advanceTimersByTime(2000);
      expect(faults).toEqual(['keep_alive_timeout']);
    } finally {
      vi.useRealTimers();
    }
  });
});
