import type { AlertStep, StepDetail } from '../../src/alerts/life-cycle.js';
import type { Alert, EscalationPolicy, NewShift, Rule } from '@liandong/protocols';
import type { AreaTree } from '../../src/areas/area-tree.js';
import { NO_DAYS } from '../../src/calendar/day-calendar.js';
import type { Db } from '../../src/database/database.js';
import { usersOf } from '../../src/duty/on-duty.js';
import { Roster } from '../../src/duty/roster.js';
import { createClockMender } from '../../src/escalation/clock-mender.js';
import { createEscalationClocks, type EscalationClocks } from '../../src/escalation/escalation-clocks.js';
import { createEscalationService } from '../../src/escalation/escalation-service.js';
import { createEscalator } from '../../src/escalation/escalator.js';
import { EscalationPolicies } from '../../src/escalation/policies.js';
import { ADMIN, common, createRig } from '../rules/rig.js';

const FILL: Rule = {
  ...common('fill'), type: 'threshold', metric: 'fill_level', direction: 'above', clearAt: 70,
  bands: [{ limit: 50, severity: 'info' }, { limit: 80, severity: 'minor' }, { limit: 90, severity: 'major' }, { limit: 95, severity: 'critical' }],
};

/** A hub's rules, alerts and escalation over a real database file, with one area tree and a clock that is moved by hand. */
export async function createNight(rules: readonly Rule[] = [FILL]) {
  let current: { policies: EscalationPolicies; clocks: EscalationClocks; roster: Roster } | undefined;
  async function open(db: Db, areas: AreaTree): Promise<EscalationClocks> {
    for (const { id, level, parent = null, name } of areas.all()) await db.insertInto('area').values({ id, level, parent, name }).onConflict((conflict) => conflict.doNothing()).execute();
    const policies = new EscalationPolicies(areas);
    await policies.load(db);
    const roster = new Roster({ areas, days: NO_DAYS });
    await roster.load(db);
    current = { policies, roster, clocks: createEscalationClocks({ policies }) };
    return current.clocks;
  }
  const rig = await createRig(rules, { clocksOf: open });
  const parts = () => {
    if (current === undefined) throw new Error('not open');
    return current;
  };
  const escalatorOf = () => createEscalator({
    clock: rig.clock, activeAlerts: rig.activeAlerts, writer: rig.writer, clocks: parts().clocks, mend: createClockMender({ ...parts(), db: rig.db, clock: rig.clock, changes: rig.changes, activeAlerts: rig.activeAlerts }),
    onDuty: (area, tier, at) => usersOf(parts().roster.onDuty(area, at), tier), onError: (error) => { throw error; },
  });
  let escalator = escalatorOf();
  let samples = 0;
  for (const device of ['bin', 'bin-2', 'bin-3']) rig.directory.put(device, 'waste_bin');
  await rig.evaluator.start();

  return {
    rig, parts,
    get escalator() { return escalator; },
    get clock() { return rig.clock; },
    policyOf: (area: string, policy: EscalationPolicy) => createEscalationService({ db: rig.db, clock: rig.clock, areas: rig.areas, policies: parts().policies }).put(ADMIN, area, policy),
    putShift(id: string, shift: Omit<NewShift, 'name'>) { parts().roster.put({ id, name: id, ...shift }); },
    /** Raises the alert of a device, or makes it worse. */
    async fill(device: string, percent: number): Promise<Alert> {
      samples += 1; // each is newer than the last one
      await rig.send(device, 'fill_level', percent, rig.clock.at + samples);
      return this.alertOf(device);
    },
    async alertOf(device: string): Promise<Alert> {
      const alert = (await rig.alerts()).find(({ deviceId }) => deviceId === device);
      if (alert === undefined) throw new Error(`no alert of ${device}`);
      return alert;
    },
    async step(device: string, step: AlertStep, detail: Omit<StepDetail, 'at'> = {}): Promise<Alert> {
      const { id } = await this.alertOf(device);
      return rig.writer.write(id, () => ({ step, detail }));
    },
    /** Moves the clock and lets the escalator look once. */
    async after(seconds: number): Promise<void> {
      rig.clock.at += seconds * 1000;
      await escalator.tick();
    },
    /** How often each tier is in the timeline of a device's alert. */
    async moves(device: string): Promise<string[]> {
      const { timeline } = await rig.service.get(ADMIN, (await this.alertOf(device)).id);
      return timeline.filter(({ change }) => change === 'escalated').map(({ tier, at }) => `${tier} ${(at - timeline[0]!.at) / 1000}`);
    },
    async crash(): Promise<void> {
      await rig.crash();
      escalator = escalatorOf();
    },
    async close(): Promise<void> {
      await escalator.stop();
      await rig.close();
    },
  };
}
export type Night = Awaited<ReturnType<typeof createNight>>;
