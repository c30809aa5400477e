import { RuleSchema } from '@liandong/protocols';
import { Value } from 'typebox/value';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DEFAULT_RULES } from '../../src/rules/default-rules.js';
import { referenceFault } from '../../src/rules/rule-references.js';
import { senseFault } from '../../src/rules/rule-sense.js';
import { ADMIN, START, createRig, type Rig } from './rig.js';
import { describeOnDatabases } from '../support/databases.js';

describeOnDatabases('the default rules', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig();
    rig.directory.put('bin-1', 'waste_bin', { status: 'provisioned' });
    rig.directory.put('gate-1', 'access_gate', { reportingIntervalS: 3600 });
    rig.directory.put('env-1', 'env_sensor');
    await rig.evaluator.start();
  });
  afterEach(() => rig.close());

  it('are valid, with ids of their own, bands from mild to severe and a clear limit on the calm side', () => {
    expect(new Set(DEFAULT_RULES.map((rule) => rule.id)).size).toBe(DEFAULT_RULES.length);
    for (const rule of DEFAULT_RULES) {
      expect(Value.Check(RuleSchema, rule), rule.id).toBe(true);
      if (rule.type !== 'threshold') continue;
      const sign = rule.direction === 'above' ? 1 : -1;
      const steps = [rule.clearAt, ...rule.bands.map((band) => band.limit)].map((limit) => limit * sign);
      expect(steps.every((step, index) => index === 0 || step > steps[index - 1]!), rule.id).toBe(true);
    }
  });

  it('are seeded into an empty table only, and read back by the rule service', async () => {
    expect((await rig.rules.list(ADMIN)).map((rule) => rule.id).sort()).toEqual(DEFAULT_RULES.map((rule) => rule.id).sort());
    expect(await rig.rules.get(ADMIN, 'default-bin-fill')).toEqual({ ...DEFAULT_RULES[0], version: 1, updatedAt: START, updatedBy: 'hub' });
    await rig.db.deleteFrom('rule').where('id', '!=', 'default-bin-fill').execute();
    await rig.restart();
    expect(await rig.rules.list(ADMIN)).toHaveLength(1);
    await rig.rules.remove(ADMIN, 'default-bin-fill');
    await rig.restart();
    expect(await rig.rules.list(ADMIN)).toEqual([]);
    await expect(rig.rules.get(ADMIN, 'nothing')).rejects.toMatchObject({ code: 'RULE_NOT_FOUND' });
    await expect(rig.rules.list({ name: 'i', role: 'installer', area: undefined })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('raise exactly one major alert at once for a fill level of 96 from a new bin, and 10 clears it', async () => {
    await rig.send('bin-1', 'fill_level', 96);
    const [alert, ...others] = await rig.active();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      ruleId: 'default-bin-fill', deviceId: 'bin-1', area: 'east', kind: 'waste_bin', severity: 'major', tier: 'community', active: true, acked: false, count: 1,
      value: 96, threshold: 95, message: { zh: 'name of bin-1 满溢度 96 %，达到 95 %', en: 'name of bin-1 is 96 % full (limit 95 %)' },
    });
    rig.clock.at += 1_000;
    await rig.send('bin-1', 'fill_level', 10);
    expect(await rig.active()).toEqual([]);
    expect(await rig.timeline(alert!.id)).toEqual(['raised', 'cleared']);
    expect(rig.published.map((change) => change.active)).toEqual([true, false]);
    expect(rig.published[1]!.seq).toBeGreaterThan(rig.published[0]!.seq);
  });

  it.each([
    ['temperature', 60, 'critical'], ['battery', 19, 'info'],
  ] as const)('raise for %s at %d as %s', async (metric, value, severity) => {
    await rig.send('bin-1', metric, value);
    expect(await rig.active()).toMatchObject([{ severity, value }]);
  });

  it.each([['forced_open', 'critical'], ['held_open', 'minor'], ['tamper', 'major']])('raise for %s as %s', async (event, severity) => {
    await rig.feed(rig.event('gate-1', event, 'e1'));
    expect(await rig.active()).toMatchObject([{ severity, kind: 'access_gate' }]);
  });

  it('make a door held open major 240 s after the event, and clear both when it is shut', async () => {
    await rig.feed(rig.event('gate-1', 'held_open', 'e1'));
    await rig.pass(239);
    expect(await rig.active()).toHaveLength(1);
    await rig.pass(1);
    expect((await rig.active()).map((alert) => alert.severity)).toEqual(['major', 'minor']);
    await rig.feed(rig.event('gate-1', 'door_closed', 'e2'));
    expect(await rig.active()).toEqual([]);
  });

  it('know heavy smog only after three quarters of an hour of it, grade it by the AQI, and name the pollutant', async () => {
    for (let minute = 0; minute < 40; minute += 1) {
      await rig.feed(rig.sample('env-1', { pm2_5: 180, pm10: 100 }));
      rig.clock.at += 60_000;
    }
    expect(await rig.alerts()).toEqual([]);
    for (let minute = 0; minute < 10; minute += 1) {
      await rig.feed(rig.sample('env-1', { pm2_5: 180, pm10: 100 }));
      rig.clock.at += 60_000;
    }
    expect(await rig.active()).toMatchObject([{
      ruleId: 'default-air-aqi', severity: 'minor', value: 230, threshold: 201, message: { zh: 'name of env-1 空气质量指数 230，首要污染物 细颗粒物 PM2.5', en: 'name of env-1: AQI 230, mainly PM2.5' },
    }]);
  });

  it('know noise by day and night, and weigh the same noise more by night', async () => {
    const noise = async () => (await rig.active()).filter(({ ruleId }) => ruleId === 'default-noise'); // it falls silent too
    await rig.send('env-1', 'noise', 61);
    await rig.pass(600);
    expect(await noise()).toMatchObject([{ severity: 'info', threshold: 60, message: { zh: 'name of env-1 昼间噪声 61.0 dB(A)，限值 60 dB(A)' } }]);
    rig.clock.at = START + 12 * 3_600_000; // 22:00
    await rig.send('env-1', 'noise', 61);
    await rig.pass(600);
    expect(await noise()).toMatchObject([{ severity: 'warning', threshold: 50, message: { en: 'name of env-1: noise by night at 61.0 dB(A) (limit 50 dB(A))' } }]);
  });

  it('make sense as written, and refer to nothing that is not there', () => {
    for (const rule of DEFAULT_RULES) {
      expect([rule.id, senseFault(rule)]).toEqual([rule.id, undefined]);
      expect([rule.id, referenceFault(rule, { areas: rig.areas, directory: rig.directory, principal: ADMIN, others: DEFAULT_RULES.filter((other) => other !== rule) })]).toEqual([rule.id, undefined]);
    }
  });
});
