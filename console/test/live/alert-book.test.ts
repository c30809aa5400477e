import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RETURNED_MS, SEVERITIES, TIERS, type Alert } from '@liandong/protocols';
import { createAlertBook } from '../../src/live/alert-book.js';
import { byTableOrder, byUrgency } from '../../src/live/priority.js';
import { anAlert } from '../support/alerts.js';

const NOW = 1_000_000;
const ids = (alerts: readonly Alert[]) => alerts.map(({ id }) => id);
const aBook = (limits: Partial<Parameters<typeof createAlertBook>[0]> = {}) => createAlertBook({ cleared: 1000, returned: 1000, active: 1000, ...limits });

describe('the book of alerts', () => {
  it('puts each alert where it belongs: needing, acknowledged, shelved, suppressed, over', () => {
    const book = aBook();
    for (const alert of [anAlert({ id: 'new' }), anAlert({ id: 'seen', acked: true }), anAlert({ id: 'aside', shelvedUntil: NOW + 1 }), anAlert({ id: 'caused', inhibitedBy: 'new' }), anAlert({ id: 'gone', active: false })]) book.put(alert, NOW);
    expect([ids(book.lists.needing.items), ids(book.lists.acked.items), ids(book.lists.shelved.items), ids(book.lists.suppressed.items)]).toEqual([['new'], ['seen'], ['aside'], ['caused']]);
    expect(ids(book.table.items)).toContain('gone');
    expect(book.counts.needing.major).toBe(1);
  });
  it('counts of each area what is active, and apart from it what of that needs a person', () => {
    const book = aBook();
    const put = (changes: Partial<Alert>) => book.put(anAlert({ area: 'elm', severity: 'critical', ...changes }), NOW);
    put({ id: 'a' });
    put({ id: 'b', severity: 'minor' });
    put({ id: 'a', seq: 2, acked: true });
    const of = (counts: ReadonlyMap<string, Readonly<Record<string, number>>>) => [counts.get('elm')?.['critical'], counts.get('elm')?.['minor']];
    expect([of(book.counts.areas), of(book.counts.areaNeeds)]).toEqual([[1, 1], [0, 1]]);
    put({ id: 'b', seq: 3, severity: 'minor', active: false });
    expect([of(book.counts.areas), of(book.counts.areaNeeds)]).toEqual([[1, 0], [0, 0]]);
    book.reset([], NOW);
    expect([book.counts.areas.size, book.counts.areaNeeds.size]).toEqual([0, 0]);
  });
  it('lets children stand for themselves again when their parent is over, whichever came first', () => {
    const book = aBook();
    book.put(anAlert({ id: 'child', groupId: 'parent' }), NOW);
    expect(ids(book.lists.needing.items)).toEqual(['child']);
    book.put(anAlert({ id: 'parent', seq: 2 }), NOW);
    expect([ids(book.lists.needing.items), book.childCount('parent')]).toEqual([['parent'], 1]);
    book.put(anAlert({ id: 'parent', seq: 3, active: false }), NOW);
    expect(ids(book.lists.needing.items)).toEqual(['child']);
  });
  it('takes a shelved alert back when its time is over, without an event', () => {
    const book = aBook();
    book.put(anAlert({ shelvedUntil: NOW + 60 }), NOW);
    expect(ids(book.unshelve(NOW + 59))).toEqual([]);
    expect(ids(book.unshelve(NOW + 60))).toEqual(['a1']);
    expect([ids(book.lists.needing.items), book.counts.needing.major]).toEqual([['a1'], 1]);
  });
  it('ignores a state older than the one it has', () => {
    const book = aBook();
    book.put(anAlert({ seq: 5, acked: true }), NOW);
    expect(book.put(anAlert({ seq: 4 }), NOW)).toBeUndefined();
    expect(book.standing('a1')).toBe('acked');
  });
  it('forgets the oldest cleared, leaves out the least urgent active, and counts both', () => {
    const book = aBook({ cleared: 2, active: 2 });
    for (const id of ['x', 'y', 'z']) book.put(anAlert({ id, active: false }), NOW);
    expect([book.byId.has('x'), book.leftOut()]).toEqual([false, { cleared: 1, active: 0 }]);
    book.put(anAlert({ id: 'info', severity: 'info' }), NOW);
    for (const id of ['m1', 'm2']) book.put(anAlert({ id }), NOW);
    expect([ids(book.lists.needing.items), book.leftOut().active]).toEqual([['m1', 'm2'], 1]);
    book.put(anAlert({ id: 'info', severity: 'info', seq: 9, active: false }), NOW);
    expect(book.leftOut().active).toBe(0);
  });
  it('keeps what cleared with nobody having acknowledged it, worst and then newest first, until somebody does or a day has gone by', () => {
    const book = aBook();
    const over = (id: string, changes: Partial<Alert> = {}) => anAlert({ id, active: false, clearedAt: NOW - 10, ...changes });
    for (const alert of [over('major'), over('newer', { clearedAt: NOW - 5 }), over('critical', { severity: 'critical' }), over('minor', { severity: 'minor' }), over('seen', { acked: true }), over('child', { groupId: 'major' }), over('inhibited', { inhibitedBy: 'critical' }), over('withheld', { isWithheld: true }), over('ended', { severity: 'critical', endedBy: 'out-of-service' }), over('aside', { shelvedUntil: NOW + 5 }), over('old', { clearedAt: NOW - RETURNED_MS })]) book.put(alert, NOW);
    expect([ids(book.lists.returned.items), book.counts.needing.critical]).toEqual([['critical', 'newer', 'major'], 0]);
    book.put(over('critical', { severity: 'critical', acked: true, seq: 2 }), NOW);
    book.put(anAlert({ id: 'newer', seq: 2 }), NOW);
    expect([ids(book.lists.returned.items), ids(book.lists.needing.items)]).toEqual([['major'], ['newer']]);
    expect(ids(book.expire(NOW - 10 + RETURNED_MS - 1))).toEqual([]);
    expect(ids(book.expire(NOW - 10 + RETURNED_MS))).toEqual(['major']);
    expect([ids(book.lists.returned.items), book.standing('major')]).toEqual([[], 'over']);
  });
  it('does not lose a critical one that nobody saw to a storm of small ones that clear, and holds so many of them', () => {
    const book = aBook({ cleared: 3, returned: 2, active: 1 });
    const over = (id: string, changes: Partial<Alert> = {}) => anAlert({ id, active: false, clearedAt: NOW, ...changes });
    book.put(over('gate', { severity: 'critical', clearedAt: NOW - 100 }), NOW);
    for (let index = 0; index < 50; index += 1) book.put(over(`info-${index}`, { severity: 'info' }), NOW);
    for (let index = 0; index < 5; index += 1) book.put(over(`major-${index}`, { clearedAt: NOW + index }), NOW);
    book.put(anAlert({ id: 'active' }), NOW);
    expect([ids(book.lists.returned.items), ids(book.lists.needing.items), book.byId.size]).toEqual([['gate', 'major-4'], ['active'], 6]);
    expect(book.leftOut()).toEqual({ cleared: 51, active: 0 });
  });
  it('has after any changes the lists and counts that sorting everything anew would give', () => {
    const change = fc.record({
      id: fc.integer({ min: 0, max: 12 }).map((n) => `a${n}`), severity: fc.constantFrom(...SEVERITIES), tier: fc.constantFrom(...TIERS), active: fc.boolean(), acked: fc.boolean(),
      raisedAt: fc.integer({ min: 0, max: 5 }), shelvedUntil: fc.constantFrom(0, NOW + 10), groupId: fc.option(fc.integer({ min: 0, max: 12 }).map((n) => `a${n}`), { nil: undefined }), dueAt: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }), clearedAt: fc.constantFrom(NOW, NOW - RETURNED_MS),
    });
    fc.assert(fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const book = aBook();
      changes.forEach(({ dueAt, groupId, clearedAt, ...facts }, index) => book.put(anAlert({ ...facts, seq: index + 1, deviceId: facts.id, ...(groupId === undefined ? {} : { groupId }), ...(facts.active ? {} : { clearedAt }), ...(dueAt === undefined ? {} : { clock: { kind: 'acknowledge', dueAt, policyArea: 'x', policyVersion: 1 } }) }), NOW));
      const anew = aBook();
      anew.reset([...book.byId.values()], NOW);
      for (const key of ['needing', 'acked', 'shelved', 'suppressed', 'returned'] as const) expect(ids(book.lists[key].items)).toEqual(ids(anew.lists[key].items));
      expect(ids(book.table.items)).toEqual(ids([...book.byId.values()].sort(byTableOrder)));
      expect(ids(book.lists.needing.items)).toEqual(ids([...book.lists.needing.items].sort(byUrgency)));
      expect(book.counts.needing).toEqual(anew.counts.needing);
      expect(book.counts.tierNeeds).toEqual(anew.counts.tierNeeds);
      expect([...book.counts.places.keys()].sort()).toEqual([...anew.counts.places.keys()].sort());
      for (const id of book.byId.keys()) expect(book.childCount(id)).toBe(anew.childCount(id));
    }));
  });
});
