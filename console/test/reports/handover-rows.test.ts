import { describe, expect, it } from 'vitest';
import type { Alert, HandoverGroup, Severity } from '@liandong/protocols';
import { handoverEvents } from '../../src/reports/handover-events.js';
import { groupKey, handoverRows, ROWS_AT_FIRST } from '../../src/reports/handover-rows.js';

const alert = (id: string, severity: Severity = 'minor', ruleId = 'r'): Alert => ({ id, ruleId, deviceId: id, area: 'east', kind: 'waste_bin', severity, tier: 'community', active: true, acked: false, raisedAt: 0, lastAt: 0, count: 1, message: { zh: '', en: '' }, seq: 0 });
const group = (ruleId: string, count: number, severity: Severity = 'minor'): HandoverGroup => ({ ruleId, area: 'east', severity, count, oldestAt: 0, alerts: Array.from({ length: Math.min(10, count) }, (_, index) => alert(`${ruleId}-${index}`, severity, ruleId)) });
const NOTHING = { turned: new Set<string>(), isWhole: false };
const listOf = (...groups: HandoverGroup[]) => ({ total: groups.reduce((sum, { count }) => sum + count, 0), groups });
const shape = (rows: ReturnType<typeof handoverRows>['rows']) => rows.map((row) => 'alert' in row ? row.alert.id : 'unnamed' in row ? `+${row.unnamed}` : `${row.group.ruleId} ×${row.group.count}`);

describe('the rows of a handover', () => {
  it('name few of a kind, gather many, and open critical ones by themselves', () => {
    const list = listOf(group('fire', 12, 'critical'), group('held', 3), group('fill', 4_000));
    expect(shape(handoverRows(list, NOTHING).rows)).toEqual(['fire ×12', ...Array.from({ length: 10 }, (_, index) => `fire-${index}`), '+2', 'held-0', 'held-1', 'held-2', 'fill ×4000']);
    const turned = new Set([group('fire', 12), group('fill', 4_000)].map(groupKey));
    expect(shape(handoverRows(list, { ...NOTHING, turned }).rows)).toEqual(['fire ×12', 'held-0', 'held-1', 'held-2', 'fill ×4000', ...Array.from({ length: 10 }, (_, index) => `fill-${index}`), '+3990']);
  });

  it('have the worst first, whatever group it is of', () => {
    const mixed = { ...group('fill', 2, 'major'), alerts: [alert('full', 'major'), alert('half', 'warning')] };
    expect(shape(handoverRows(listOf(mixed, group('noise', 9, 'minor'), group('tamper', 1, 'major')), NOTHING).rows)).toEqual(['full', 'tamper-0', 'noise ×9', 'half']);
  });

  it('end after a screen or two, and say how many alerts no row stands for', () => {
    const list = listOf(...Array.from({ length: 40 }, (_, index) => group(`r${index}`, 50)));
    const first = handoverRows({ ...list, total: list.total + 77 }, NOTHING);
    expect([first.rows.length, first.left, first.hasMore]).toEqual([ROWS_AT_FIRST, 10 * 50 + 77, true]);
    const opened = handoverRows(list, { ...NOTHING, turned: new Set(list.groups.slice(0, 5).map(groupKey)) });
    expect([opened.rows.length, opened.left]).toEqual([ROWS_AT_FIRST + 5 * 11, 10 * 50]); // nothing goes away because something is opened
    const whole = handoverRows({ ...list, total: list.total + 77 }, { ...NOTHING, isWhole: true });
    expect([whole.rows.length, whole.left, whole.hasMore]).toEqual([40, 77, false]);
  });

  it('tell what moved up in a storm in one line, and each note', () => {
    const escalations = [...Array.from({ length: 90 }, (_, index) => ({ alert: alert(`a${index}`), at: 10 + index, tier: 'subdistrict' as const })), { alert: alert('b', 'major', 'other'), at: 50, tier: 'city' as const }];
    expect(handoverEvents({ escalations, notes: [{ alertId: 'a1', at: 20, by: 'li', note: 'seen' }] }, ({ area }) => area)).toEqual([
      { alertId: 'a0', at: 10, tier: 'subdistrict', count: 90, until: 99 }, { alertId: 'a1', at: 20, by: 'li', note: 'seen', more: 0 }, { alertId: 'b', at: 50, tier: 'city', count: 1, until: 50 },
    ]);
  });
});
