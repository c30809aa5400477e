import type { NewShift } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createIdSource } from '../../src/alerts/alert-ids.js';
import { NO_DAYS } from '../../src/calendar/day-calendar.js';
import { Roster } from '../../src/duty/roster.js';
import { createShiftService, type ShiftService } from '../../src/duty/shift-service.js';
import type { Principal } from '../../src/identity/principal.js';
import { ROOT, addPlaces, openRegistry, type Registry } from '../devices/registry.js';
import { describeOnDatabases } from '../support/databases.js';

const EAST: Principal = { name: 'li.east', role: 'operator', area: 'east' };
const SHIFT: NewShift = { name: '夜班', tier: 'community', area: 'east-garden', weekdays: [1, 2, 3, 4, 5, 6, 7], start: '20:00', end: '08:00', users: ['li.na'] };

describeOnDatabases('the shift calendar', () => {
  let registry: Registry;
  let roster: Roster;
  let shifts: ShiftService;
  beforeEach(async () => {
    registry = await openRegistry();
    await addPlaces(registry);
    const { identity, db, clock, tree } = registry;
    for (const [username, area] of [['li.na', 'east'], ['wang', 'east-garden'], ['sun', 'west'], ['boss', undefined]] as const) {
      await identity.createUser(ROOT, { username, name: username, role: 'operator', password: 'long enough', ...(area === undefined ? {} : { area }) });
    }
    roster = new Roster({ areas: tree, days: NO_DAYS });
    shifts = createShiftService({ db, clock, ids: createIdSource({ clock, random: (bytes) => new Uint8Array(bytes) }), areas: tree, roster });
  });
  afterEach(() => registry.destroy());
  const actions = async () => (await registry.audit.page({ limit: 10 })).data.filter(({ action }) => action.startsWith('shift.')).map(({ by, action, detail }) => ({ by, action, detail }));

  it('is kept, changed and deleted, survives a restart, and each change is audited with what it is', async () => {
    const edited = { updatedAt: registry.clock.at, updatedBy: 'li.east' };
    const made = await shifts.create(EAST, { ...SHIFT, weekdays: [7, 1, 7], users: ['li.na', 'wang', 'li.na'], validFrom: 5, validTo: 9, holidays: 'also' });
    expect(made).toEqual({ id: expect.stringMatching(/^[a-z0-9]{26}$/) as string, ...SHIFT, weekdays: [1, 7], users: ['li.na', 'wang'], validFrom: 5, validTo: 9, holidays: 'also', version: 1, ...edited });
    const kept = new Roster({ areas: registry.tree, days: NO_DAYS });
    await kept.load(registry.db);
    expect(kept.all()).toEqual([made]);
    const changed = await shifts.replace(EAST, made.id, SHIFT);
    expect(changed).toEqual({ id: made.id, ...SHIFT, version: 2, ...edited });
    const reread = new Roster({ areas: registry.tree, days: NO_DAYS });
    await reread.load(registry.db);
    expect(reread.all()).toEqual([changed]);
    await shifts.remove(EAST, made.id);
    await reread.load(registry.db);
    expect([reread.all(), await shifts.list(ROOT)]).toEqual([[], []]);
    await expect(shifts.remove(EAST, made.id)).rejects.toMatchObject({ code: 'SHIFT_NOT_FOUND' });
    const detail = '夜班: community of east-garden, days 1234567, 20:00–08:00, li.na';
    expect(await actions()).toEqual([
      { by: 'li.east', action: 'shift.deleted', detail }, { by: 'li.east', action: 'shift.changed', detail },
      { by: 'li.east', action: 'shift.created', detail: '夜班: community of east-garden, days 17, holidays also, 20:00–08:00, li.na, wang' },
    ]);
  });

  it.each<[string, Partial<NewShift>, string]>([
    ['somebody who does not exist', { users: ['li.na', 'ghost'] }, 'USER_NOT_FOUND'], ['somebody who may not see the area', { users: ['sun'] }, 'USER_NOT_FOUND'],
    ['somebody bound to an area below', { area: 'east', users: ['wang'] }, 'USER_NOT_FOUND'], ['an area that is not there', { area: 'nowhere' }, 'AREA_NOT_FOUND'],
    ['an area of others', { area: 'west', users: ['sun'] }, 'AREA_NOT_FOUND'], ['an area above one\'s own', { area: 'city', users: ['boss'] }, 'AREA_NOT_FOUND'],
    ['a while that ends before it begins', { validFrom: 9, validTo: 9 }, 'VALIDATION_FAILED'],
  ])('takes no shift with %s', async (_name, more, code) => {
    await expect(shifts.create(EAST, { ...SHIFT, ...more })).rejects.toMatchObject({ code, ...(code === 'VALIDATION_FAILED' ? { faults: [{ path: '/validTo', keyword: 'minimum', limit: 10 }] } : {}) });
    const made = await shifts.create(EAST, SHIFT);
    await expect(shifts.replace(EAST, made.id, { ...SHIFT, ...more })).rejects.toMatchObject({ code });
    expect(await shifts.list(EAST)).toEqual([made]);
  });

  it('refuses whoever opened a shift before somebody else changed it, says who and when, and goes on without a version as ever', async () => {
    const { id, ...opened } = await shifts.create(EAST, SHIFT);
    registry.clock.at += 60_000;
    const weekdays = [1, 2, 3, 4, 5, 6];
    const [first, late] = await Promise.allSettled([shifts.replace(ROOT, id, { ...opened, weekdays }), shifts.replace(EAST, id, { ...opened, name: '改名' })]);
    expect([first.status, late]).toMatchObject(['fulfilled', { reason: { code: 'CHANGED_MEANWHILE', detail: expect.stringContaining(`admin changed it at ${new Date(registry.clock.at).toISOString()}`) as string, detailZh: expect.stringContaining('admin 在 ') as string } }]);
    const [current] = await shifts.list(EAST);
    expect(current).toEqual({ id, ...SHIFT, weekdays, version: 2, updatedAt: registry.clock.at, updatedBy: 'admin' });
    expect(await shifts.replace(EAST, id, { ...SHIFT, weekdays, name: '改名', version: 2 })).toMatchObject({ version: 3, name: '改名', weekdays, updatedBy: 'li.east' });
    expect(await shifts.replace(EAST, id, SHIFT)).toMatchObject({ version: 4, name: SHIFT.name });
    expect((await actions()).filter(({ action }) => action === 'shift.changed')).toHaveLength(3);
  });

  it('stays deleted when somebody changes a shift that another one is just deleting', async () => {
    const { id } = await shifts.create(EAST, SHIFT);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => { release = resolve; });
    const holding = registry.db.transaction().execute(async (trx) => { await trx.selectFrom('shift').select('id').execute(); await held; });
    const removed = shifts.remove(EAST, id);
    const changed = shifts.replace(EAST, id, { ...SHIFT, name: '改名' }).catch((error: unknown) => error);
    release();
    await Promise.all([holding, removed]);
    expect(await changed).toMatchObject({ code: 'SHIFT_NOT_FOUND' });
    expect(await registry.db.selectFrom('shift').select('id').execute()).toEqual([]);
    expect(roster.all()).toEqual([]);
  });

  it('lets people who see everything be on duty anywhere', async () => {
    expect(await shifts.create(EAST, { ...SHIFT, users: ['boss'] })).toMatchObject({ users: ['boss'] });
  });

  it('takes nobody who may not read alerts, and lists those who may be on duty by user name', async () => {
    await registry.identity.createUser(ROOT, { username: 'fitter', name: '安装', role: 'installer', area: 'east', password: 'long enough' });
    await expect(shifts.create(EAST, { ...SHIFT, users: ['fitter'] })).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    const names = async (area?: string, who: Principal = EAST) => (await shifts.people(who, area)).map(({ username }) => username);
    expect(await shifts.people(EAST, 'east')).toEqual([{ username: 'boss', name: 'boss' }, { username: 'li.na', name: 'li.na' }]);
    expect([await names('east-garden'), await names(), await names('west', ROOT), await names(undefined, ROOT)]).toEqual([['boss', 'li.na', 'wang'], ['boss', 'li.na', 'wang'], ['boss', 'sun'], ['boss', 'li.na', 'sun', 'wang']]);
    await expect(shifts.people(EAST, 'west')).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
  });

  it('shows each the shifts of the own area, and of one asked for', async () => {
    const east = await shifts.create(ROOT, SHIFT);
    const west = await shifts.create(ROOT, { ...SHIFT, area: 'west-garden', users: ['sun'] });
    const city = await shifts.create(ROOT, { ...SHIFT, area: 'city', tier: 'city', users: ['boss'] });
    expect(await shifts.list(ROOT)).toEqual([city, east, west]);
    expect(await shifts.list(ROOT, 'west')).toEqual([west]);
    expect(await shifts.list(EAST)).toEqual([east]);
    await expect(shifts.list(EAST, 'west')).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    await expect(shifts.list(ROOT, 'nowhere')).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    for (const attempt of [() => shifts.replace(EAST, west.id, SHIFT), () => shifts.remove(EAST, city.id), () => shifts.remove(EAST, 'none')]) await expect(attempt()).rejects.toMatchObject({ code: 'SHIFT_NOT_FOUND' });
  });

  it('says who is on duty, now and in the own area unless told, the tiers above included', async () => {
    const night = await shifts.create(ROOT, { ...SHIFT, area: 'east' });
    const city = await shifts.create(ROOT, { ...SHIFT, area: 'city', tier: 'city', users: ['boss'] });
    const at = registry.clock.at + 14 * 3_600_000; // 22:00 at UTC+8
    expect(await shifts.onDuty(EAST, {})).toEqual({ data: [] });
    expect((await shifts.onDuty(EAST, { at })).data.map(({ shift }) => shift)).toEqual([night.id, city.id]);
    registry.clock.at = at;
    expect((await shifts.onDuty(ROOT, { area: 'east-grid' })).data).toMatchObject([{ tier: 'community', users: ['li.na'], until: at + 10 * 3_600_000 }, { tier: 'city', users: ['boss'] }]);
    await expect(shifts.onDuty(EAST, { area: 'west' })).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    await expect(shifts.onDuty(ROOT, {})).rejects.toMatchObject({ code: 'VALIDATION_FAILED', faults: [{ path: '/area', keyword: 'required' }] });
  });

  it('asks for the permission first', async () => {
    const worker: Principal = { name: 'w', role: 'grid_worker', area: 'east' };
    for (const attempt of [() => shifts.list(worker, 'nowhere'), () => shifts.people(worker, 'nowhere'), () => shifts.create(worker, SHIFT), () => shifts.replace(worker, 'none', SHIFT), () => shifts.remove(worker, 'none'), () => shifts.onDuty(worker, {})]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
  });
});
