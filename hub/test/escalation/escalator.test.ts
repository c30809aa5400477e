import type { Alert } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ADMIN } from '../rules/rig.js';
import { createNight, type Night } from './night.js';
import { describeOnDatabases } from '../support/databases.js';

const HOUR = 3_600;

describeOnDatabases('escalation over the tiers', () => {
  let night: Night;
  beforeEach(async () => { night = await createNight(); });
  afterEach(() => night.close());

  it.each([[96, 120], [91, 600], [85, 1800]])('moves an alert of %d %% up after %d s at each tier, no earlier and once, and leaves it with the city', async (percent, seconds) => {
    await night.fill('bin', percent);
    await night.after(seconds - 1);
    expect(await night.moves('bin')).toEqual([]);
    await night.after(1);
    await night.after(0);
    expect(await night.moves('bin')).toEqual([`subdistrict ${seconds}`]);
    expect(await night.alertOf('bin')).toMatchObject({ tier: 'subdistrict', clock: { kind: 'acknowledge', dueAt: night.clock.at + seconds * 1000, policyVersion: 1 } });
    await night.after(seconds - 1);
    expect(await night.moves('bin')).toHaveLength(1);
    await night.after(1);
    expect(await night.moves('bin')).toEqual([`subdistrict ${seconds}`, `city ${2 * seconds}`]);
    await night.after(10 * seconds);
    expect(await night.moves('bin')).toHaveLength(2);
    const { clock } = await night.alertOf('bin');
    expect([clock?.dueAt, clock?.leftMs]).toEqual([undefined, undefined]);
    expect([...night.escalator.totals()]).toEqual([['subdistrict', 1], ['city', 1]]);
  });

  it('tells screens of each move with the clock it has then', async () => {
    await night.fill('bin', 96);
    await night.after(120);
    expect(night.rig.published.at(-1)).toEqual(await night.alertOf('bin'));
    expect(night.rig.published.at(-1)).toMatchObject({ tier: 'subdistrict', clock: { dueAt: night.clock.at + 120_000 } });
  });

  it('moves nothing that was acknowledged, is of a severity left out, or has cleared', async () => {
    await night.fill('bin', 96);
    await night.fill('bin-2', 60);
    await night.fill('bin-3', 96);
    await night.rig.service.ack(ADMIN, (await night.alertOf('bin')).id);
    await night.fill('bin-3', 10);
    await night.after(24 * HOUR);
    for (const device of ['bin', 'bin-2', 'bin-3']) expect([device, await night.moves(device)]).toEqual([device, []]);
    expect(await night.alertOf('bin-3')).not.toHaveProperty('clock');
  });

  it('returns what was acknowledged and not resolved in time to escalation, and asks for a new acknowledgement there', async () => {
    await night.policyOf('street', { critical: { ackWithinS: 120, resolveWithinS: 900 } });
    const { id } = await night.fill('bin', 96);
    await night.after(60);
    expect((await night.rig.service.ack(ADMIN, id)).clock).toEqual({ kind: 'resolve', dueAt: night.clock.at + 900_000, periodMs: 900_000, policyArea: 'street', policyVersion: 1 });
    await night.after(899);
    expect(await night.moves('bin')).toEqual([]);
    await night.after(1);
    expect(await night.moves('bin')).toEqual(['subdistrict 960']);
    expect(await night.alertOf('bin')).toMatchObject({ acked: false, tier: 'subdistrict', clock: { kind: 'acknowledge', dueAt: night.clock.at + 120_000 } });
  });

  it('keeps to the version an alert started with, over edits, a re-grading, an acknowledgement taken back and a restart', async () => {
    await night.policyOf('east', { major: { ackWithinS: 60 }, critical: { ackWithinS: 30 } });
    const { id } = await night.fill('bin', 85);
    expect((await night.alertOf('bin')).clock).toEqual({ kind: 'acknowledge', policyArea: 'east', policyVersion: 1 });
    await night.policyOf('east', { major: { ackWithinS: 6_000 }, critical: { ackWithinS: 3_000 } });
    await night.crash();
    expect((await night.fill('bin', 91)).clock).toMatchObject({ dueAt: night.clock.at + 60_000, policyVersion: 1 });
    await night.rig.service.ack(ADMIN, id);
    await night.after(1);
    expect((await night.rig.service.unack(ADMIN, id)).clock).toMatchObject({ dueAt: night.clock.at + 60_000, policyVersion: 1 });
    expect((await night.fill('bin-2', 91)).clock).toMatchObject({ dueAt: night.clock.at + 6_000_000, policyVersion: 2 });
    await night.after(60);
    expect(await night.moves('bin')).toEqual(['subdistrict 61']);
  });

  it('gives a re-graded alert no more time than it had left', async () => {
    await night.fill('bin', 85);
    await night.after(1790);
    expect((await night.fill('bin', 91)).clock?.dueAt).toBe(night.clock.at + 10_000);
    await night.fill('bin-2', 85);
    await night.after(60);
    expect((await night.fill('bin-2', 96)).clock?.dueAt).toBe(night.clock.at + 120_000);
  });

  it.each<[string, Parameters<Night['step']>[1], Parameters<Night['step']>[1], object]>([
    ['shelved', 'shelved', 'unshelved', { until: 9e15, by: 'li', reason: 'works' }], ['inhibited', 'inhibited', 'released', { alertId: 'cause' }], ['grouped', 'grouped', 'ungrouped', { alertId: 'parent' }],
  ])('stands while an alert is %s, and runs on with what was left', async (_name, stop, go, detail) => {
    await night.fill('bin', 96);
    await night.after(50);
    expect((await night.step('bin', stop, detail)).clock).toEqual({ kind: 'acknowledge', leftMs: 70_000, periodMs: 120_000, policyVersion: 1 });
    await night.after(HOUR);
    expect(await night.moves('bin')).toEqual([]);
    expect((await night.step('bin', go)).clock).toEqual({ kind: 'acknowledge', dueAt: night.clock.at + 70_000, periodMs: 120_000, policyVersion: 1 });
    await night.after(69);
    expect(await night.moves('bin')).toEqual([]);
    await night.after(1);
    expect(await night.moves('bin')).toEqual([`subdistrict ${50 + HOUR + 70}`]);
  });

  it('stands until nothing holds it any more', async () => {
    await night.fill('bin', 96);
    await night.step('bin', 'shelved', { until: 9e15 });
    await night.step('bin', 'inhibited', { alertId: 'cause' });
    await night.step('bin', 'unshelved');
    await night.after(HOUR);
    expect((await night.alertOf('bin')).clock).toMatchObject({ leftMs: 120_000 });
    await night.step('bin', 'released');
    await night.after(120);
    expect(await night.moves('bin')).toHaveLength(1);
  });

  it('starts anew when it comes back within a minute, under the policy it had', async () => {
    await night.policyOf('east', { critical: { ackWithinS: 40 } });
    await night.fill('bin', 96);
    await night.after(30);
    await night.policyOf('east', { critical: { ackWithinS: 4_000 } });
    await night.fill('bin', 10);
    await night.after(5);
    expect((await night.step('bin', 'reraised', { severity: 'critical' })).clock).toMatchObject({ dueAt: night.clock.at + 40_000, policyVersion: 1 });
  });

  it('says in the timeline who is on duty at the tier it came to', async () => {
    night.putShift('night', { tier: 'subdistrict', area: 'street', weekdays: [1, 2, 3, 4, 5, 6, 7], start: '08:00', end: '12:00', users: ['li.na', 'wang'] });
    const { id } = await night.fill('bin', 96);
    await night.after(120);
    await night.after(120);
    const { timeline } = await night.rig.service.get(ADMIN, id);
    expect(timeline.slice(1).map(({ change, tier, note }) => [change, tier, note])).toEqual([['escalated', 'subdistrict', '值班 on duty: li.na, wang'], ['escalated', 'city', '无人值班 nobody on duty']]);
  });

  it('neither loses nor doubles a move when the hub is killed around it', async () => {
    await night.fill('bin', 96);
    await night.after(119);
    await night.crash();
    await night.after(1);
    await night.crash();
    await night.after(0);
    expect(await night.moves('bin')).toEqual(['subdistrict 120']);
    const before = await night.alertOf('bin');
    // Killed between the move and its commit: the database takes nothing, and the move is made after the restart.
    await night.rig.db.schema.alterTable('alert_timeline').renameTo('away').execute();
    await expect(night.after(120)).rejects.toThrow();
    expect(night.rig.activeAlerts.byId(before.id)?.alert).toEqual(before);
    await night.rig.db.schema.alterTable('away').renameTo('alert_timeline').execute();
    expect(await night.alertOf('bin')).toEqual(before);
    await night.crash();
    await night.after(1);
    await night.after(1);
    expect(await night.moves('bin')).toEqual(['subdistrict 120', 'city 241']);
  });

  it('moves what came due while the hub was down at its first look, one tier, and gives it a full period there', async () => {
    await night.fill('bin', 96);
    await night.after(10);
    night.clock.at += 24 * HOUR * 1000;
    await night.crash();
    await night.escalator.tick();
    await night.after(119);
    expect(await night.moves('bin')).toEqual([`subdistrict ${24 * HOUR + 10}`]);
    await night.after(1);
    expect(await night.moves('bin')).toHaveLength(2);
  });

  it('follows a step forward of the hub\'s clock once, and waits no longer than a full period after a step back', async () => {
    await night.fill('bin', 91);
    await night.after(100);
    await night.after(HOUR);
    await night.after(1);
    expect(await night.moves('bin')).toHaveLength(1);
    await night.after(-HOUR);
    expect((await night.alertOf('bin')).clock?.dueAt).toBe(night.clock.at + 600_000);
    expect(night.rig.published.at(-1)?.clock?.dueAt).toBe(night.clock.at + 600_000);
    await night.after(300);
    await night.after(299);
    expect(await night.moves('bin')).toHaveLength(1);
    await night.after(1);
    expect(await night.moves('bin')).toHaveLength(2);
  });

  it('follows a step back while the hub is down, and leaves alone what a clock kept in step moves by', async () => {
    await night.fill('bin', 91);
    await night.fill('bin-2', 91);
    await night.step('bin-2', 'shelved', { until: 9e15 });
    const { clock, seq } = await night.alertOf('bin');
    await night.after(-1);
    expect(await night.alertOf('bin')).toMatchObject({ clock, seq });
    night.clock.at -= HOUR * 1000;
    await night.crash();
    await night.after(0);
    expect((await night.alertOf('bin')).clock?.dueAt).toBe(night.clock.at + 600_000);
    expect((await night.alertOf('bin-2')).clock?.leftMs).toBe(600_000);
  });

  it('gives a clock to an alert that was active before there were any', async () => {
    const { id } = await night.fill('bin', 96);
    await night.rig.db.updateTable('alert').set({ clock: null }).where('id', '=', id).execute();
    await night.crash();
    expect(await night.alertOf('bin')).not.toHaveProperty('clock');
    await night.after(0);
    expect((await night.alertOf('bin')).clock?.dueAt).toBe(night.clock.at + 120_000);
    await night.after(120);
    expect(await night.moves('bin')).toHaveLength(1);
  });

  it('moves all others when one cannot be read, says so each time, and moves it when it can', async () => {
    const { id } = await night.fill('bin', 96);
    for (const device of ['bin-2', 'bin-3']) await night.fill(device, 96);
    const { message } = await night.rig.db.selectFrom('alert').select('message').where('id', '=', id).executeTakeFirstOrThrow();
    await night.rig.db.updateTable('alert').set({ message: '{' }).where('id', '=', id).execute();
    await expect(night.after(120)).rejects.toThrow(SyntaxError);
    await expect(night.after(1)).rejects.toThrow(SyntaxError);
    expect([...night.rig.activeAlerts.values()].map(({ alert }) => alert.tier).sort()).toEqual(['community', 'subdistrict', 'subdistrict']);
    await night.rig.db.updateTable('alert').set({ message }).where('id', '=', id).execute();
    await night.after(1);
    expect(await night.moves('bin')).toHaveLength(1);
  });

  it('moves all others however many cannot be read, and goes on trying each of those', async () => {
    const devices = Array.from({ length: 40 }, (_, index) => `many-${String(index).padStart(2, '0')}`);
    for (const device of devices) night.rig.directory.put(device, 'waste_bin', { area: 'east-1' });
    const ids: string[] = [];
    for (const device of devices) ids.push((await night.fill(device, 96)).id);
    const poisoned = ids.slice(0, 15);
    const messages = await night.rig.db.selectFrom('alert').select(['id', 'message']).where('id', 'in', poisoned).execute();
    await night.rig.db.updateTable('alert').set({ message: '{' }).where('id', 'in', poisoned).execute();
    await expect(night.after(120)).rejects.toThrow(SyntaxError);
    for (let look = 0; look < 15; look += 1) await expect(night.after(1)).rejects.toThrow(SyntaxError);
    const moved = (): string[] => [...night.rig.activeAlerts.values()].filter(({ alert }) => alert.tier === 'subdistrict').map(({ alert }) => alert.id).sort();
    expect(moved()).toEqual(ids.slice(15).sort());
    for (const { id, message } of messages) await night.rig.db.updateTable('alert').set({ message }).where('id', '=', id).execute();
    await night.after(1);
    expect(moved()).toEqual([...ids].sort());
  });

  it('lets an acknowledgement that comes first win', async () => {
    const { id } = await night.fill('bin', 96);
    night.clock.at += 120_000;
    const [acked] = await Promise.all([night.rig.service.ack(ADMIN, id), night.escalator.tick()]);
    expect(acked.acked).toBe(true);
    expect(await night.moves('bin')).toEqual([]);
  });

  it('moves the worst first, every one of many, and stops between two batches', async () => {
    for (let index = 0; index < 120; index += 1) night.rig.directory.put(`many-${index}`, 'waste_bin');
    await night.rig.feed(...Array.from({ length: 120 }, (_, index) => night.rig.sample(`many-${index}`, { fill_level: index % 10 === 0 ? 96 : 91 })));
    night.clock.at += 600_000;
    let stopping: Promise<void> | undefined;
    night.rig.changes.onChange(() => { stopping ??= night.escalator.stop(); });
    await night.escalator.tick();
    await stopping;
    const moved = async (): Promise<Alert[]> => (await night.rig.alerts()).filter(({ tier }) => tier === 'subdistrict');
    const first = await moved();
    expect([first.length, first.filter(({ severity }) => severity === 'critical').length]).toEqual([20, 12]);
    await night.escalator.start();
    await night.escalator.tick();
    expect(await moved()).toHaveLength(120);
    expect((await night.rig.db.selectFrom('alert_timeline').select('id').where('change', '=', 'escalated').execute())).toHaveLength(120);
  });

});
