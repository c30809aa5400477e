import { SILENCE_GROUP, type Rule } from '@liandong/protocols';
import { afterEach, expect, it } from 'vitest';
import { common } from '../rules/rig.js';
import { createNight, type Night } from './night.js';
import { describeOnDatabases } from '../support/databases.js';

const SILENT: Rule = { ...common('silent'), type: 'silence', intervals: 3, severity: 'minor' };
const BINS = ['bin', 'bin-2', 'bin-3', 'bin-4', 'bin-5'];

describeOnDatabases('a community that falls silent', () => {
  let night: Night;
  afterEach(() => night.close());

  it('escalates as one alert, whose children stand until they are for themselves again', async () => {
    night = await createNight([SILENT]);
    const { rig } = night;
    for (const id of BINS) rig.directory.put(id, 'waste_bin');
    const hear = (...ids: string[]) => rig.feed(...ids.map((device) => ({ type: 'status' as const, device, at: rig.clock.at, online: true })));
    await hear(...BINS);
    await rig.pass(182);
    const parent = (await rig.active()).find(({ ruleId }) => ruleId === SILENCE_GROUP);
    const children = async () => (await rig.active()).filter(({ ruleId }) => ruleId === 'silent');
    expect(parent?.clock).toMatchObject({ kind: 'acknowledge', policyVersion: 1 });
    expect((await children()).map(({ groupId, clock }) => [groupId, clock?.dueAt, clock?.leftMs])).toEqual(BINS.map(() => [parent?.id, undefined, 1_800_000]));

    await night.after((parent!.clock!.dueAt! - rig.clock.at) / 1000);
    expect((await rig.active()).map(({ ruleId, tier }) => [ruleId, tier]).sort()).toEqual([[SILENCE_GROUP, 'subdistrict'], ...BINS.map(() => ['silent', 'community'])].sort());

    // Four are back: the fifth has a silence window to come back in, then the parent is past and it counts from there on.
    await hear(...BINS.slice(1));
    await rig.evaluator.tick();
    const backAt = rig.clock.at;
    expect(await children()).toMatchObject([{ deviceId: 'bin', groupId: parent?.id, clock: { leftMs: 1_800_000 } }]);
    for (let minute = 0; minute < 4; minute += 1) {
      await rig.pass(46);
      await hear(...BINS.slice(1));
    }
    const active = await rig.active();
    expect(active).toMatchObject([{ deviceId: 'bin', clock: { kind: 'acknowledge' } }]);
    expect(active[0]?.clock?.dueAt).toBe(backAt + 181_000 + 1_800_000);
    await night.after(1_800);
    expect(await night.moves('bin')).toHaveLength(1);
  });
});
