import type { Rule } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRuleService } from '../../src/rules/rule-service.js';
import { ADMIN, START, common, createRig, type Rig } from './rig.js';
import { describeOnDatabases } from '../support/databases.js';

const fill = (id: string, limit: number, more: Partial<Rule> = {}): Rule =>
  ({ ...common(id), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit, severity: 'warning' }], clearAt: limit - 10, ...more } as Rule); // only shared members are given in `more`
const tilted: Rule = { ...common('tilted', ['waste_bin'], '{device}'), type: 'state', metric: 'tilted', equals: true, severity: 'minor', onDelayS: 60 };
const rise: Rule = { ...common('rise'), type: 'change', metric: 'temperature', direction: 'up', by: 10, withinS: 600, severity: 'critical' };

let rig: Rig;
beforeEach(async () => {
  rig = await createRig([tilted, rise]);
  rig.directory.put('bin', 'waste_bin', { area: 'east-1' });
  rig.directory.put('bin-west', 'waste_bin', { area: 'west' });
  await rig.evaluator.start();
});
afterEach(async () => {
  expect(rig.errors).toEqual([]);
  await rig.close();
});
const stands = async (): Promise<string[]> => (await rig.active()).map(({ ruleId, deviceId }) => `${ruleId} ${deviceId}`).sort();
let ts = START;
const report = async (value: number, device = 'bin'): Promise<void> => {
  ts += 1;
  await rig.send(device, 'fill_level', value, ts);
};

describeOnDatabases('the nearest scope of a family', () => {
  const scopes: [string, Rule['scope']][] = [
    ['kind', undefined], ['profile', { profiles: ['urban'] }], ['city', { areas: ['city'] }], ['subdistrict', { areas: ['street'] }],
    ['community', { areas: ['east'] }], ['grid', { areas: ['east-1'] }], ['device', { devices: ['bin'] }],
  ];

  it('wins: device, grid, community, sub-district, city, profile, kind, in whatever order the rules come', async () => {
    rig.areas.put({ id: 'east', level: 'community', parent: 'street', name: '东', profile: 'urban' });
    for (const [id, scope] of [...scopes].sort(([a], [b]) => a < b ? -1 : 1)) await rig.rules.create(ADMIN, fill(id, 80, { family: 'kind', ...(scope === undefined ? {} : { scope }) }));
    for (const [id] of [...scopes].reverse()) {
      await report(90);
      expect(await stands()).toEqual([`${id} bin`]);
      const rule = await rig.rules.get(ADMIN, id);
      await rig.rules.replace(ADMIN, id, { ...rule, enabled: false });
      expect(await stands()).toEqual([]);
    }
    await report(90);
    expect(await stands()).toEqual([]);
  });

  it('leaves rules of other families alone, and devices out of it to the wider rule', async () => {
    await rig.rules.create(ADMIN, fill('wide', 80));
    await rig.rules.create(ADMIN, fill('near', 95, { family: 'wide', scope: { areas: ['east'] } }));
    await rig.rules.create(ADMIN, fill('other', 85));
    await report(90);
    await report(90, 'bin-west');
    expect(await stands()).toEqual(['other bin', 'other bin-west', 'wide bin-west']);
  });

  it('of two equally near ones is the one with the higher version, then the one whose id comes later', async () => {
    await rig.rules.create(ADMIN, fill('a', 80, { family: 'f' }));
    await rig.rules.create(ADMIN, fill('b', 80, { family: 'f' }));
    await report(90);
    expect(await stands()).toEqual(['b bin']);
    await rig.rules.replace(ADMIN, 'a', fill('a', 80, { family: 'f' }));
    await report(90);
    expect(await stands()).toEqual(['a bin']);
  });

  it('with several members needs all of them', async () => {
    rig.areas.put({ id: 'east', level: 'community', parent: 'street', name: '东', profile: 'rural' });
    await rig.rules.create(ADMIN, fill('both', 80, { scope: { areas: ['east'], profiles: ['urban'] } }));
    await report(90);
    expect(await stands()).toEqual([]);
    rig.areas.put({ id: 'east', level: 'community', parent: 'street', name: '东', profile: 'urban' });
    await rig.pass(1);
    await report(90);
    expect(await stands()).toEqual(['both bin']);
  });

  it('follows a device that moves and a community whose profile changes: the old alert clears with a note', async () => {
    await rig.rules.create(ADMIN, fill('east-only', 80, { scope: { areas: ['east'] } }));
    await report(90);
    const [alert] = await rig.active();
    rig.directory.put('bin', 'waste_bin', { area: 'west' });
    await rig.pass(1);
    expect(await stands()).toEqual([]);
    expect(await rig.notes(alert!.id)).toEqual(['rule no longer applies']);
    rig.directory.put('bin', 'waste_bin', { area: 'east' });
    await report(90);
    expect(await stands()).toEqual(['east-only bin']);
  });
});

describeOnDatabases('an alert whose device moves to another area', () => {
  it('goes with it and is nobody\'s there: who had it may not see it any more', async () => {
    await rig.db.insertInto('user').values({ username: 'li', name: '李', role: 'operator', area: null, password_hash: '', created_at: START }).execute();
    rig.directory.put('bin-2', 'waste_bin', { area: 'east-1' });
    await rig.rules.create(ADMIN, fill('fill', 80));
    await report(90);
    await report(90, 'bin-2');
    const alert = (await rig.active()).find(({ deviceId }) => deviceId === 'bin');
    await rig.service.assign(ADMIN, alert!.id, { assignee: 'li' });
    for (const device of ['bin', 'bin-2']) rig.directory.put(device, 'waste_bin', { area: 'west' });
    await rig.pass(1);
    const moved = await rig.active();
    expect(moved.map(({ area, assignee }) => ({ area, assignee }))).toEqual([{ area: 'west', assignee: undefined }, { area: 'west', assignee: undefined }]);
    expect(await rig.notes(alert!.id)).toEqual(['moved to west']);
    // To those who see no more than where it was it has ended, and nobody there is asked to acknowledge it.
    expect(rig.published.filter(({ id, active }) => id === alert!.id && !active)).toMatchObject([{ area: 'east-1', endedBy: 'moved' }]);
    expect(moved.some(({ endedBy }) => endedBy !== undefined)).toBe(false);
    expect(await rig.timeline(alert!.id)).toEqual(['raised', 'assigned', 'assigned']);
    expect(await rig.timeline(moved.find(({ id }) => id !== alert!.id)!.id)).toEqual(['raised']);
  });
});

describeOnDatabases('a rule that is changed while the hub runs', () => {
  it('is in force when the call returns, and says so in its version, on alerts too', async () => {
    await report(75);
    expect(await rig.rules.create(ADMIN, fill('fill', 70))).toMatchObject({ version: 1, updatedBy: 'admin', updatedAt: START });
    await report(75);
    expect(await rig.active()).toMatchObject([{ ruleId: 'fill', ruleVersion: 1 }]);
  });

  it('takes its alert over: the next sample grades it anew, milder too, without counting it again', async () => {
    await rig.rules.create(ADMIN, { ...fill('fill', 80), bands: [{ limit: 80, severity: 'warning' }, { limit: 90, severity: 'major' }] } as Rule);
    await report(95);
    const [alert] = await rig.active();
    expect(alert).toMatchObject({ severity: 'major', ruleVersion: 1 });
    await rig.rules.replace(ADMIN, 'fill', { ...fill('fill', 80), bands: [{ limit: 80, severity: 'minor' }], manualClear: true } as Rule);
    expect(await rig.active()).toMatchObject([{ id: alert!.id, severity: 'major', ruleVersion: 2, manualClear: true }]);
    await report(95);
    expect(await rig.active()).toMatchObject([{ id: alert!.id, severity: 'minor', threshold: 80, ruleVersion: 2, count: 1 }]);
    await report(95);
    expect(await rig.timeline(alert!.id)).toEqual(['raised', 'regraded']);
    await report(50);
    expect(await rig.timeline(alert!.id)).toEqual(['raised', 'regraded', 'cleared']);
  });

  it('is not graded anew where the new version says the same, and clears by the new limits', async () => {
    await rig.rules.create(ADMIN, fill('fill', 80));
    await report(85);
    const [alert] = await rig.active();
    await rig.rules.replace(ADMIN, 'fill', fill('fill', 84));
    await report(86);
    expect(await rig.timeline(alert!.id)).toEqual(['raised']);
    await report(73); // 70 before, 74 now
    expect(await stands()).toEqual([]);
  });

  it('keeps its delays where only its words change, and begins them anew where its condition does', async () => {
    await rig.rules.create(ADMIN, fill('words', 80, { onDelayS: 60 }));
    await rig.rules.create(ADMIN, fill('limit', 80, { onDelayS: 60 }));
    await report(90);
    await rig.pass(30);
    await rig.rules.replace(ADMIN, 'words', fill('words', 80, { onDelayS: 60, name: { zh: '新', en: 'new' } }));
    await rig.rules.replace(ADMIN, 'limit', fill('limit', 79, { onDelayS: 60 }));
    await rig.pass(30);
    expect(await stands()).toEqual(['words bin']);
    await report(90);
    await rig.pass(60);
    expect(await stands()).toEqual(['limit bin', 'words bin']);
  });

  it('keeps its delays where only its words change, even when the hub is killed before it has taken them over', async () => {
    await rig.rules.create(ADMIN, fill('words', 80, { onDelayS: 60 }));
    await rig.send('bin', 'fill_level', 90);
    await rig.pass(30);
    const written = createRuleService({ db: rig.db, clock: rig.clock, areas: rig.areas, directory: rig.directory, evaluator: { changeRule: async () => undefined } });
    await written.replace(ADMIN, 'words', fill('words', 80, { onDelayS: 60, name: { zh: '新', en: 'new' } }));
    await rig.crash();
    await rig.pass(31);
    expect(await stands()).toContain('words bin');
  });

  it('leaves the memory of all other rules as it is: delays, windows, active alerts', async () => {
    await rig.feed(rig.sample('bin', { tilted: true, temperature: 20 }));
    await rig.pass(59);
    await rig.rules.create(ADMIN, fill('fill', 80));
    await rig.rules.replace(ADMIN, 'fill', fill('fill', 81));
    await rig.rules.remove(ADMIN, 'fill');
    await rig.pass(1);
    expect(await stands()).toEqual(['tilted bin']);
    await rig.send('bin', 'temperature', 30, rig.clock.at + 1);
    expect(await stands()).toEqual(['rise bin', 'tilted bin']);
    expect(await rig.alerts()).toHaveLength(2);
  });

  it('clears its alerts with a note when it is deleted, and nothing of it is remembered', async () => {
    await rig.rules.create(ADMIN, fill('fill', 80, { onDelayS: 0 }));
    await report(90);
    const [alert] = await rig.active();
    await rig.rules.remove(ADMIN, 'fill');
    expect(await rig.alerts()).toMatchObject([{ id: alert!.id, active: false, endedBy: 'rule-off' }]);
    expect(await rig.notes(alert!.id)).toEqual(['rule no longer applies']);
    expect(await rig.db.selectFrom('rule_state').selectAll().where('rule_id', '=', 'fill').execute()).toEqual([]);
    await report(99);
    expect(await rig.alerts()).toHaveLength(1);
  });

  it('gives way to a nearer one with a note, and the two never stand together', async () => {
    await rig.rules.create(ADMIN, fill('wide', 80));
    await report(90);
    const [alert] = await rig.active();
    await rig.rules.create(ADMIN, fill('near', 85, { family: 'wide', scope: { devices: ['bin'] } }));
    expect(await rig.active()).toEqual([]);
    expect(await rig.notes(alert!.id)).toEqual(['rule near applies instead']);
    expect(await rig.alerts()).toMatchObject([{ endedBy: 'rule-off' }]);
    await report(90);
    expect(await stands()).toEqual(['near bin']);
  });

  it('that changes its type begins afresh under the same alert', async () => {
    await rig.rules.create(ADMIN, fill('fill', 80));
    await report(90);
    const [alert] = await rig.active();
    await rig.rules.replace(ADMIN, 'fill', { ...common('fill'), type: 'range', metric: 'fill_level', bands: [{ low: 1, high: 85, severity: 'major' }], deadband: 5 });
    await report(90);
    expect(await rig.active()).toMatchObject([{ id: alert!.id, severity: 'major', threshold: 85 }]);
    await rig.restart();
    await report(81);
    expect(await rig.active()).toHaveLength(1);
    await report(80);
    expect(await rig.active()).toEqual([]);
  });

  it('on events is graded by the next one, which counts, and still clears by itself when none comes', async () => {
    rig.directory.put('gate', 'access_gate');
    const denied = (more: Partial<Rule>): Rule => ({ ...common('denied', ['access_gate'], '{device}'), type: 'event', event: 'denied', count: 1, withinS: 60, clearOn: [], clearAfterS: 300, severity: 'minor', ...more } as Rule); // completed by `more`
    await rig.rules.create(ADMIN, denied({}));
    await rig.feed(rig.event('gate', 'denied', 'a'));
    await rig.rules.replace(ADMIN, 'denied', denied({ severity: 'major' }));
    expect(await rig.active()).toMatchObject([{ severity: 'minor', count: 1 }]);
    await rig.feed(rig.event('gate', 'denied', 'b'));
    expect(await rig.active()).toMatchObject([{ severity: 'major', count: 2 }]);
    await rig.rules.replace(ADMIN, 'denied', denied({ clearAfterS: 100 }));
    await rig.pass(99);
    expect(await rig.active()).toHaveLength(1);
    await rig.crash();
    await rig.pass(1);
    expect(await rig.active()).toEqual([]);
  });

  it('is not taken over by a version that hears nothing of what could end it, which would leave it standing for ever', async () => {
    await rig.rules.create(ADMIN, fill('full', 80));
    await report(90);
    await rig.rules.replace(ADMIN, 'full', { ...tilted, id: 'full' });
    expect(await rig.active()).toEqual([]);
    const [alert] = await rig.alerts();
    expect(await rig.notes(alert!.id)).toEqual(['rule is about something else now']);
    expect(alert).toMatchObject({ endedBy: 'rule-off' });
    await rig.restart();
    ts += 1;
    await rig.send('bin', 'tilted', true, ts);
    await rig.pass(61);
    expect(await stands()).toEqual(['full bin', 'tilted bin']);
  });

  it('is not taken over by such a version either when the hub is killed between the rewriting and its effect', async () => {
    await rig.rules.create(ADMIN, fill('full', 80));
    await rig.rules.create(ADMIN, fill('kept', 80));
    await report(90);
    const written = createRuleService({ db: rig.db, clock: rig.clock, areas: rig.areas, directory: rig.directory, evaluator: { changeRule: async () => undefined } });
    await written.replace(ADMIN, 'full', { ...tilted, id: 'full' });
    await written.replace(ADMIN, 'kept', fill('kept', 85));
    expect(await stands()).toEqual(['full bin', 'kept bin']);
    await rig.crash();
    expect(await stands()).toEqual(['kept bin']);
  });

  it('on a window that has to be filled anew lets go of its alert when nothing more comes', async () => {
    const often = (count: number): Rule => ({ ...common('often'), type: 'count', metric: 'fill_level', direction: 'above', limit: 80, count, withinS: 600, severity: 'minor' });
    await rig.rules.create(ADMIN, often(1));
    await report(90);
    await rig.rules.replace(ADMIN, 'often', often(2));
    await rig.pass(599);
    expect(await rig.active()).toHaveLength(1);
    await rig.pass(1);
    expect(await rig.active()).toEqual([]);
  });

  it('takes silence from a device and gives it back', async () => {
    await rig.rules.create(ADMIN, { ...common('silence', ['waste_bin'], '{device}'), type: 'silence', intervals: 3, severity: 'warning' });
    await report(10);
    await rig.pass(181);
    expect(await stands()).toEqual(['silence bin']);
    await rig.rules.replace(ADMIN, 'silence', { ...common('silence', ['waste_bin'], '{device}'), type: 'silence', intervals: 10, severity: 'warning' });
    await rig.pass(5);
    expect(await rig.active()).toHaveLength(1); // known to be silent; a longer patience comes too late for this one
    await report(10);
    expect(await stands()).toEqual([]);
    await rig.pass(601);
    expect(await stands()).toEqual(['silence bin']);
  });
});

describeOnDatabases('a rule that is changed while the database fails, or just before a crash', () => {
  it('is in force with the next run that succeeds', async () => {
    await rig.rules.create(ADMIN, fill('fill', 80));
    await report(90);
    const { errors } = rig;
    const broken = new Error('disk full');
    const { transaction } = rig.db;
    rig.db.transaction = () => { throw broken; };
    await rig.evaluator.changeRule({ id: 'fill', version: 2, rule: { ...fill('fill', 80), version: 2, enabled: false } });
    rig.db.transaction = transaction;
    expect(errors.splice(0)).toEqual([broken]);
    await rig.evaluator.tick();
    expect(await rig.active()).toEqual([]);
  });

  it('is in force after the start, and the state of the version before is not taken for its own', async () => {
    await rig.rules.create(ADMIN, fill('fill', 80, { onDelayS: 60 }));
    await report(90);
    await rig.pass(30);
    const body = JSON.stringify(fill('fill', 70, { onDelayS: 600 }));
    await rig.db.updateTable('rule').set({ body, version: 2 }).where('id', '=', 'fill').execute(); // committed, and then the power went
    await rig.crash();
    await rig.pass(60);
    expect(await rig.active()).toEqual([]);
    await report(90);
    await rig.pass(600);
    expect(await rig.active()).toMatchObject([{ ruleId: 'fill', ruleVersion: 2 }]);
  });

  it('begins afresh after it was gone, though its state was still on disk', async () => {
    await rig.rules.create(ADMIN, fill('fill', 80, { onDelayS: 60 }));
    await report(90);
    await rig.pass(30);
    await rig.db.deleteFrom('rule').where('id', '=', 'fill').execute();
    await rig.crash();
    expect(await rig.db.selectFrom('rule_state').selectAll().where('rule_id', '=', 'fill').execute()).toEqual([]);
    await rig.rules.create(ADMIN, fill('fill', 80, { onDelayS: 60 }));
    await rig.pass(60);
    expect(await rig.active()).toEqual([]);
  });
});
