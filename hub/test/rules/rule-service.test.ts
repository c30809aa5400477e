import type { Rule } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Principal } from '../../src/identity/principal.js';
import type { AppError } from '../../src/problem.js';
import { ADMIN, START, common, createRig, type Rig } from './rig.js';
import { describeOnDatabases } from '../support/databases.js';

const fill = (id: string, more: Partial<Rule> = {}): Rule =>
  ({ ...common(id), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }], clearAt: 70, ...more } as Rule); // only shared members are given in `more`
const EAST: Principal = { name: 'li', role: 'operator', area: 'east' };
const PROPERTY: Principal = { name: 'wang', role: 'property', area: 'east' };

let rig: Rig;
beforeEach(async () => {
  rig = await createRig([fill('general'), fill('eastern', { scope: { areas: ['east'] } }), fill('western', { scope: { areas: ['west'] } }), fill('street-wide', { scope: { areas: ['street'] } })]);
  rig.directory.put('bin', 'waste_bin', { area: 'east-1' });
  rig.directory.put('bin-2', 'waste_bin');
  rig.directory.put('bin-west', 'waste_bin', { area: 'west' });
  rig.directory.put('gone', 'waste_bin', { status: 'retired' });
  rig.directory.put('gate', 'access_gate');
  await rig.evaluator.start();
});
afterEach(async () => {
  expect(rig.errors).toEqual([]);
  await rig.close();
});
const audit = async (): Promise<string[]> => (await rig.db.selectFrom('audit').selectAll().orderBy('id').execute()).map(({ by, action, target, detail }) => `${by} ${action} ${target}: ${detail}`);

describeOnDatabases('writing rules', () => {
  it('counts versions, keeps each with who and when, and audits what changed', async () => {
    const made = await rig.rules.create(ADMIN, fill('new'));
    rig.clock.at += 1000;
    await rig.rules.replace({ ...ADMIN, name: 'zhao' }, 'new', { ...made, clearAt: 60, schedule: { hours: [6, 22] } } as Rule);
    rig.clock.at += 1000;
    await rig.rules.remove(ADMIN, 'new');
    expect(await rig.rules.versions(ADMIN, 'new')).toMatchObject([
      { version: 3, at: START + 2000, by: 'admin', change: 'deleted' },
      { version: 2, at: START + 1000, by: 'zhao', change: 'changed', rule: { id: 'new', clearAt: 60, version: 2, updatedBy: 'zhao' } },
      { version: 1, at: START, by: 'admin', change: 'created', rule: { clearAt: 70, version: 1 } },
    ]);
    expect(await audit()).toEqual([
      'admin rule.created new: threshold on waste_bin', 'zhao rule.changed new: clearAt: 70 → 60, schedule: none → {"hours":[6,22]}', 'admin rule.deleted new: threshold, version 2',
    ]);
    await expect(rig.rules.get(ADMIN, 'new')).rejects.toMatchObject({ code: 'RULE_NOT_FOUND' });
    expect(await rig.rules.create(ADMIN, fill('new'))).toMatchObject({ version: 4 });
  });

  it('takes what is named twice in a scope once, in its order, also in what is only tried', async () => {
    const twice = fill('new', { kinds: ['access_gate', 'waste_bin', 'access_gate'], metric: 'battery', scope: { devices: ['bin-2', 'bin', 'bin-2'], areas: ['east', 'street', 'east'] } });
    const once = { kinds: ['access_gate', 'waste_bin'], scope: { devices: ['bin-2', 'bin'], areas: ['east', 'street'] } };
    expect(await rig.rules.create(ADMIN, twice)).toMatchObject(once);
    expect(await rig.rules.replace(ADMIN, 'new', { ...twice, version: 1 })).toMatchObject(once);
    expect(await rig.rules.get(ADMIN, 'new')).toMatchObject({ ...once, version: 2 });
    expect((await rig.rules.candidacy(ADMIN, twice)).rule).toMatchObject(once);
    expect(await rig.rules.create(ADMIN, fill('urban', { scope: { profiles: ['urban', 'rural', 'urban'] } }))).toMatchObject({ scope: { profiles: ['urban', 'rural'] } });
    expect(await rig.rules.preview(ADMIN, fill('new', { scope: { devices: ['bin-2', 'bin', 'bin-2'] } }))).toMatchObject({ devices: 2, sample: ['bin', 'bin-2'] });
  });

  it('leaves no reference to nothing and no ring when two people write at the same time', async () => {
    await rig.rules.create(ADMIN, fill('cause'));
    const [removed, made] = await Promise.allSettled([rig.rules.remove(ADMIN, 'cause'), rig.rules.create(ADMIN, fill('effect', { inhibitedBy: ['cause'] }))]);
    expect([removed.status, made]).toMatchObject(['fulfilled', { status: 'rejected', reason: { code: 'RULE_INVALID' } }]);
    const [held, kept] = await Promise.allSettled([rig.rules.create(ADMIN, fill('effect', { inhibitedBy: ['general'] })), rig.rules.remove(ADMIN, 'general')]);
    expect([held.status, kept]).toMatchObject(['fulfilled', { status: 'rejected', reason: { code: 'RULE_INVALID' } }]);
    const ring = await Promise.allSettled([rig.rules.replace(ADMIN, 'eastern', fill('eastern', { inhibitedBy: ['western'] })), rig.rules.replace(ADMIN, 'western', fill('western', { inhibitedBy: ['eastern'] }))]);
    expect(ring).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'RULE_INVALID' } }]);
  });

  it('refuses an id that is taken, a version that was overtaken, an id that differs from its address, and a rule that is not there', async () => {
    await expect(rig.rules.create(ADMIN, fill('general'))).rejects.toMatchObject({ code: 'RULE_EXISTS' });
    const [a, b] = await Promise.allSettled([
      rig.rules.replace(ADMIN, 'general', fill('general', { version: 1, onDelayS: 1 })), rig.rules.replace(ADMIN, 'general', fill('general', { version: 1, onDelayS: 2 })),
    ]);
    expect([a.status, b.status]).toEqual(['fulfilled', 'rejected']);
    expect(b).toMatchObject({ reason: { code: 'RULE_CHANGED' } });
    expect(await rig.rules.replace(ADMIN, 'general', fill('general', { onDelayS: 3 }))).toMatchObject({ version: 3, onDelayS: 3 });
    await expect(rig.rules.replace(ADMIN, 'general', fill('other'))).rejects.toMatchObject({ code: 'RULE_INVALID' });
    await expect(rig.rules.replace(ADMIN, 'nothing', fill('nothing'))).rejects.toMatchObject({ code: 'RULE_NOT_FOUND' });
    await expect(rig.rules.remove(ADMIN, 'nothing')).rejects.toMatchObject({ code: 'RULE_NOT_FOUND' });
    await expect(rig.rules.versions(ADMIN, 'nothing')).rejects.toMatchObject({ code: 'RULE_NOT_FOUND' });
  });

  it('writes nothing of a rule that is refused', async () => {
    await expect(rig.rules.create(ADMIN, fill('wrong', { clearAt: 99 }))).rejects.toMatchObject({ code: 'RULE_INVALID' });
    expect([await audit(), await rig.db.selectFrom('rule_version').selectAll().execute()]).toEqual([[], []]);
  });
});

describeOnDatabases('a rule that refers to nothing', () => {
  it.each<[string, Partial<Rule>]>([
    ['scope.areas', { scope: { areas: ['nowhere'] } }], ['scope.devices', { scope: { devices: ['nobody'] } }], ['scope.devices', { scope: { devices: ['gate'] } }], ['scope.devices', { scope: { areas: ['west'], devices: ['bin'] } }],
    ['scope.devices', { scope: { profiles: ['rural'], devices: ['bin'] } }],
    ['inhibitedBy', { inhibitedBy: ['no-rule'] }], ['inhibitedBy', { inhibitedBy: ['new'] }], ['inhibitedBy', { family: 'general', inhibitedBy: ['general'] }],
  ])('is refused, naming %s', async (part, more) => {
    await expect(rig.rules.create(ADMIN, fill('new', more))).rejects.toMatchObject({ code: 'RULE_INVALID', detail: expect.stringContaining(part) as string });
    await expect(rig.rules.preview(ADMIN, fill('new', more))).rejects.toMatchObject({ code: 'RULE_INVALID' });
  });

  it('because its device is gone can be switched off, by those who may change it, and nothing else before that is mended', async () => {
    for (const by of [ADMIN, EAST]) {
      const rule = await rig.rules.create(by, fill(`of-${by.name}`, { scope: { devices: ['bin', 'bin-2'] } }));
      rig.directory.remove('bin-2');
      await expect(rig.rules.replace(by, rule.id, { ...rule, onDelayS: 5 })).rejects.toMatchObject({ detail: expect.stringContaining('bin-2') as string });
      await expect(rig.rules.replace(by, rule.id, { ...rule, enabled: false, onDelayS: 5 })).rejects.toMatchObject({ detail: expect.stringContaining('bin-2') as string });
      const off = await rig.rules.replace(by, rule.id, { ...rule, enabled: false });
      expect(off).toMatchObject({ enabled: false, version: 2 });
      await expect(rig.rules.replace(by, rule.id, { ...off, enabled: true })).rejects.toMatchObject({ detail: expect.stringContaining('bin-2') as string });
      await rig.rules.remove(by, rule.id);
      rig.directory.put('bin-2', 'waste_bin');
    }
  });

  it('may name a family, but no ring of inhibitions', async () => {
    await rig.rules.create(ADMIN, fill('a', { family: 'f' }));
    await rig.rules.create(ADMIN, fill('b', { inhibitedBy: ['f'] }));
    await rig.rules.create(ADMIN, fill('c', { inhibitedBy: ['b'] }));
    await expect(rig.rules.replace(ADMIN, 'a', fill('a', { family: 'f', inhibitedBy: ['c'] }))).rejects.toMatchObject({ code: 'RULE_INVALID', detail: 'inhibitedBy goes round in a ring: a → c → b → a.' });
  });

  it('is not made by deleting another', async () => {
    await rig.rules.create(ADMIN, fill('b', { inhibitedBy: ['general'] }));
    await expect(rig.rules.remove(ADMIN, 'general')).rejects.toMatchObject({ code: 'RULE_INVALID', detail: expect.stringContaining('Rule b') as string });
    await rig.rules.remove(ADMIN, 'b');
    await rig.rules.remove(ADMIN, 'general');
  });
});

describeOnDatabases('somebody bound to an area', () => {
  it('sees rules for everybody and for what is around, not those of foreign areas', async () => {
    expect((await rig.rules.list(EAST)).map(({ id }) => id)).toEqual(['eastern', 'general', 'street-wide']);
    await expect(rig.rules.get(EAST, 'western')).rejects.toMatchObject({ code: 'RULE_NOT_FOUND' });
    await expect(rig.rules.versions(EAST, 'western')).rejects.toMatchObject({ code: 'RULE_NOT_FOUND' });
  });

  it('reads of a rule whose id was somebody else\'s before only what concerns it', async () => {
    await rig.rules.remove(ADMIN, 'western');
    await rig.rules.create(ADMIN, fill('western', { scope: { areas: ['east'] } }));
    expect((await rig.rules.versions(EAST, 'western')).map(({ version, rule }) => [version, rule?.scope])).toEqual([[3, { areas: ['east'] }]]);
    expect(await rig.rules.versions(ADMIN, 'western')).toHaveLength(2);
    await rig.rules.remove(ADMIN, 'western');
    expect((await rig.rules.versions(EAST, 'western')).map(({ version }) => version)).toEqual([4, 3]);
  });

  it('writes rules within it, and no others', async () => {
    expect(await rig.rules.create(EAST, fill('own', { family: 'general', scope: { areas: ['east-1'] } }))).toMatchObject({ version: 1, updatedBy: 'li' });
    expect(await rig.rules.create(EAST, fill('own-bin', { scope: { devices: ['bin', 'bin-2'] } }))).toMatchObject({ version: 1 });
    const refused: [Partial<Rule>, string][] = [
      [{}, 'FORBIDDEN'], [{ scope: { profiles: ['urban'] } }, 'FORBIDDEN'], [{ scope: { areas: ['east', 'west'] } }, 'AREA_NOT_FOUND'], [{ scope: { areas: ['street'] } }, 'AREA_NOT_FOUND'],
      [{ scope: { areas: ['nowhere'] } }, 'AREA_NOT_FOUND'], [{ scope: { devices: ['bin', 'bin-west'] } }, 'DEVICE_NOT_FOUND'], [{ scope: { areas: ['east'], devices: ['bin-west'] } }, 'DEVICE_NOT_FOUND'],
      [{ scope: { areas: ['east'] }, inhibitedBy: ['western'] }, 'RULE_INVALID'],
    ];
    for (const [more, code] of refused) await expect(rig.rules.create(EAST, fill('x', more))).rejects.toMatchObject({ code });
  });

  it('is not told the name of a foreign rule that stands in the way of deleting an own one', async () => {
    await rig.rules.create(EAST, fill('own', { scope: { areas: ['east'] } }));
    await rig.rules.create(ADMIN, fill('secret-of-west', { scope: { areas: ['west'] }, inhibitedBy: ['own'] }));
    const refusal = await rig.rules.remove(EAST, 'own').then(() => undefined, (error: unknown) => error as AppError);
    expect(refusal?.code).toBe('RULE_INVALID');
    expect(JSON.stringify([refusal?.message, refusal?.detail])).not.toContain('secret-of-west');
    await expect(rig.rules.remove(ADMIN, 'own')).rejects.toMatchObject({ code: 'RULE_INVALID', detail: expect.stringContaining('secret-of-west') as string });
  });

  it('changes and deletes only rules that lie wholly within it', async () => {
    const own = { scope: { areas: ['east'] } };
    for (const [id, code] of [['western', 'RULE_NOT_FOUND'], ['street-wide', 'FORBIDDEN'], ['general', 'FORBIDDEN']] as const) {
      await expect(rig.rules.replace(EAST, id, fill(id, own))).rejects.toMatchObject({ code });
      await expect(rig.rules.remove(EAST, id)).rejects.toMatchObject({ code });
    }
    await expect(rig.rules.replace(EAST, 'eastern', fill('eastern'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await rig.rules.replace(EAST, 'eastern', fill('eastern', own));
    await rig.rules.remove(EAST, 'eastern');
  });

  it('without the permission does nothing at all', async () => {
    await expect(rig.rules.list(PROPERTY)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const reader: Principal = { ...PROPERTY, role: 'grid_worker' };
    for (const act of [rig.rules.create(reader, fill('x')), rig.rules.replace(reader, 'general', fill('general')), rig.rules.remove(reader, 'general'), rig.rules.preview(reader, fill('x')), rig.rules.versions(reader, 'general')]) {
      await expect(act).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
  });
});

describeOnDatabases('a preview', () => {
  it('counts whom the rule would concern, by kind and community, and writes nothing', async () => {
    expect(await rig.rules.preview(ADMIN, fill('new'))).toEqual({
      devices: 3, of: 4, inForce: 3, matchesEverything: false, byKind: { waste_bin: 3 }, byArea: [{ area: 'east', name: '东', devices: 2 }, { area: 'west', name: '西', devices: 1 }],
      sample: ['bin', 'bin-2', 'bin-west'], overrides: [], overriddenBy: [],
    });
    await expect(rig.rules.get(ADMIN, 'new')).rejects.toMatchObject({ code: 'RULE_NOT_FOUND' });
  });

  it('says when the rule would match every device', async () => {
    expect(await rig.rules.preview(ADMIN, { ...common('all', ['waste_bin', 'env_sensor', 'access_gate', 'vehicle_gate', 'gateway'], '{device}'), type: 'silence', intervals: 3, severity: 'info' })).toMatchObject({ devices: 4, of: 4, matchesEverything: true });
    expect(await rig.rules.preview(ADMIN, fill('none', { scope: { areas: ['city'], profiles: ['rural'] } }))).toMatchObject({ devices: 0, matchesEverything: false });
  });

  it('names rules that would give way to it, and rules it would give way to', async () => {
    await rig.rules.create(ADMIN, fill('bin-only', { family: 'general', scope: { devices: ['bin'] } }));
    expect(await rig.rules.preview(ADMIN, fill('new', { family: 'general', scope: { areas: ['east'] } }))).toMatchObject({
      devices: 2, inForce: 1, overrides: [{ id: 'general', devices: 2 }], overriddenBy: [{ id: 'bin-only', devices: 1 }],
    });
  });

  it('shows somebody bound to an area only what is theirs', async () => {
    expect(await rig.rules.preview(EAST, fill('new', { scope: { areas: ['east'] } }))).toMatchObject({ devices: 2, of: 3, sample: ['bin', 'bin-2'] });
  });
});
