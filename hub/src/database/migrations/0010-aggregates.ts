import type { Kysely } from 'kysely';

/**
 * Roll-ups for the city: what is published, what has to be worked out (again), how far it has come, and where each device stood when.
 * `change_no` grows with every row that is published or restated; it is what a puller's cursor stands for.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable('aggregate')
    .addColumn('area', 'text', (c) => c.notNull()).addColumn('metric', 'text', (c) => c.notNull()).addColumn('window', 'text', (c) => c.notNull()).addColumn('start', 'bigint', (c) => c.notNull())
    .addColumn('change_no', 'bigint', (c) => c.notNull()).addColumn('revision', 'integer', (c) => c.notNull()).addColumn('count', 'bigint', (c) => c.notNull())
    .addColumn('sum', 'double precision', (c) => c.notNull()).addColumn('min', 'double precision', (c) => c.notNull()).addColumn('max', 'double precision', (c) => c.notNull())
    .addColumn('last', 'double precision', (c) => c.notNull()).addColumn('last_ts', 'bigint', (c) => c.notNull())
    .addColumn('devices', 'integer', (c) => c.notNull()).addColumn('coverage', 'double precision', (c) => c.notNull()).addColumn('members', 'text')
    .addPrimaryKeyConstraint('aggregate_key', ['area', 'metric', 'window', 'start']).execute();
  await db.schema.createIndex('aggregate_change').on('aggregate').column('change_no').unique().execute();
  await db.schema.createTable('aggregate_dirty')
    .addColumn('stage', 'integer', (c) => c.notNull()).addColumn('start', 'bigint', (c) => c.notNull()).addColumn('area', 'text', (c) => c.notNull()).addColumn('metric', 'text', (c) => c.notNull())
    .addColumn('marks', 'integer', (c) => c.notNull()).addPrimaryKeyConstraint('aggregate_dirty_key', ['stage', 'start', 'area', 'metric']).execute();
  await db.schema.createTable('aggregate_state')
    .addColumn('id', 'integer', (c) => c.primaryKey()).addColumn('log', 'text', (c) => c.notNull()).addColumn('change_no', 'bigint', (c) => c.notNull())
    .addColumn('watermark', 'bigint', (c) => c.notNull()).addColumn('dropped_to', 'bigint', (c) => c.notNull()).execute();
  await db.schema.createTable('aggregate_mark').addColumn('watermark', 'bigint', (c) => c.primaryKey()).addColumn('change_no', 'bigint', (c) => c.notNull()).execute();
  await db.schema.createTable('aggregate_place')
    .addColumn('device', 'text', (c) => c.notNull()).addColumn('since', 'bigint', (c) => c.notNull()).addColumn('until', 'bigint')
    .addColumn('area', 'text', (c) => c.notNull()).addColumn('community', 'text', (c) => c.notNull()).addColumn('slot', 'integer', (c) => c.notNull()).addColumn('interval_s', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('aggregate_place_key', ['device', 'since']).execute();
  await db.schema.createTable('aggregate_series')
    .addColumn('device', 'text', (c) => c.notNull()).addColumn('metric', 'text', (c) => c.notNull()).addColumn('first_ts', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('aggregate_series_key', ['device', 'metric']).execute();
}
