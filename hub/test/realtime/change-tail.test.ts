import { describe, expect, it } from 'vitest';
import type { Change, ChangeLog } from '../../src/changes/change-log.js';
import { createChangeTail } from '../../src/realtime/change-tail.js';

/** A log whose reads can be held up or fail, and whose announcements come in any order. */
function fakeLog() {
  const stored: Change[] = [];
  let listener: ((change: Change) => void) | undefined;
  const control = { failures: 0, isForgotten: false, reads: 0, duringRead: (): void => {} };
  const log: Pick<ChangeLog, 'current' | 'after' | 'onChange'> = {
    current: async () => stored.at(-1)?.seq ?? 0,
    async after(since, limit) {
      control.reads += 1;
      const page = stored.filter(({ seq }) => seq > since).slice(0, limit);
      await Promise.resolve();
      control.duringRead();
      if (control.failures > 0) {
        control.failures -= 1;
        throw new Error('locked');
      }
      return control.isForgotten && page.length > 0 ? undefined : page;
    },
    onChange(given) {
      listener = given;
      return () => { listener = undefined; };
    },
  };
  const commit = (): Change => {
    const seq = stored.length + 1;
    const change: Change = { seq, area: 'elm', kind: 'device', device: { id: `d${seq}`, name: 'd', kind: 'gateway', area: 'elm', codec: 'native', reportingIntervalS: 60, status: 'online' } };
    stored.push(change);
    return change;
  };
  return { log: log as ChangeLog /* the tail reads only */, control, commit, announce: (change: Change) => listener?.(change), isListenedTo: () => listener !== undefined };
}

function tailOf(fake: ReturnType<typeof fakeLog>) {
  const seqs: number[] = [];
  const errors: string[] = [];
  const gaps: number[] = [];
  const tail = createChangeTail({
    changes: fake.log, onChange: ({ seq }) => seqs.push(seq), onGap: () => gaps.push(tail.seq),
    logger: { warn: (_, message) => errors.push(message), error: (_, message) => errors.push(message) },
  });
  return { tail, seqs, errors, gaps };
}

describe('change tail', () => {
  it('passes on what is next in line at once, without a read', async () => {
    const fake = fakeLog();
    const { tail, seqs } = tailOf(fake);
    fake.commit();
    await tail.start();
    const reads = fake.control.reads;
    fake.announce(fake.commit());
    fake.announce(fake.commit());
    expect([seqs, tail.seq, fake.control.reads - reads]).toEqual([[2, 3], 3, 0]);
    await tail.stop();
    expect(fake.isListenedTo()).toBe(false);
  });

  it('puts announcements out of turn in order, and takes none twice', async () => {
    const fake = fakeLog();
    const { tail, seqs } = tailOf(fake);
    await tail.start();
    const [one, two, three] = [fake.commit(), fake.commit(), fake.commit()];
    fake.announce(two);
    fake.announce(one);
    fake.announce(three);
    await tail.catchUp();
    fake.announce(three);
    expect(seqs).toEqual([1, 2, 3]);
  });

  it('misses nothing announced while it reads, in several pages', async () => {
    const fake = fakeLog();
    const { tail, seqs } = tailOf(fake);
    await tail.start();
    for (let i = 0; i < 1_200; i += 1) fake.commit();
    let left = 5;
    fake.control.duringRead = () => { if (left > 0) { left -= 1; fake.announce(fake.commit()); } };
    await tail.catchUp();
    expect(seqs).toEqual(Array.from({ length: 1_205 }, (_, i) => i + 1));
  });

  it('logs a failed read and goes on with the next announcement', async () => {
    const fake = fakeLog();
    const { tail, seqs, errors } = tailOf(fake);
    await tail.start();
    fake.commit();
    fake.control.failures = 1;
    await tail.catchUp();
    expect([seqs.length, errors.length]).toEqual([0, 1]);
    fake.announce(fake.commit());
    await tail.catchUp();
    expect(seqs).toEqual([1, 2]);
  });

  it('goes to the newest and says so when what lies between is no longer kept', async () => {
    const fake = fakeLog();
    const { tail, seqs, gaps } = tailOf(fake);
    await tail.start();
    fake.commit();
    fake.commit();
    fake.control.isForgotten = true;
    await tail.catchUp();
    fake.announce(fake.commit());
    expect([seqs, gaps]).toEqual([[3], [2]]);
  });
});
