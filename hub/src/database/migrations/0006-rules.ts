import type { Kysely } from 'kysely';

/** Tables as this migration sees them. */
interface Tables {
  rule: { id: string; body: string; enabled: number; version: number; updated_at: number; updated_by: string };
  rule_version: { rule_id: string; version: number; at: number; by: string; change: string; body: string | null };
  rule_state: { rule_id: string };
  alert: { active: number; rule_version: number | null };
}
type Body = Record<string, unknown>;

/** Versions and history of rules, the calendar; bodies in the words rules have now. */
export async function up(untyped: Kysely<unknown>): Promise<void> {
  const db = untyped as Kysely<Tables>; // the tables of this moment
  await db.schema.alterTable('rule').addColumn('version', 'integer', (c) => c.notNull().defaultTo(1)).execute();
  await db.schema.alterTable('rule').addColumn('updated_at', 'bigint', (c) => c.notNull().defaultTo(0)).execute();
  await db.schema.alterTable('rule').addColumn('updated_by', 'text', (c) => c.notNull().defaultTo('hub')).execute();
  await db.schema.createTable('rule_version')
    .addColumn('rule_id', 'text', (c) => c.notNull()).addColumn('version', 'integer', (c) => c.notNull()).addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('by', 'text', (c) => c.notNull()).addColumn('change', 'text', (c) => c.notNull()).addColumn('body', 'text')
    .addPrimaryKeyConstraint('rule_version_key', ['rule_id', 'version']).execute();
  await db.schema.createTable('calendar_day')
    .addColumn('date', 'text', (c) => c.primaryKey()).addColumn('kind', 'text', (c) => c.notNull()).addColumn('name', 'text').execute();

  const at = Date.now();
  const rows = await db.selectFrom('rule').select(['id', 'body', 'enabled']).execute();
  const kept = rows.filter(({ id }) => !(id in REPLACED));
  const wanted = new Map<string, { id: string; body: string; enabled: number }>();
  for (const { id, body, enabled } of kept) wanted.set(id, { id, body: JSON.stringify(rewritten(JSON.parse(body) as Body)), enabled }); // an object: it was a rule
  for (const { id, enabled } of rows) {
    const replacement = REPLACED[id];
    if (replacement !== undefined) wanted.set(replacement.id, { id: replacement.id, body: JSON.stringify(replacement), enabled: Math.max(enabled, wanted.get(replacement.id)?.enabled ?? 0) });
  }
  await db.deleteFrom('rule').execute();
  for (const row of wanted.values()) {
    await db.insertInto('rule').values({ ...row, version: 1, updated_at: at, updated_by: 'hub' }).execute();
    await db.insertInto('rule_version').values({ rule_id: row.id, version: 1, at, by: 'hub', change: 'created', body: row.body }).execute();
  }
  await db.deleteFrom('rule_state').where('rule_id', 'in', Object.keys(REPLACED)).execute();
  await db.updateTable('alert').set({ rule_version: 1 }).where('active', '=', 1).execute();
}

/** `between` is one part of a schedule, and a rise is one direction of a change. */
function rewritten({ between, rise, ...rest }: Body): Body {
  const isWholeDay = Array.isArray(between) && between[0] === between[1];
  return {
    ...rest, ...(between === undefined || isWholeDay ? {} : { schedule: { hours: between } }),
    ...(rise === undefined ? {} : { type: 'change', direction: 'up', by: rise }),
  };
}

const AQI = {
  id: 'default-air-aqi', kinds: ['env_sensor'], name: { zh: '空气污染', en: 'Air pollution' }, enabled: true, onDelayS: 0, offDelayS: 600,
  message: { zh: '{device} 空气质量指数 {value}，首要污染物 {what}', en: '{device}: AQI {value}, mainly {what}' },
  type: 'aqi', bands: [{ limit: 151, severity: 'warning' }, { limit: 201, severity: 'minor' }, { limit: 301, severity: 'major' }], clearAt: 140,
};
const NOISE = {
  id: 'default-noise', kinds: ['env_sensor'], name: { zh: '噪声超标', en: 'Noise over the limit' }, enabled: true, onDelayS: 600, offDelayS: 300,
  message: { zh: '{device} {what}噪声 {value}，限值 {limit}', en: '{device}: noise by {what} at {value} (limit {limit})' },
  type: 'noise', class: '2', bands: [{ over: 0, severity: 'info' }, { over: 5, severity: 'warning' }, { over: 15, severity: 'minor' }], deadband: 2,
};
/** Defaults that nobody could edit before this version: two pollutants by themselves, and day and night as two rules. */
const REPLACED: Readonly<Record<string, Body & { id: string }>> = {
  'default-air-pm2-5': AQI, 'default-air-pm10': AQI, 'default-noise-day': NOISE, 'default-noise-night': NOISE,
};
