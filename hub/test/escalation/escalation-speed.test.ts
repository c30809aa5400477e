import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchTurns } from '../support/watch-turns.js';
import { createNight, type Night } from './night.js';

const ALERTS = 50_000;

describe('escalation of a storm', () => {
  let night: Night;
  beforeEach(async () => { night = await createNight(); });
  afterEach(() => night.close());

  /** As many rows of active alerts, of which the first `due` are due. */
  async function storm(due: number): Promise<void> {
    const { db, clock, activeAlerts } = night.rig;
    await db.transaction().execute(async (trx) => {
      for (let first = 0; first < ALERTS; first += 500) {
        await trx.insertInto('alert').values(Array.from({ length: 500 }, (_, index) => first + index).map((index) => ({
          id: `storm-${index}`, rule_id: 'other', device_id: `device-${index}`, area: 'east', kind: 'waste_bin', severity: 'major', tier: 'community', active: 1, acked: 0, raised_at: clock.at, last_at: clock.at,
          count: 1, message: '{"zh":"满","en":"full"}', seq: index, clock: JSON.stringify({ kind: 'acknowledge', dueAt: clock.at + (index < due ? 0 : 600_000), policyVersion: 1 }),
        }))).execute();
      }
    });
    await activeAlerts.load();
  }

  it('looks through 50,000 active alerts in no time, and gives the thread up while it moves thousands', async () => {
    await storm(2_000);
    const watch = watchTurns();
    const began = performance.now();
    await night.escalator.tick();
    const movedMs = performance.now() - began;
    const { longestMs } = await watch.end();
    expect([...night.escalator.totals()]).toEqual([['subdistrict', 2_000], ['city', 0]]);
    const looks = Array.from({ length: 9 }, () => 0);
    for (const index of looks.keys()) {
      const from = performance.now();
      await night.escalator.tick();
      looks[index] = performance.now() - from;
    }
    const lookMs = looks.sort((a, b) => a - b)[4]!;
    process.stdout.write(`escalation: a look at ${ALERTS} alerts ${lookMs.toFixed(1)} ms; 2,000 moved in ${movedMs.toFixed(0)} ms, longest stretch ${longestMs.toFixed(0)} ms\n`);
    // Many times what they take alone: the machine that runs this has other work.
    expect(lookMs).toBeLessThan(150);
    expect(longestMs).toBeLessThan(Math.max(400, movedMs / 4));
  }, 120_000);

  it('writes fifty that come due in little more time than one, as whoever is raised meanwhile waits for them', async () => {
    await storm(0);
    const { db, clock, activeAlerts } = night.rig;
    let next = 0;
    /** Processor time (ms): the rest is the machine's other work. */
    async function costOf(due: number): Promise<number> {
      const ids = Array.from({ length: due }, () => `storm-${next++}`);
      await db.updateTable('alert').set({ clock: JSON.stringify({ kind: 'acknowledge', dueAt: clock.at, policyVersion: 1 }) }).where('id', 'in', ids).execute();
      for (const id of ids) {
        const active = activeAlerts.byId(id)!; // of the storm
        active.alert = { ...active.alert, clock: { kind: 'acknowledge', dueAt: clock.at, policyVersion: 1 } };
      }
      const from = process.cpuUsage();
      await night.rig.writer.writeAll(ids, () => ({ step: 'escalated' }));
      const { user, system } = process.cpuUsage(from);
      return (user + system) / 1000;
    }
    const [ones, fifties]: [number[], number[]] = [[], []];
    for (let round = 0; round < 15; round += 1) await costOf(50); // compiled
    // By turns, so that both meet the same weather on the machine.
    for (let round = 0; round < 15; round += 1) {
      ones.push(await costOf(1));
      fifties.push(await costOf(50));
    }
    const [oneMs, fiftyMs] = [ones, fifties].map((costs) => costs.sort((a, b) => a - b)[7]!) as [number, number]; // of fifteen; two of two
    process.stdout.write(`escalation: one alert written in ${oneMs.toFixed(1)} ms of CPU, fifty in ${fiftyMs.toFixed(1)} ms\n`);
    expect(fiftyMs).toBeLessThan(50 / 3 * oneMs); // the database of the tests syncs no commit, which is most of what one costs
  }, 60_000);
});
