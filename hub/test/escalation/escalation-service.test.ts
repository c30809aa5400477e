import { DEFAULT_ESCALATION } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEscalationService, type EscalationService } from '../../src/escalation/escalation-service.js';
import { EscalationPolicies } from '../../src/escalation/policies.js';
import type { Principal } from '../../src/identity/principal.js';
import { ROOT, START, addPlaces, openRegistry, type Registry } from '../devices/registry.js';
import { describeOnDatabases } from '../support/databases.js';

const EAST: Principal = { name: 'li', role: 'operator', area: 'east' };

describeOnDatabases('escalation policies', () => {
  let registry: Registry;
  let policies: EscalationPolicies;
  let service: EscalationService;
  beforeEach(async () => {
    registry = await openRegistry();
    await addPlaces(registry);
    policies = new EscalationPolicies(registry.tree);
    service = createEscalationService({ db: registry.db, clock: registry.clock, areas: registry.tree, policies });
  });
  afterEach(() => registry.destroy());

  it('are the hub\'s own where no area has one', async () => {
    expect(await service.get(EAST, 'east-grid')).toEqual({ ...DEFAULT_ESCALATION, version: 1 });
  });

  it('are those of the nearest area, as a whole, and those further up again when it takes its own back', async () => {
    await service.put(ROOT, 'city', { critical: { ackWithinS: 60 }, minor: { ackWithinS: 900, resolveWithinS: 7200 } });
    registry.clock.at += 5;
    const own = { major: { ackWithinS: 300 }, from: 'east', version: 1, updatedAt: START + 5, updatedBy: 'li' };
    expect(await service.put(EAST, 'east', { major: { ackWithinS: 300 } })).toEqual(own);
    expect(await service.get(EAST, 'east-grid')).toEqual(own);
    expect(await service.get(ROOT, 'west-garden')).toMatchObject({ critical: { ackWithinS: 60 }, from: 'city', updatedBy: 'admin' });
    expect(await service.remove(EAST, 'east')).toMatchObject({ from: 'city', version: 1, minor: { resolveWithinS: 7200 } });
    expect(await service.remove(EAST, 'east')).toMatchObject({ from: 'city' });
    expect(await service.put(EAST, 'east', {})).toMatchObject({ from: 'east', version: 3 });
    expect(await service.get(EAST, 'east')).not.toHaveProperty('critical');
  });

  it('keep every version, in memory and over a restart, and make none of the same again', async () => {
    for (const ackWithinS of [60, 60, 61]) await service.put(EAST, 'east', { critical: { ackWithinS } });
    await service.remove(EAST, 'east');
    const reread = new EscalationPolicies(registry.tree);
    await reread.load(registry.db);
    for (const read of [policies, reread]) {
      expect([1, 2, 3, 4].map((policyVersion) => read.step({ policyArea: 'east', policyVersion }, 'critical')?.ackWithinS)).toEqual([60, 61, undefined, undefined]);
      expect([read.own('east'), read.inForce('east-grid')]).toEqual([undefined, { policyVersion: 1 }]);
    }
  });

  it('are known as of an earlier time', async () => {
    await service.put(EAST, 'east', { critical: { ackWithinS: 60 } });
    registry.clock.at += 10;
    await service.put(EAST, 'east', { critical: { ackWithinS: 61 } });
    registry.clock.at += 10;
    await service.remove(EAST, 'east');
    expect([-1, 0, 9, 10, 19, 20].map((passed) => policies.inForceAt('east-grid', START + passed))).toEqual([
      { policyVersion: 1 }, { policyArea: 'east', policyVersion: 1 }, { policyArea: 'east', policyVersion: 1 },
      { policyArea: 'east', policyVersion: 2 }, { policyArea: 'east', policyVersion: 2 }, { policyVersion: 1 },
    ]);
  });

  it('are refused from whoever read them before somebody else changed them, with who and when, and taken without a version as ever', async () => {
    const late = (by: string) => ({ code: 'CHANGED_MEANWHILE', detail: expect.stringContaining(`${by} changed it at ${new Date(registry.clock.at).toISOString()}`) as string, detailZh: expect.stringContaining(`${by} 在 `) as string });
    const [critical, major] = [{ critical: { ackWithinS: 300 } }, { major: { ackWithinS: 900 } }];
    const firsts = await Promise.allSettled([service.put(EAST, 'east', { ...critical, version: 0 }), service.put(ROOT, 'east', { ...major, version: 0 })]);
    expect(firsts).toMatchObject([{ status: 'fulfilled', value: { version: 1 } }, { reason: late('li') }]);
    registry.clock.at += 1000;
    await service.put(ROOT, 'east', { ...critical, ...major, version: 1 });
    await expect(service.put(EAST, 'east', { ...major, version: 1 })).rejects.toMatchObject(late('admin'));
    expect(await service.get(EAST, 'east')).toMatchObject({ ...critical, ...major, version: 2 });
    registry.clock.at += 1000;
    await service.remove(EAST, 'east');
    await expect(service.put(ROOT, 'east', { ...major, version: 2 })).rejects.toMatchObject(late('li'));
    expect(await service.put(ROOT, 'east', { ...major, version: 0 })).toMatchObject({ version: 4, from: 'east' });
    expect(await service.put(EAST, 'east', critical)).toMatchObject({ version: 5, ...critical });
    expect(policies.own('east')?.body).toEqual(critical);
  });

  it('of two edits at once are two versions', async () => {
    await Promise.all([60, 61, 62].map((ackWithinS) => service.put(EAST, 'east', { critical: { ackWithinS } })));
    expect(await registry.db.selectFrom('escalation_policy').select('version').orderBy('version').execute()).toEqual([{ version: 1 }, { version: 2 }, { version: 3 }]);
    const reread = new EscalationPolicies(registry.tree);
    await reread.load(registry.db);
    expect(policies.own('east')).toEqual(reread.own('east'));
  });

  it('leave an audit row with what they say', async () => {
    await service.put(EAST, 'east', { critical: { ackWithinS: 60, resolveWithinS: 600 }, info: { ackWithinS: 9 } });
    await service.put(EAST, 'east', {});
    await service.remove(EAST, 'east');
    const rows = (await registry.audit.page({ limit: 10, target: 'east' })).data.filter(({ action }) => action.startsWith('escalation.'));
    expect(rows.map(({ by, action, detail }) => `${by} ${action} ${detail}`)).toEqual([
      'li escalation.removed version 3', 'li escalation.changed version 2: nothing escalates', 'li escalation.changed version 1: critical 60/600 s, info 9 s',
    ]);
  });

  it('of foreign areas do not exist, and the permission comes first', async () => {
    for (const area of ['west', 'city', 'nowhere']) {
      for (const attempt of [() => service.get(EAST, area), () => service.put(EAST, area, {}), () => service.remove(EAST, area)]) await expect(attempt()).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    }
    await expect(service.get(ROOT, 'nowhere')).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    const worker: Principal = { name: 'w', role: 'grid_worker', area: 'east' };
    for (const attempt of [() => service.get(worker, 'nowhere'), () => service.put(worker, 'east', {}), () => service.remove(worker, 'east')]) await expect(attempt()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
