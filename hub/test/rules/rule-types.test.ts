import type { Rule, RuleCondition } from '@liandong/protocols';
import { expect, it } from 'vitest';
import { begin, rig } from './one-of-each.js';
import { START, common } from './rig.js';
import { describeOnDatabases } from '../support/databases.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const combined = (when: RuleCondition, more: Partial<Rule> = {}): Rule => ({ ...common('combined'), type: 'combined', when, severity: 'major', ...more } as Rule); // only shared members are given in `more`

describeOnDatabases('a range rule', () => {
  const range: Rule = { ...common('range'), type: 'range', metric: 'temperature', bands: [{ low: 0, high: 40, severity: 'warning' }, { low: -10, high: 60, severity: 'major' }], deadband: 2 };

  it('holds its limits to be within, re-grades outside a wider band, and clears only inside the deadband', async () => {
    await begin(range);
    const steps: [number, string | undefined][] = [[40, undefined], [40.1, 'warning'], [61, 'major'], [39, 'major'], [38, undefined], [-0.1, 'warning'], [1, 'warning'], [2, undefined], [-11, 'major']];
    for (const [index, [value, severity]] of steps.entries()) {
      await rig.send('bin', 'temperature', value, START + index);
      expect([value, (await rig.active())[0]?.severity]).toEqual([value, severity]);
    }
  });

  it('names the limit that was crossed', async () => {
    await begin(range);
    await rig.send('bin', 'temperature', -3, START + 1);
    expect(await rig.active()).toMatchObject([{ threshold: 0, value: -3, message: { en: 'name of bin -3.0 °C 0 °C' } }]);
    await rig.send('bin', 'temperature', 61, START + 2);
    expect(await rig.active()).toMatchObject([{ threshold: 60 }]);
  });
});

describeOnDatabases('a rule on a fall', () => {
  const fall: Rule = { ...common('fall'), type: 'change', metric: 'battery', direction: 'down', by: 20, withinS: 600, severity: 'minor' };

  it('compares with the highest value of its window, and not with a rise', async () => {
    await begin(fall);
    await rig.send('bin', 'battery', 50, START);
    await rig.send('bin', 'battery', 90, START + 100_000);
    await rig.send('bin', 'battery', 71, START + 200_000);
    expect(await rig.active()).toEqual([]);
    await rig.send('bin', 'battery', 70, START + 300_000);
    expect(await rig.active()).toMatchObject([{ value: 20, threshold: 20 }]);
    await rig.send('bin', 'battery', 69, START + 900_000);
    expect(await rig.active()).toEqual([]);
  });
});

describeOnDatabases('a count rule', () => {
  const often: Rule = { ...common('often'), type: 'count', metric: 'fill_level', direction: 'above', limit: 80, count: 3, withinS: 600, severity: 'warning' };

  it('counts samples over the limit within its window, whatever lies between them', async () => {
    await begin(often);
    for (const [minute, value] of [[0, 85], [2, 10], [4, 90], [11, 85], [12, 20]] as const) await rig.send('bin', 'fill_level', value, START + minute * MINUTE_MS);
    expect(await rig.alerts()).toEqual([]);
    await rig.send('bin', 'fill_level', 81, START + 13 * MINUTE_MS);
    expect(await rig.active()).toMatchObject([{ value: 81, threshold: 80 }]);
    await rig.send('bin', 'fill_level', 10, START + 14 * MINUTE_MS);
    expect(await rig.active()).toEqual([]);
  });

  it('counts a repeated or late sample once or not at all', async () => {
    await begin(often);
    for (const ts of [START + 5, START + 5, START + 5, START + 3, START + 4]) await rig.send('bin', 'fill_level', 90, ts);
    expect(await rig.alerts()).toEqual([]);
  });

  it('clears by time alone when nothing more comes, and remembers its samples over a crash', async () => {
    await begin(often);
    for (const second of [0, 1, 2]) await rig.send('bin', 'fill_level', 90, START + second * 1000);
    expect(await rig.active()).toHaveLength(1);
    await rig.crash();
    await rig.pass(599);
    expect(await rig.active()).toHaveLength(1);
    await rig.pass(1);
    expect(await rig.active()).toEqual([]);
    await rig.send('bin', 'fill_level', 90);
    await rig.send('bin', 'fill_level', 90, rig.clock.at + 1);
    await rig.crash();
    await rig.send('bin', 'fill_level', 90, rig.clock.at + 2);
    expect(await rig.active()).toHaveLength(1);
  });
});

describeOnDatabases('a combined rule', () => {
  const hot: RuleCondition = { type: 'compare', metric: 'temperature', direction: 'above', limit: 50 };
  const open: RuleCondition = { type: 'state', metric: 'lid_open', equals: true };
  const full: RuleCondition = { type: 'compare', metric: 'fill_level', direction: 'above', limit: 80 };

  it('of all conditions is met when the last of them is, and clears when one ends', async () => {
    await begin(combined({ op: 'all', of: [hot, open] }));
    await rig.send('bin', 'temperature', 60);
    expect(await rig.active()).toEqual([]);
    await rig.send('bin', 'lid_open', true);
    expect(await rig.active()).toMatchObject([{ ruleId: 'combined', severity: 'major' }]);
    await rig.send('bin', 'temperature', 40, START + 1);
    expect(await rig.active()).toEqual([]);
  });

  it('judges a message as a whole: old and new values never mix', async () => {
    await begin(combined({ op: 'all', of: [hot, open] }));
    await rig.feed(rig.sample('bin', { temperature: 60, lid_open: false }, START + 1));
    await rig.feed(rig.sample('bin', { lid_open: true, temperature: 20 }, START + 2));
    expect(await rig.alerts()).toEqual([]);
  });

  it.each<[string, RuleCondition, [number, boolean, number][], boolean[]]>([
    ['any', { op: 'any', of: [hot, open] }, [[20, false, 0], [60, false, 0], [20, true, 0], [20, false, 0]], [false, true, true, false]],
    ['not', { op: 'not', of: [hot, open] }, [[60, false, 0], [20, false, 0], [20, true, 0]], [false, true, false]],
    ['a tree', { op: 'all', of: [full, { op: 'any', of: [hot, { op: 'not', of: [open] }] }] }, [[20, true, 90], [60, true, 90], [20, false, 90], [60, false, 10]], [false, true, true, false]],
  ])('knows %s', async (_name, when, samples, expected) => {
    await begin(combined(when));
    const met: boolean[] = [];
    for (const [index, [temperature, lid_open, fill_level]] of samples.entries()) {
      await rig.feed(rig.sample('bin', { temperature, lid_open, fill_level }, START + index));
      met.push((await rig.active()).length === 1);
    }
    expect(met).toEqual(expected);
  });

  it('takes what was never reported for neither true nor false', async () => {
    await begin(combined({ op: 'not', of: [open] }));
    await rig.send('bin', 'temperature', 20);
    expect(await rig.alerts()).toEqual([]);
    await rig.send('bin', 'lid_open', false);
    expect(await rig.active()).toHaveLength(1);
  });

  it('must hold for its on-delay', async () => {
    await begin(combined({ op: 'all', of: [hot, open] }, { onDelayS: 120 }));
    await rig.feed(rig.sample('bin', { temperature: 60, lid_open: true }));
    await rig.pass(119);
    expect(await rig.active()).toEqual([]);
    await rig.pass(1);
    expect(await rig.active()).toHaveLength(1);
  });

  it('knows a change within its window, and a value outside a range', async () => {
    await begin(combined({ op: 'all', of: [{ type: 'change', metric: 'temperature', direction: 'up', by: 10, withinS: 600 }, { type: 'outside', metric: 'fill_level', low: 5, high: 90 }] }));
    await rig.feed(rig.sample('bin', { temperature: 20, fill_level: 4 }, START));
    await rig.feed(rig.sample('bin', { temperature: 30, fill_level: 5 }, START + MINUTE_MS));
    expect(await rig.active()).toEqual([]);
    await rig.feed(rig.sample('bin', { temperature: 31, fill_level: 91 }, START + 2 * MINUTE_MS));
    expect(await rig.active()).toHaveLength(1);
    await rig.feed(rig.sample('bin', { temperature: 31, fill_level: 91 }, START + 12 * MINUTE_MS));
    expect(await rig.active()).toEqual([]);
  });

  it('counts events of its window, and forgets them by time alone', async () => {
    await begin({ ...common('combined', ['access_gate']), type: 'combined', severity: 'minor', when: { op: 'all', of: [
      { type: 'event', event: 'denied', count: 2, withinS: 60 }, { op: 'not', of: [{ type: 'event', event: 'granted', count: 1, withinS: 60 }] }] } });
    await rig.feed(rig.event('gate', 'granted', 'g'), rig.event('gate', 'denied', 'a'), rig.event('gate', 'denied', 'a'));
    await rig.pass(1);
    await rig.feed(rig.event('gate', 'denied', 'b'));
    expect(await rig.alerts()).toEqual([]);
    await rig.crash();
    await rig.pass(58);
    await rig.feed(rig.event('gate', 'denied', 'c'));
    expect(await rig.alerts()).toEqual([]);
    await rig.pass(1); // the passage was a minute ago, two of the refusals were not
    expect(await rig.active()).toHaveLength(1);
    await rig.pass(1);
    expect(await rig.active()).toEqual([]);
  });

  it('knows after a crash what was reported long before it', async () => {
    await begin(combined({ op: 'all', of: [hot, open] }));
    await rig.send('bin', 'lid_open', true);
    await rig.crash();
    await rig.send('bin', 'temperature', 60);
    expect(await rig.active()).toHaveLength(1);
  });
});

describeOnDatabases('an AQI rule', () => {
  const aqi: Rule = { ...common('aqi', ['env_sensor']), message: { zh: '{value} {what}', en: '{value} {what}' }, type: 'aqi', bands: [{ limit: 101, severity: 'warning' }, { limit: 201, severity: 'major' }], clearAt: 90 };
  const hour = async (from: number, values: Record<string, number>, minutes = 60): Promise<void> => {
    for (let minute = 0; minute < minutes; minute += 5) await rig.feed(rig.sample('env', values, from + minute * MINUTE_MS));
  };

  it('takes the mean of the hour of each pollutant, grades by the worst and names it', async () => {
    await begin(aqi);
    rig.directory.put('env', 'env_sensor', { reportingIntervalS: 300 });
    await hour(START, { pm2_5: 30, o3: 250 });
    expect(await rig.active()).toMatchObject([{ severity: 'warning', value: 125, threshold: 101, message: { zh: '125 臭氧' } }]);
    await hour(START + HOUR_MS, { pm2_5: 200, o3: 100 }); // nine of twelve parts at 200, three at 30: a mean of 157.5
    expect(await rig.active()).toMatchObject([{ severity: 'major', value: 208, message: { en: '208 PM2.5' } }]);
    await hour(START + 2 * HOUR_MS, { pm2_5: 10, o3: 50 });
    expect(await rig.active()).toEqual([]);
  });

  it('says nothing before 45 minutes of the hour were measured, nor of an hour with a hole in it', async () => {
    await begin(aqi);
    await hour(START, { pm2_5: 300 }, 40);
    expect(await rig.alerts()).toEqual([]);
    await hour(START + HOUR_MS, { pm2_5: 300 }, 40);
    expect(await rig.alerts()).toEqual([]);
    await hour(START + HOUR_MS + 40 * MINUTE_MS, { pm2_5: 300 }, 5);
    expect(await rig.active()).toHaveLength(1);
  });

  it('needs fewer samples of a device that reports every quarter of an hour', async () => {
    await begin(aqi);
    rig.directory.put('env', 'env_sensor', { reportingIntervalS: 900 });
    for (const minute of [0, 15, 30]) await rig.send('env', 'pm2_5', 300, START + minute * MINUTE_MS);
    expect(await rig.active()).toHaveLength(1);
  });

  it('keeps its hour over a restart, and leaves out what is no figure', async () => {
    await begin(aqi);
    rig.directory.put('env', 'env_sensor', { reportingIntervalS: 300 });
    await hour(START, { pm2_5: 300 }, 40);
    await rig.restart();
    await rig.send('env', 'pm2_5', NaN, START + 41 * MINUTE_MS);
    expect(await rig.alerts()).toEqual([]);
    await rig.send('env', 'pm2_5', 300, START + 42 * MINUTE_MS);
    expect(await rig.active()).toMatchObject([{ value: 350 }]);
  });
});

describeOnDatabases('a noise rule', () => {
  const noise: Rule = { ...common('noise', ['env_sensor']), type: 'noise', class: '2', bands: [{ over: 0, severity: 'info' }, { over: 10, severity: 'major' }], deadband: 2 };

  it('takes the class of the device\'s installation before its own', async () => {
    await begin(noise);
    rig.directory.put('env-1', 'env_sensor', { install: { noiseClass: '1' } });
    rig.directory.put('env-4', 'env_sensor', { install: { noiseClass: '4a' } });
    await rig.feed(rig.sample('env', { noise: 60 }), rig.sample('env-1', { noise: 60 }), rig.sample('env-4', { noise: 70 }));
    expect(await rig.active()).toMatchObject([{ deviceId: 'env-1', threshold: 55, severity: 'info' }]);
    rig.directory.put('env-1', 'env_sensor', { install: { noiseClass: '3' } });
    await rig.send('env-1', 'noise', 62, START + 1);
    expect(await rig.active()).toEqual([]);
  });

  it('re-grades by the decibels over the limit, clears under its deadband, and knows when night begins', async () => {
    await begin(noise);
    await rig.send('env', 'noise', 60.1, START + 1);
    expect(await rig.active()).toMatchObject([{ severity: 'info' }]);
    await rig.send('env', 'noise', 58, START + 2);
    expect(await rig.active()).toHaveLength(1);
    await rig.send('env', 'noise', 57.9, START + 3);
    expect(await rig.active()).toEqual([]);
    await rig.send('env', 'noise', 60.1, START + 12 * HOUR_MS); // 22:00
    expect(await rig.active()).toMatchObject([{ severity: 'major', threshold: 50 }]);
  });
});

describeOnDatabases('a schedule', () => {
  const fill = (schedule: NonNullable<Rule['schedule']>): Rule => ({ ...common('fill'), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }], clearAt: 70, schedule });
  /** Is the rule met at this time? The clocks of hub and device stand there. */
  async function isMet(at: number): Promise<boolean> {
    rig.clock.at = at;
    await rig.send('bin', 'fill_level', 90, at);
    await rig.evaluator.tick();
    return (await rig.active()).length === 1;
  }
  const at = (date: string, time = '12:00'): number => Date.parse(`${date}T${time}:00+08:00`);

  it('of weekdays and hours over midnight belongs to the day it begins on', async () => {
    await begin(fill({ weekdays: [5], hours: [22, 6] })); // 2026-11-06 is a Friday
    expect(await isMet(at('2026-11-06', '05:00'))).toBe(false);
    expect(await isMet(at('2026-11-06', '21:59'))).toBe(false);
    expect(await isMet(at('2026-11-06', '22:00'))).toBe(true);
    expect(await isMet(at('2026-11-07', '05:59'))).toBe(true);
    expect(await isMet(at('2026-11-07', '06:00'))).toBe(false);
    expect(await isMet(at('2026-11-07', '23:00'))).toBe(false);
  });

  it('knows holidays, and moved working days as working days only', async () => {
    await begin(fill({ weekdays: [1, 2, 3, 4, 5], holidays: 'except' }));
    rig.days.replace([{ date: '2026-11-09', kind: 'holiday' }, { date: '2026-11-14', kind: 'workday' }]); // Monday, Saturday
    expect(await isMet(at('2026-11-06'))).toBe(true);
    expect(await isMet(at('2026-11-07'))).toBe(false);
    expect(await isMet(at('2026-11-09'))).toBe(false);
    expect(await isMet(at('2026-11-10'))).toBe(true);
    expect(await isMet(at('2026-11-14'))).toBe(true);
    expect(await isMet(at('2026-11-15'))).toBe(false);
  });

  it('of weekends leaves out a Saturday on which people work, and of holidays every other day', async () => {
    await begin(fill({ weekdays: [6, 7] }), { ...fill({ holidays: 'only' }), id: 'holiday' });
    rig.days.replace([{ date: '2026-11-14', kind: 'workday' }, { date: '2026-11-18', kind: 'holiday' }]);
    const rulesAt = async (date: string): Promise<string[]> => {
      await isMet(at(date));
      return (await rig.active()).map(({ ruleId }) => ruleId);
    };
    expect([await rulesAt('2026-11-07'), await rulesAt('2026-11-14'), await rulesAt('2026-11-15'), await rulesAt('2026-11-18'), await rulesAt('2026-11-19')]).toEqual([['fill'], [], ['fill'], ['holiday'], []]);
  });

  it('ends with a calendar that says so, and not only with the next full hour', async () => {
    await begin(fill({ holidays: 'except' }));
    expect(await isMet(at('2026-11-09'))).toBe(true);
    await rig.pass(2);
    rig.days.replace([{ date: '2026-11-09', kind: 'holiday' }]);
    await rig.pass(1);
    expect(await rig.active()).toEqual([]);
  });

  /** How its alert stands in the record, and the words of its timeline. */
  const recordOf = async (): Promise<unknown[]> => {
    const [alert] = await rig.alerts();
    return [alert?.active, alert?.endedBy, ...await rig.notes(alert?.id ?? '')];
  };
  const WITH_HOURS = [false, 'schedule', 'the hours of the rule are over'];
  const RECOVERED = [false, undefined];

  it('that ends is why its alert does: that has not recovered, and says so', async () => {
    await begin(fill({ hours: [6, 22] }));
    expect(await isMet(at('2026-11-06', '21:59'))).toBe(true);
    rig.clock.at = at('2026-11-06', '22:00');
    await rig.evaluator.tick();
    expect(await recordOf()).toEqual(WITH_HOURS);
    expect(await isMet(at('2026-11-07', '06:00'))).toBe(true); // another alert
    await rig.send('bin', 'fill_level', 60, at('2026-11-07', '06:01'));
    expect((await rig.alerts())[0]).not.toHaveProperty('endedBy');
  });

  it('that ends is known by a report too, where that comes first', async () => {
    await begin(fill({ hours: [6, 22] }));
    expect(await isMet(at('2026-11-06', '21:59'))).toBe(true);
    rig.clock.at = at('2026-11-06', '22:00');
    await rig.send('bin', 'fill_level', 90);
    expect(await recordOf()).toEqual(WITH_HOURS);
  });

  it.each([['its hours end', false, WITH_HOURS], ['it has recovered', true, RECOVERED]] as const)('tells after an off-delay that began when %s, over a restart, too', async (_what, isRecovered, record) => {
    await begin({ ...fill({ hours: [6, 22] }), offDelayS: 300 });
    expect(await isMet(at('2026-11-06', '21:58'))).toBe(true);
    if (isRecovered) await rig.send('bin', 'fill_level', 60, at('2026-11-06', '21:59'));
    rig.clock.at = at('2026-11-06', '22:00');
    await rig.evaluator.tick();
    expect(await rig.active()).toHaveLength(1);
    await rig.send('bin', 'fill_level', 60, at('2026-11-06', '22:01')); // what it did in its hours counts
    await rig.crash();
    rig.clock.at = at('2026-11-06', '22:06');
    await rig.evaluator.tick();
    expect(await recordOf()).toEqual(record);
  });

  it('holds for events too: outside it they begin nothing and are not counted', async () => {
    await begin({ ...common('denied', ['access_gate']), type: 'event', event: 'denied', count: 2, withinS: 600, clearOn: [], severity: 'minor', schedule: { hours: [22, 6] } });
    const night = at('2026-11-06', '22:00');
    rig.clock.at = night;
    await rig.feed(rig.event('gate', 'denied', 'a', night - 1000), rig.event('gate', 'denied', 'b', night + 1000));
    expect(await rig.alerts()).toEqual([]);
    await rig.feed(rig.event('gate', 'denied', 'c', night + 2000));
    expect(await rig.active()).toHaveLength(1);
    rig.clock.at = at('2026-11-07', '06:00');
    await rig.evaluator.tick();
    expect(await rig.active()).toEqual([]);
  });
});

describeOnDatabases('clocks', () => {
  it('set back by an hour leave windows and hours usable', async () => {
    await begin(
      { ...common('often'), type: 'count', metric: 'fill_level', direction: 'above', limit: 80, count: 2, withinS: 600, severity: 'warning' },
      combined({ op: 'all', of: [{ type: 'change', metric: 'temperature', direction: 'up', by: 10, withinS: 600 }, { type: 'state', metric: 'lid_open', equals: true }] }),
    );
    await rig.feed(rig.sample('bin', { fill_level: 90, temperature: 20, lid_open: true }));
    rig.clock.at -= HOUR_MS;
    await rig.evaluator.tick();
    await rig.feed(rig.sample('bin', { fill_level: 90, temperature: 20 }, rig.clock.at + 1000));
    await rig.feed(rig.sample('bin', { temperature: 31 }, rig.clock.at + 2000));
    expect((await rig.active()).map(({ ruleId }) => ruleId).sort()).toEqual(['combined', 'often']);
    await rig.pass(660); // by hub time too
    expect((await rig.active()).map(({ ruleId }) => ruleId)).toEqual(['combined']);
  });

  it('set ahead by an hour end what has lapsed and nothing else', async () => {
    await begin({ ...common('often'), type: 'count', metric: 'fill_level', direction: 'above', limit: 80, count: 2, withinS: 600, severity: 'warning' });
    await rig.feed(rig.sample('bin', { fill_level: 90 }, START), rig.sample('bin', { fill_level: 90 }, START + 1));
    rig.clock.at += HOUR_MS;
    await rig.evaluator.tick();
    expect(await rig.active()).toEqual([]);
    await rig.feed(rig.sample('bin', { fill_level: 90 }), rig.sample('bin', { fill_level: 90 }, rig.clock.at + 1));
    expect(await rig.active()).toHaveLength(1);
  });
});
