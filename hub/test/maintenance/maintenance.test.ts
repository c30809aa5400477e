import { LIMITS, type Maintenance, type NewMaintenance, type Rule } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Principal } from '../../src/identity/principal.js';
import { MaintenanceWindows } from '../../src/maintenance/maintenance-windows.js';
import { ADMIN, START, common, createRig, type Rig } from '../rules/rig.js';
import { describeOnDatabases } from '../support/databases.js';

const fill: Rule = { ...common('fill'), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }], clearAt: 70 };
const silence: Rule = { ...common('silence'), type: 'silence', intervals: 3, severity: 'minor' };
const EAST: Principal = { name: 'li', role: 'operator', area: 'east' };
const WEST: Principal = { name: 'wang', role: 'operator', area: 'west' };
const HOUR_MS = 3_600_000;

let rig: Rig;
let ts = START;
beforeEach(async () => {
  rig = await createRig([fill, silence]);
  ts = START;
  for (const [id, area] of [['east-1', 'east'], ['east-2', 'east'], ['west-1', 'west']] as const) rig.directory.put(id, 'waste_bin', { area, reportingIntervalS: 600 });
  await rig.evaluator.start();
});
afterEach(async () => {
  expect(rig.errors).toEqual([]);
  await rig.close();
});

const all = (value: number) => {
  ts = Math.max(ts + 1, rig.clock.at);
  return rig.feed(...['east-1', 'east-2', 'west-1'].map((id) => rig.sample(id, { fill_level: value }, ts)));
};
const raised = async (): Promise<(string | undefined)[]> => (await rig.active()).map(({ deviceId }) => deviceId).sort();
const window = (more: Partial<NewMaintenance>): NewMaintenance => ({ from: rig.clock.at, to: rig.clock.at + HOUR_MS, reason: 'new gateway', ...more });

describeOnDatabases('a maintenance window', () => {
  it('that came first names its reason where several hold, by area or by device', async () => {
    const windows = new MaintenanceWindows({ areas: rig.areas });
    const of = (id: string, more: Partial<Maintenance>): Maintenance => ({ id, from: 0, to: START + HOUR_MS, reason: id, at: 0, by: 'li', ...more });
    for (const made of [of('other', { devices: ['west-1'] }), of('street', { area: 'street' }), of('east', { area: 'east' }), of('device', { devices: ['east-1', 'east-1'] })]) windows.put(made);
    const why = (id: string) => windows.why(rig.directory.get(id)!, START);
    expect(['east-1', 'west-1'].map(why)).toEqual(['maintenance: street', 'maintenance: other']);
    windows.put(of('street', { area: 'street', endedAt: START }));
    expect(['east-1', 'east-2', 'west-1'].map(why)).toEqual(['maintenance: east', 'maintenance: east', 'maintenance: other']);
  });

  it('costs next to nothing for each of very many devices, however many windows hold', () => {
    let lineages = 0;
    const windows = new MaintenanceWindows({ areas: { lineage: (id) => { lineages += 1; return rig.areas.lineage(id); } } });
    for (let index = 0; index < 500; index += 1) windows.put({ id: `w${index}`, from: 0, to: START + HOUR_MS, reason: 'r', at: 0, by: 'li', ...(index % 2 === 0 ? { area: 'nowhere' } : { devices: [`d${index}`] }) });
    expect(windows.why(rig.directory.get('east-1')!, START)).toBeUndefined();
    // One way up the tree for a device, not one for each window.
    expect(lineages).toBe(1);
  });

  it.each<[string, Partial<NewMaintenance>, string[]]>([
    ['an area', { area: 'east' }, ['west-1']], ['what lies below an area', { area: 'street' }, []], ['a list of devices', { devices: ['east-2', 'west-1'] }, ['east-1']],
  ])('over %s clears what is active there with the reason, and lets nothing be raised until it ends', async (_what, where, others) => {
    await all(90);
    expect(await raised()).toHaveLength(3);
    await rig.maintenance.create(ADMIN, window(where));
    await rig.pass(1);
    expect(await raised()).toEqual(others);
    const cleared = (await rig.alerts()).find(({ active }) => !active)!;
    expect((await rig.service.get(ADMIN, cleared.id)).timeline.at(-1)).toMatchObject({ change: 'cleared', endedBy: 'out-of-service', note: 'maintenance: new gateway' });
    const over = async () => (await rig.alerts()).filter(({ active }) => !active).sort((a, b) => a.id < b.id ? -1 : 1);
    const ended = await over();
    for (const alert of ended) expect(alert).toMatchObject({ endedBy: 'out-of-service' });
    await all(95);
    expect(await raised()).toEqual(others);
    rig.clock.at += HOUR_MS;
    await all(95);
    expect(await raised()).toHaveLength(3);
    await all(60);
    expect(await raised()).toEqual([]);
    expect((await over()).filter(({ endedBy }) => endedBy !== undefined)).toEqual(ended); // those raised since recovered
  });

  it('begins and ends with time, and over a restart', async () => {
    await rig.maintenance.create(ADMIN, window({ area: 'east', from: START + HOUR_MS, to: START + 2 * HOUR_MS }));
    await all(90);
    expect(await raised()).toHaveLength(3);
    rig.clock.at = START + HOUR_MS - 1;
    await rig.evaluator.tick();
    expect(await raised()).toHaveLength(3);
    rig.clock.at += 1;
    await rig.evaluator.tick();
    expect(await raised()).toEqual(['west-1']);
    await rig.crash();
    await all(95);
    expect(await raised()).toEqual(['west-1']);
    await rig.evaluator.stop();
    rig.clock.at = START + 2 * HOUR_MS;
    await rig.restart();
    await all(96);
    expect(await raised()).toEqual(['east-1', 'east-2', 'west-1']);
  });

  it('is over when it is ended early, and gives a whole window of silence from then on', async () => {
    await all(10);
    const { id } = await rig.maintenance.create(ADMIN, window({ devices: ['east-1', 'east-2', 'west-1'], to: rig.clock.at + 10 * HOUR_MS }));
    await rig.pass(2_400);
    expect(await raised()).toEqual([]);
    await rig.maintenance.end(ADMIN, id);
    await rig.maintenance.end(ADMIN, id);
    await rig.pass(1_800);
    expect(await raised()).toEqual([]);
    await rig.pass(2);
    expect(await raised()).toHaveLength(3);
  });

  it('follows a device that moves in or out, and leaves the device status maintenance alone', async () => {
    await rig.maintenance.create(ADMIN, window({ area: 'east' }));
    rig.directory.put('east-1', 'waste_bin', { area: 'west' });
    rig.directory.put('west-1', 'waste_bin', { area: 'west', status: 'maintenance' });
    await all(90);
    expect(await raised()).toEqual(['east-1']);
    rig.directory.put('east-1', 'waste_bin', { area: 'east' });
    await rig.pass(1);
    expect(await raised()).toEqual([]);
  });

  it('lasts as long as another one does', async () => {
    await rig.maintenance.create(ADMIN, window({ area: 'east' }));
    const { id } = await rig.maintenance.create(ADMIN, window({ devices: ['east-1'] }));
    await rig.maintenance.end(ADMIN, id);
    await all(90);
    expect(await raised()).toEqual(['west-1']);
  });
});

describeOnDatabases('the maintenance service', () => {
  it('refuses times and places that do not work', async () => {
    const year = LIMITS.longestMaintenanceMs;
    for (const wrong of [{ area: 'east', to: rig.clock.at }, { area: 'east', from: START + 5, to: START + 5 }, { area: 'east', devices: ['east-1'] }, {}, { area: 'east', to: START + year + 1 }]) {
      await expect(rig.maintenance.create(ADMIN, window(wrong))).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    }
    for (const area of ['nowhere', 'west', 'street']) await expect(rig.maintenance.create(EAST, window({ area }))).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    for (const stranger of ['west-1', 'none']) await expect(rig.maintenance.create(EAST, window({ devices: ['east-1', stranger] }))).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
    expect((await rig.maintenance.list(ADMIN, { limit: 10 })).data).toEqual([]);
  });

  it('lists what concerns the caller, newest first in pages, and lets only those end a window who see all of it', async () => {
    const east = await rig.maintenance.create(EAST, window({ area: 'east' }));
    const street = await rig.maintenance.create(ADMIN, window({ area: 'street' }));
    const both = await rig.maintenance.create(ADMIN, window({ devices: ['east-1', 'west-1'] }));
    const ids = async (who: Principal, query = {}) => (await rig.maintenance.list(who, { limit: 10, ...query })).data.map(({ id }) => id);
    expect(await ids(ADMIN)).toEqual([both.id, street.id, east.id]);
    expect(await ids(WEST)).toEqual([both.id, street.id]);
    expect(await ids(ADMIN, { area: 'west' })).toEqual([both.id, street.id]);
    expect((await rig.maintenance.list(EAST, { limit: 10 })).data[0]).toEqual({ ...both, devices: ['east-1'] });
    for (const { id } of [street, both]) await expect(rig.maintenance.end(EAST, id)).rejects.toMatchObject({ code: 'MAINTENANCE_NOT_FOUND' });
    await expect(rig.maintenance.end(WEST, east.id)).rejects.toMatchObject({ code: 'MAINTENANCE_NOT_FOUND' });
    await rig.maintenance.end(EAST, east.id);
    expect([await ids(ADMIN, { open: true }), await ids(ADMIN, { open: false })]).toEqual([[both.id, street.id], [east.id]]);
    const first = await rig.maintenance.list(ADMIN, { limit: 2 });
    expect(first).toMatchObject({ data: [{ id: both.id }, { id: street.id }], next: street.id });
    expect(await ids(ADMIN, { limit: 2, cursor: first.next })).toEqual([east.id]);
    await expect(rig.maintenance.list(ADMIN, { limit: 2, cursor: 'x' })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    expect(await rig.db.selectFrom('audit').select(['by', 'action', 'target', 'detail']).orderBy('id').execute()).toEqual([
      { by: 'li', action: 'maintenance.created', target: east.id, detail: 'east, until 2026-11-02T03:00:00.000Z: new gateway' },
      { by: 'admin', action: 'maintenance.created', target: street.id, detail: 'street, until 2026-11-02T03:00:00.000Z: new gateway' },
      { by: 'admin', action: 'maintenance.created', target: both.id, detail: '2 devices, until 2026-11-02T03:00:00.000Z: new gateway' },
      { by: 'li', action: 'maintenance.ended', target: east.id, detail: 'east' },
    ]);
  });

  it('asks for the permission first', async () => {
    const property: Principal = { name: 'p', role: 'property', area: 'east' };
    await expect(rig.maintenance.create(property, window({ area: 'none' }))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(rig.maintenance.end(property, 'none')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(rig.maintenance.list({ name: 'c', role: 'city', area: undefined }, { limit: 1 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await rig.maintenance.list(property, { limit: 1 })).data).toEqual([]);
  });
});
