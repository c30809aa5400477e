import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SEVERITIES, type Channel, type Shift } from '@liandong/protocols';
import { channelFaults, emptyChannel, formOfChannel, toChannelPatch, toNewChannel } from '../../src/duty/channel-form.js';
import { byUrgency, emptyMaintenance, maintenanceFaults, maintenanceState, toMaintenance } from '../../src/duty/maintenance.js';
import { formOfPolicy, policyFault, toPolicy } from '../../src/duty/policy-form.js';
import { formOfShift, shiftFaults, toShift } from '../../src/duty/shift-form.js';
import { monthsOf, withDay } from '../../src/duty/year-days.js';
import { DAY_MS, dateToMs, fieldToMs, msToField } from '../../src/format/calendar.js';

const NOW = dateToMs('2026-11-26') + 9 * 3_600_000;

describe('an escalation policy', () => {
  it('comes back from minutes to the second', () => {
    const step = fc.record({ ackWithinS: fc.integer({ min: 1, max: 604_800 }), resolveWithinS: fc.integer({ min: 1, max: 604_800 }) }, { requiredKeys: ['ackWithinS'] });
    const policy = fc.record(Object.fromEntries(SEVERITIES.map((severity) => [severity, step])), { requiredKeys: [] });
    fc.assert(fc.property(policy, (any) => { expect(toPolicy(formOfPolicy(any))).toEqual(any); }));
  });
  it.each([['', '', undefined], ['2', '', undefined], ['0.5', '60', undefined], ['0', '', 'minutesRange'], ['-2', '', 'minutesRange'], ['10081', '', 'minutesRange'], ['2分', '', 'figureWrong'], ['', '60', 'resolveAlone'], ['10', '9.9', 'resolveShort'], ['10', '10', undefined]] as const)('of %j and %j min: %s', (ack, resolve, fault) => { expect(policyFault({ ack, resolve })).toBe(fault); });
});

describe('a shift', () => {
  const stored: Shift = { id: 's', name: '早班', tier: 'city', area: 'a', weekdays: [1, 7], start: '22:00', end: '06:00', users: ['li.na'], validFrom: dateToMs('2026-11-01'), validTo: dateToMs('2026-12-01'), holidays: 'also' };
  it('comes back as it went in; its last day is the one before it ends', () => {
    expect(formOfShift(stored, 'x').validTo).toBe('2026-11-30');
    expect({ id: 's', ...toShift(formOfShift(stored, 'x')) }).toEqual(stored);
  });
  it('says what is missing or wrong', () => {
    const empty = { ...formOfShift(undefined, ''), weekdays: [], start: '' };
    expect(shiftFaults(empty)).toEqual({ name: 'nameMissing', area: 'areaMissing', weekdays: 'weekdaysMissing', start: 'timeMissing', users: 'usersMissing' });
    expect(shiftFaults({ ...formOfShift(stored, ''), users: ['Li Na'], validTo: '2026-10-01' })).toEqual({ users: 'userWrong', validFrom: 'validityBackwards' });
  });
});

describe('a maintenance window', () => {
  it('is read at the hub’s time', () => {
    expect(msToField(NOW)).toBe('2026-11-26T09:00');
    expect(fieldToMs('2026-11-26T09:00')).toBe(NOW);
    expect(toMaintenance({ ...emptyMaintenance('a', NOW), of: 'area', reason: ' x ' })).toEqual({ area: 'a', from: NOW, to: NOW + 7_200_000, reason: 'x' });
  });
  it('is of nothing until somebody says of what', () => { expect(maintenanceFaults({ ...emptyMaintenance('a', NOW), reason: 'x' }, NOW)).toEqual({ area: 'devicesMissing' }); });
  it('says what is missing or wrong', () => {
    const form = { ...emptyMaintenance('a', NOW), of: 'area' as const, reason: 'x' };
    expect(maintenanceFaults(form, NOW)).toEqual({});
    expect(maintenanceFaults({ ...form, to: form.from }, NOW)).toEqual({ time: 'backwards' });
    expect(maintenanceFaults({ ...form, from: '2026-11-20T09:00', to: '2026-11-26T08:00' }, NOW)).toEqual({ time: 'past' });
    expect(maintenanceFaults({ ...form, to: '2036-11-26T09:00' }, NOW)).toEqual({ time: 'tooLong' });
    expect(maintenanceFaults({ ...form, from: '2077-11-26T09:00', to: '2077-11-26T10:00' }, NOW)).toEqual({ time: 'tooFar' });
    expect(maintenanceFaults({ ...form, from: '2027-11-26T09:00', to: '2027-12-26T09:00' }, NOW)).toEqual({});
    expect(maintenanceFaults({ ...form, of: 'devices', from: '', reason: ' \u200b' }, NOW)).toEqual({ area: 'devicesMissing', time: 'timeMissing', reason: 'reasonMissing' });
  });
  it('runs from its first to before its last moment, unless it was ended', () => {
    const window = { from: 10, to: 20 };
    expect([9, 10, 19, 20].map((now) => maintenanceState(window, now))).toEqual(['planned', 'running', 'running', 'over']);
    expect(maintenanceState({ ...window, endedAt: 15 }, 16)).toBe('ended');
    const all = [[0, 5], [40, 50], [10, 20], [30, 50]].map(([from = 0, to = 0], index) => ({ id: `m${index}`, from, to, reason: '', by: '', at: 0 }));
    expect(byUrgency(all, 15).map(({ window: { id } }) => id)).toEqual(['m2', 'm3', 'm1', 'm0']);
  });
});

describe('a channel', () => {
  const stored: Channel = { id: 'c', type: 'webhook', name: 'x', isEnabled: true, minSeverity: 'major', tiers: ['city'], events: ['raised'], lang: 'zh', urlHost: 'https://a.example', hasSecret: true, allowPrivate: false, waiting: 0 };
  it('that is edited keeps address and secret unless new ones are typed', () => {
    expect(toChannelPatch(formOfChannel(stored))).toEqual({ name: 'x', isEnabled: true, minSeverity: 'major', tiers: ['city'], events: ['raised'], lang: 'zh', area: null, allowPrivate: false });
    expect(toChannelPatch({ ...formOfChannel(stored), url: 'https://b.example', secret: 's' })).toMatchObject({ url: 'https://b.example', secret: 's' });
  });
  it('of e-mail has addresses and no web address', () => { expect(toNewChannel({ ...emptyChannel('zh'), type: 'email', name: 'x', to: ['a@b.cn'], url: 'left over', secret: 'x' })).not.toHaveProperty('url'); });
  it('says what is missing or wrong', () => {
    const form = { ...emptyChannel('zh'), name: 'x' };
    expect(channelFaults(form, true)).toEqual({ url: 'urlMissing' });
    expect(channelFaults(form, false)).toEqual({});
    expect(channelFaults({ ...form, url: 'ftp://x', tiers: [], events: [] }, true)).toEqual({ url: 'urlWrong', tiers: 'tiersMissing', events: 'eventsMissing' });
    expect(channelFaults({ ...form, type: 'email', to: ['a@b'] }, true)).toEqual({ to: 'toWrong' });
  });
});

describe('a year of days', () => {
  it('has every day once, under its weekday', () => {
    const months = monthsOf(2028);
    expect(months.flatMap(({ days }) => days)).toHaveLength(366);
    expect(months[1]?.days.at(-1)).toEqual({ date: '2028-02-29', day: 29, weekday: 2 });
    for (const { blanks, days } of months) expect(days[0]?.weekday).toBe(blanks + 1);
    expect(months[0]?.days[0] && dateToMs(months[0].days[0].date) % DAY_MS).toBe(16 * 3_600_000);
  });
  it('takes a mark, changes it, and takes it back', () => {
    const one = withDay([], { date: '2026-10-01', kind: 'holiday', name: '国庆节' });
    const renamed = withDay(one, { date: '2026-10-01', kind: 'holiday', name: '中秋节' });
    expect(renamed).toEqual([{ date: '2026-10-01', kind: 'holiday', name: '中秋节' }]);
    expect(withDay(renamed, { date: '2026-10-01', kind: 'holiday', name: '中秋节' })).toEqual([]);
    expect(withDay(one, { date: '2026-09-27', kind: 'workday' }).map(({ date }) => date)).toEqual(['2026-09-27', '2026-10-01']);
  });
});
