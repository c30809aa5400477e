import { describe, expect, it } from 'vitest';
import { createAnnouncer } from '../../src/notifications/announcer.js';
import { createKnownAlerts } from '../../src/notifications/known-alerts.js';
import { anAlert } from '../support/alerts.js';

function setUp(entries = new Map<string, string>()) {
  const storage = { getItem: (key: string) => entries.get(key) ?? null, setItem: (key: string, value: string) => { entries.set(key, value); } };
  const clock = { now: 1_000_000 };
  const log: string[] = [];
  const shown = (name: string) => { log.push(`show ${name}`); return { close: () => { log.push(`close ${name}`); } }; };
  const known = createKnownAlerts(storage, () => clock.now);
  const announcer = createAnnouncer({ known, now: () => clock.now, show: (alert, isAgain) => shown(`${alert.id}${isAgain ? ' again' : ''}`), showMany: (n) => shown(`${n} more`) });
  return { announcer, known, log, clock, entries };
}

describe('the browser’s notifications', () => {
  it('come once per alert and go when it is taken care of', () => {
    const { announcer, log } = setUp();
    announcer.announce(anAlert(), false);
    announcer.announce(anAlert(), false);
    announcer.close('a1');
    announcer.close('a1');
    expect(log).toEqual(['show a1', 'close a1']);
  });
  it('call again for one that moved to people who have not seen it', () => {
    const { announcer, log } = setUp();
    announcer.announce(anAlert(), false);
    announcer.announce(anAlert({ tier: 'subdistrict' }), true);
    expect(log).toEqual(['show a1', 'show a1 again']);
  });
  it('announce nothing after a reload that was known before it', () => {
    const first = setUp();
    first.announcer.announce(anAlert(), false);
    first.known.save();
    const { announcer, known, log } = setUp(first.entries);
    expect(known.hadRecord).toBe(true);
    announcer.announce(anAlert(), false);
    announcer.announce(anAlert({ id: 'since' }), false);
    expect(log).toEqual(['show since']);
  });
  it('have no record to go by on a first visit, after more than an hour, or when it is damaged', () => {
    const { known, entries, clock } = setUp();
    expect(known.hadRecord).toBe(false);
    known.add('a1');
    known.save();
    expect(createKnownAlerts({ getItem: (key) => entries.get(key) ?? null, setItem: () => undefined }, () => clock.now + 3_600_001).hadRecord).toBe(false);
    expect(setUp(new Map([['liandong.announced', '{"at":']])).known.hadRecord).toBe(false);
    expect(setUp(new Map([['liandong.announced', '{"at":1000000,"ids":[7,"a1"]}']])).known.has('a1')).toBe(true);
  });
  it('tell a flood as one with a count', () => {
    const { announcer, log } = setUp();
    for (let index = 0; index < 20; index += 1) announcer.announce(anAlert({ id: `f${index}` }), false);
    announcer.settle();
    expect(log).toEqual(['show f0', 'show f1', 'show f2', 'show f3', 'show f4', 'show 15 more']);
  });
  it('say the count of a flood again only when there are more, and nothing of it once all are closed', () => {
    const { announcer, log, clock } = setUp();
    const flood = (from: number, to: number): void => { for (let index = from; index < to; index += 1) announcer.announce(anAlert({ id: `f${index}` }), false); };
    const settleAfter = (ms: number): string[] => {
      clock.now += ms;
      log.length = 0;
      announcer.settle();
      return [...log];
    };
    flood(0, 20);
    expect(settleAfter(0)).toEqual(['show 15 more']);
    expect(settleAfter(3000)).toEqual([]);
    flood(20, 30);
    expect(settleAfter(0)).toEqual(['show 25 more']);
    flood(30, 31);
    expect(settleAfter(1999)).toEqual([]);
    expect(settleAfter(1)).toEqual(['show 26 more']);
    flood(31, 40);
    announcer.closeAll();
    expect(settleAfter(60_000)).toEqual([]);
  });
  it('remember a bounded number of alerts', () => {
    const { known, entries } = setUp();
    for (let index = 0; index < 5000; index += 1) known.add(`k${index}`);
    known.save();
    expect([known.has('k0'), known.has('k4999'), (JSON.parse(entries.get('liandong.announced') ?? '') as { ids: string[] }).ids.length]).toEqual([false, true, 3000]);
  });
});
