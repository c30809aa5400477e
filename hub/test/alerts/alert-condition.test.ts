import type { Rule } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { conditionOf } from '../../src/alerts/alert-condition.js';
import type { Principal } from '../../src/identity/principal.js';
import { ADMIN, common, createRig, type Rig } from '../rules/rig.js';
import { describeOnDatabases } from '../support/databases.js';

const WORKER: Principal = { name: 'zhao', role: 'grid_worker', area: undefined };
const heating: Rule = { ...common('heating'), type: 'change', metric: 'temperature', direction: 'up', by: 10, withinS: 600, severity: 'critical' };
const RULES: readonly [Rule, object][] = [
  [{ ...common('fire'), type: 'threshold', metric: 'temperature', direction: 'above', bands: [{ limit: 60, severity: 'critical' }], clearAt: 50 }, { type: 'threshold', metric: 'temperature' }],
  [heating, { type: 'change', metric: 'temperature', direction: 'up', withinS: 600 }],
  [{ ...common('often'), type: 'count', metric: 'fill_level', direction: 'above', limit: 80, count: 3, withinS: 900, severity: 'minor' }, { type: 'count', metric: 'fill_level', withinS: 900, count: 3 }],
  [{ ...common('denied', ['access_gate']), type: 'event', event: 'denied', count: 5, withinS: 60, clearOn: [], clearAfterS: 300, severity: 'minor' }, { type: 'event', withinS: 60, count: 5 }],
  [{ ...common('silent', ['waste_bin'], '{device}'), type: 'silence', intervals: 3, severity: 'major' }, { type: 'silence' }],
  [{ ...common('air', ['env_sensor']), type: 'aqi', bands: [{ limit: 151, severity: 'warning' }], clearAt: 140 }, { type: 'aqi', metric: 'pm2_5' }],
  [{ ...common('both', ['waste_bin'], '{device}'), type: 'combined', severity: 'minor', when: { op: 'all', of: [{ type: 'event', event: 'tamper', count: 1, withinS: 60 }, { type: 'state', metric: 'tilted', equals: true }] } }, { type: 'combined', metric: 'tilted' }],
];

describeOnDatabases('what an alert rests on', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig();
    rig.directory.put('bin', 'waste_bin');
    await rig.evaluator.start();
  });
  afterEach(() => rig.close());

  it('is told whoever may see it, also who may not read rules, and after its rule is gone', async () => {
    await rig.rules.create(ADMIN, heating);
    await rig.send('bin', 'temperature', 20);
    await rig.send('bin', 'temperature', 41, rig.clock.at + 1000);
    const { id } = (await rig.active())[0]!;
    await expect(rig.rules.get(WORKER, 'heating')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const expected = { value: 21, threshold: 10, condition: { type: 'change', metric: 'temperature', direction: 'up', withinS: 600 } };
    expect(await rig.service.get(WORKER, id)).toMatchObject(expected);
    await rig.rules.remove(ADMIN, 'heating');
    expect(await rig.service.get(WORKER, id)).toMatchObject(expected);
  });

  it('says of every type of rule which metric to look at, if any, and within what time it counts', async () => {
    for (const [rule, condition] of RULES) {
      await rig.rules.create(ADMIN, rule);
      expect(await conditionOf(rig.db, { ruleId: rule.id, ruleVersion: 1 }), rule.type).toEqual(condition);
      // As where no version is kept.
      expect(await conditionOf(rig.db, { ruleId: rule.id }), rule.type).toEqual(condition);
    }
    expect(await conditionOf(rig.db, { ruleId: ':silence-group' })).toBeUndefined();
  });
});
