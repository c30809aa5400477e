import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, Migrator, SqliteDialect, sql } from 'kysely';
import LibsqlDatabase from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { weightOf } from '../../src/alerts/alert-rows.js';
import { AreaTree } from '../../src/areas/area-tree.js';
import { createChangeLog } from '../../src/changes/change-log.js';
import { openDatabase } from '../../src/database/database.js';
import { migrations } from '../../src/database/migrations/index.js';
import { createDeviceDirectory } from '../../src/devices/device-directory.js';
import { createDeviceService } from '../../src/devices/device-service.js';
import { createRefusalLog } from '../../src/devices/refusal-log.js';
import { sha256 } from '../../src/identity/secrets.js';
import { DEFAULT_RULES } from '../../src/rules/default-rules.js';
import { loadRules, versionsOf } from '../../src/rules/rule-store.js';
import { rethrow } from '../support/rethrow.js';

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'liandong-migrations-')); });
afterEach(async () => { await rm(folder, { recursive: true, force: true }); });

/** A data folder as the first version left it, with one device. */
async function writeFirstVersion(path: string): Promise<void> {
  const db = new Kysely<Record<string, Record<string, unknown>>>({ dialect: new SqliteDialect({ database: new LibsqlDatabase(path) }) });
  const first = Object.fromEntries(Object.entries(migrations).filter(([name]) => name.startsWith('0001')));
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => first } }).migrateToLatest();
  expect(error).toBeUndefined();
  await db.insertInto('area').values([{ id: 'street', level: 'subdistrict', name: '街道' }, { id: 'garden', level: 'community', parent: 'street', name: '花园' }]).execute();
  await db.insertInto('device').values({
    id: 'bin-1', name: 'bin', kind: 'waste_bin', area: 'garden', codec: 'native', external_id: 'abc', reporting_interval_s: 60, status: 'offline', last_seen_at: 5, created_at: 1,
    secret_hash: sha256('secret').toString('hex'), mosquitto_hash: 'x',
  }).execute();
  await db.destroy();
}

describe('a data folder of the first version', () => {
  it('is brought up: its devices are accepted, have no code, and sign in as before', async () => {
    const path = join(folder, 'hub.db');
    await writeFirstVersion(path);
    const db = await openDatabase(path);
    try {
      const row = await db.selectFrom('device').selectAll().executeTakeFirstOrThrow();
      expect(row).toMatchObject({ id: 'bin-1', external_id: 'abc', status: 'offline', accepted: 1, claim_hash: null, claimed_at: null, photo: null, desired: null });
      const areas = new AreaTree(rethrow);
      areas.put({ id: 'street', level: 'subdistrict', name: '街道' });
      areas.put({ id: 'garden', level: 'community', parent: 'street', name: '花园' });
      const clock = { now: () => 10 };
      const directory = createDeviceDirectory(rethrow);
      const refusals = createRefusalLog({ db, clock, directory, onError: (error) => { throw error; } });
      await createDeviceService({ db, clock, areas, directory, refusals, changes: createChangeLog({ db, clock, onError: (error) => { throw error; } }) }).load();
      expect(directory.authenticate('bin-1', Buffer.from('secret'))?.device).not.toHaveProperty('accepted');
    } finally {
      await db.destroy();
    }
  });

  it('finds the latest audit rows of one target by an index', async () => {
    const path = join(folder, 'hub.db');
    await writeFirstVersion(path);
    const db = await openDatabase(path);
    try {
      const { rows } = await sql<{ detail: string }>`explain query plan select * from audit where target = 'bin-1' order by id desc limit 20`.execute(db);
      expect(rows.map(({ detail }) => detail)).toEqual([expect.stringContaining('USING INDEX audit_target')]);
    } finally {
      await db.destroy();
    }
  });

  it('finds withheld alerts and those that are past their time without a look at all others', async () => {
    const path = join(folder, 'hub.db');
    await writeFirstVersion(path);
    const db = await openDatabase(path);
    try {
      const planOf = async (query: string) => (await sql<{ detail: string }>`explain query plan ${sql.raw(query)}`.execute(db)).rows.map(({ detail }) => detail);
      const withheld = await planOf('select alert.id, edge_alert.edge, alert.device_id, alert.kind from edge_alert inner join alert on alert.id = edge_alert.alert_id where withheld_at is not null order by alert.weight desc, alert.id');
      expect(withheld.join('; ')).toMatch(/edge_alert USING INDEX edge_alert_withheld.*alert USING INDEX sqlite_autoindex_alert_1/);
      const old = await planOf("select id from alert where cleared_at < 5 and active = 0 and id not in (select alert_id from edge_alert where withheld_at is not null) limit 100");
      expect(old.join('; ')).toMatch(/edge_alert USING INDEX edge_alert_withheld/);
    } finally {
      await db.destroy();
    }
  });

  it('reads alerts and timelines in the order of reports by an index, from any place in it', async () => {
    const path = join(folder, 'hub.db');
    await writeFirstVersion(path);
    const db = await openDatabase(path);
    try {
      for (const [query, index] of [
        ['select id from alert where raised_at >= 5 and raised_at < 9 and group_id is null and (raised_at, id) > (5, \'a\') order by raised_at, id limit 500', 'alert_raised_id (raised_at>'],
        ['select entry.id from alert_timeline as entry join alert on alert.id = entry.alert_id where entry.at >= 5 and entry.at < 9 and (entry.at, entry.id) > (5, 3) order by entry.at, entry.id limit 500', 'alert_timeline_at (at>'],
        ['select alert_id, min(at) from alert_timeline where alert_id in (\'a\', \'b\') and change = \'acked\' group by alert_id', 'alert_timeline_alert (alert_id='],
      ] as const) {
        const { rows } = await sql<{ detail: string }>`explain query plan ${sql.raw(query)}`.execute(db);
        expect(rows.map(({ detail }) => detail).join('; ')).toContain(`INDEX ${index}`);
        expect(rows.some(({ detail }) => detail.includes('TEMP B-TREE'))).toBe(false);
      }
    } finally {
      await db.destroy();
    }
  });

  it.each([
    ["select id from alert where shelved_until <= 5 order by shelved_until limit 200", 'alert_shelved'],
    ["select id from alert where cleared_at < 5 and active = 0 limit 100", 'alert_cleared'],
    ["select max(cleared_at) from alert", 'alert_cleared'],
    ["select * from alert where active = 0 and cleared_at >= 5 order by cleared_at, id", 'alert_cleared'],
    ["select * from alert a where a.shelved_until is not null and not exists (select 1 from alert b where b.rule_id = a.rule_id and b.id > a.id and (b.device_id = a.device_id or (b.device_id is null and a.device_id is null and b.area = a.area)))", 'alert_alarm'],
  ])('answers by an index: %s', async (query, index) => {
    const path = join(folder, 'hub.db');
    await writeFirstVersion(path);
    const db = await openDatabase(path);
    try {
      const { rows } = await sql<{ detail: string }>`explain query plan ${sql.raw(query)}`.execute(db);
      expect(rows.map(({ detail }) => detail).join('\n')).toContain(index);
    } finally {
      await db.destroy();
    }
  });

  it.each([
    ['a page', '(weight, raised_at, id) < (3, 5, \'a\')', 'SEARCH alert USING INDEX alert_list ((weight,raised_at,id)<(?,?,?))'],
    ['those that are active', 'weight >= 6', 'SEARCH alert USING INDEX alert_list (weight>?)'],
    ['those of one severity', 'weight in (3, 8)', 'SEARCH alert USING INDEX alert_list (weight=?)'],
    ['those of some areas', 'area in (\'a\', \'b\', \'c\')', 'SCAN alert USING INDEX alert_list'],
    ['those of a tier', 'coalesce(tier, \'\') = \'community\'', 'SCAN alert USING INDEX alert_list'],
  ])('lists alerts without sorting them: %s', async (_what, filter, plan) => {
    const path = join(folder, 'hub.db');
    await writeFirstVersion(path);
    const db = await openDatabase(path);
    try {
      const { rows } = await sql<{ detail: string }>`explain query plan ${sql.raw(`select * from alert where ${filter} order by weight desc, raised_at desc, id desc limit 51`)}`.execute(db);
      expect(rows.map(({ detail }) => detail)).toEqual([plan]);
    } finally {
      await db.destroy();
    }
  });

  it('has its rules in the words of today, with a first version of each, and the replaced ones once', async () => {
    const path = join(folder, 'hub.db');
    await writeFirstVersion(path);
    const old = new Kysely<Record<string, Record<string, unknown>>>({ dialect: new SqliteDialect({ database: new LibsqlDatabase(path) }) });
    const words = { name: { zh: 'x', en: 'x' }, message: { zh: 'x', en: 'x' }, kinds: ['waste_bin'], enabled: true, onDelayS: 0, offDelayS: 0 };
    const bodies = [
      { ...words, id: 'night', type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'info' }], clearAt: 70, between: [22, 6] },
      { ...words, id: 'all-day', type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'info' }], clearAt: 70, between: [6, 6] },
      { ...words, id: 'heating', type: 'rise', metric: 'temperature', rise: 10, withinS: 600, severity: 'critical' },
      ...['default-air-pm2-5', 'default-air-pm10', 'default-noise-day', 'default-noise-night'].map((id) => ({ ...words, id, type: 'threshold', metric: 'noise', direction: 'above', bands: [{ limit: 60, severity: 'info' }], clearAt: 58 })),
    ];
    await old.insertInto('rule').values(bodies.map((body) => ({ id: body.id, body: JSON.stringify(body), enabled: body.id.startsWith('default-noise') ? 0 : 1 }))).execute();
    await old.insertInto('rule_state').values([{ rule_id: 'heating', device_id: 'bin-1', state: '{}' }, { rule_id: 'default-noise-day', device_id: 'bin-1', state: '{}' }]).execute();
    await old.insertInto('alert').values({ id: 'a1', rule_id: 'heating', device_id: 'bin-1', area: 'garden', kind: 'waste_bin', severity: 'info', tier: 'community', active: 1, acked: 0, raised_at: 1, last_at: 1, count: 1, message: '{}', seq: 1 }).execute();
    await old.destroy();
    const db = await openDatabase(path);
    try {
      const rules = new Map((await loadRules(db)).map((rule) => [rule.id, rule]));
      expect([...rules.keys()]).toEqual(['all-day', 'default-air-aqi', 'default-noise', 'heating', 'night']);
      expect(rules.get('night')).toMatchObject({ schedule: { hours: [22, 6] }, version: 1, updatedBy: 'hub' });
      expect(rules.get('all-day')).not.toHaveProperty('schedule');
      expect(rules.get('heating')).toMatchObject({ type: 'change', direction: 'up', by: 10, withinS: 600 });
      for (const id of ['default-air-aqi', 'default-noise']) expect(rules.get(id)).toEqual({ ...DEFAULT_RULES.find((rule) => rule.id === id), version: 1, updatedBy: 'hub', updatedAt: expect.any(Number) as number, enabled: id !== 'default-noise' });
      expect((await versionsOf(db, 'night')).map(({ version, change }) => [version, change])).toEqual([[1, 'created']]);
      expect((await db.selectFrom('rule_state').select('rule_id').execute()).map(({ rule_id }) => rule_id)).toEqual(['heating']);
      expect(await db.selectFrom('alert').select(['rule_version', 'weight']).execute()).toEqual([{ rule_version: 1, weight: weightOf({ active: true, severity: 'info' }) }]);
    } finally {
      await db.destroy();
    }
  });

  it('has on its alerts and their clearings how they ended, where the timeline said that they had not recovered', async () => {
    const path = join(folder, 'hub.db');
    await writeFirstVersion(path);
    const old = new Kysely<Record<string, Record<string, unknown>>>({ dialect: new SqliteDialect({ database: new LibsqlDatabase(path) }) });
    const ends: [note: string | null, by: string | null, endedBy: string | null, device?: string][] = [
      ['maintenance: 换盖', null, 'out-of-service'], ['maintenance', null, 'out-of-service'], ['not accepted', null, 'out-of-service'], ['retired', null, 'out-of-service'], ['device removed', null, 'device-removed'],
      ['rule or device removed', null, 'device-removed', 'gone'], ['rule or device removed', null, 'rule-off'], ['rule no longer applies', null, 'rule-off'], ['rule is about something else now', null, 'rule-off'],
      ['rule near applies instead', null, 'rule-off'], ['the edge has it', null, 'superseded'], [null, null, null], ['maintenance', 'li', null],
    ];
    await old.insertInto('alert').values(ends.map(([, , , device = 'bin-1'], index) => ({
      id: `a${index}`, rule_id: 'r', device_id: device, area: 'garden', kind: 'waste_bin', severity: 'info', tier: 'community', active: 0, acked: 0, raised_at: 1, last_at: 1, count: 1, message: '{}', seq: index, cleared_at: 2,
    }))).execute();
    await old.insertInto('alert_timeline').values(ends.map(([note, by], index) => ({ alert_id: `a${index}`, at: 2, change: 'cleared', by, note }))).execute();
    // Recovered the last time, and one that stands.
    for (const [id, active] of [['back', 0], ['stands', 1]] as const) {
      await old.insertInto('alert').values({ id, rule_id: id, device_id: 'bin-1', area: 'garden', kind: 'waste_bin', severity: 'info', tier: 'community', active, acked: 0, raised_at: 1, last_at: 1, count: 2, message: '{}', seq: 99 }).execute();
      await old.insertInto('alert_timeline').values([{ note: 'maintenance', change: 'cleared' }, { note: null, change: 'reraised' }, ...active === 1 ? [] : [{ note: null, change: 'cleared' }]].map((entry) => ({ alert_id: id, at: 2, by: null, ...entry }))).execute();
    }
    await old.destroy();
    const db = await openDatabase(path);
    try {
      expect((await db.selectFrom('alert').select(['id', 'ended_by']).orderBy('seq').execute()).map(({ ended_by: endedBy }) => endedBy)).toEqual([...ends.map(([, , endedBy]) => endedBy), null, null]);
      const entries = await db.selectFrom('alert_timeline').select(['alert_id', 'change', 'ended_by']).orderBy('id').execute();
      expect(entries.slice(0, ends.length).map(({ ended_by: endedBy }) => endedBy)).toEqual(ends.map(([, , endedBy]) => endedBy));
      expect(entries.slice(ends.length).map(({ ended_by: endedBy }) => endedBy)).toEqual(['out-of-service', null, null, 'out-of-service', null]);
    } finally {
      await db.destroy();
    }
  });

  it('is left alone the second time', async () => {
    const path = join(folder, 'hub.db');
    await writeFirstVersion(path);
    for (let times = 0; times < 2; times += 1) {
      const db = await openDatabase(path);
      expect(await db.selectFrom('device').select('id').execute()).toEqual([{ id: 'bin-1' }]);
      await db.destroy();
    }
  });
});
