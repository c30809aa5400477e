import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe } from 'vitest';
import { openDatabase, type Db } from '../../src/database/database.js';
import { openPostgres } from '../../src/database/postgres/open-postgres.js';
import { findPostgres, POSTGRES_HINT, startPostgres, type PostgresServer } from './postgres-server.js';
import { describeWithServer } from './require-server.js';

/** The server of this test file, and what is open on it. One file is one process, and its tests run one after the other. */
interface Postgres { readonly server: PostgresServer; readonly template: string; /** The next new one: made while the test before runs. */ spare: Promise<string>; /** Addresses by data folder: a folder that is opened again finds what it held. */ readonly byFolder: Map<string, string> }
let starting: Promise<Postgres> | undefined;
/** Undefined: libSQL. */
let current: Postgres | undefined;

/** The same suite over every relational database there is: libSQL, and a real PostgreSQL with one database for each folder. What it opens through `openTestDatabase` is of the one under test. */
export function describeOnDatabases(name: string, suite: () => void): void {
  describe(`${name} (libSQL)`, suite);
  describeWithServer(`${name} (PostgreSQL)`, findPostgres(), POSTGRES_HINT, (programs) => {
    beforeAll(async () => { current = await (starting ??= start(programs)); });
    afterAll(() => { current = undefined; });
    suite();
  });
}

/** The database of a data folder; without a folder, a new one that is gone with its last connection or with the test file. */
export async function openTestDatabase(folder?: string): Promise<Db> {
  if (current === undefined) return openLibsql(folder);
  const { byFolder } = current;
  const url = byFolder.get(folder ?? '') ?? await takeSpare(current);
  if (folder !== undefined) byFolder.set(folder, url);
  return openOn(url);
}

/** From now on every insert into the table, or those with this value in this column, fails with these words. */
export async function refuseInserts(db: Db, table: string, words: string, which?: { readonly column: string; readonly value: string }): Promise<void> {
  const when = which === undefined ? sql`` : sql`when (new.${sql.ref(which.column)} = ${sql.lit(which.value)})`;
  if (current === undefined) {
    await sql`create trigger refusal before insert on ${sql.table(table)} ${when} begin select raise(abort, ${sql.lit(words)}); end`.execute(db);
    return;
  }
  await sql`create or replace function refuse() returns trigger language plpgsql as ${sql.lit(`begin raise exception '${words}'; end`)}`.execute(db);
  await sql`create trigger refusal before insert on ${sql.table(table)} for each row ${when} execute function refuse()`.execute(db);
}

/** They are taken again. */
export async function acceptInserts(db: Db, table: string): Promise<void> {
  await sql`drop trigger refusal ${current === undefined ? sql`` : sql`on ${sql.table(table)}`}`.execute(db);
}

async function start(programs: string): Promise<Postgres> {
  const server = await startPostgres(programs);
  const template = await server.createDatabase();
  await (await openOn(template)).destroy();
  return { server, template, spare: server.createDatabase({ template }), byFolder: new Map() };
}

function takeSpare(of: Postgres): Promise<string> {
  const taken = of.spare;
  of.spare = taken.then(() => of.server.createDatabase({ template: of.template }));
  of.spare.catch(() => undefined); // who takes it is told
  return taken;
}

/** A folder with a libSQL file of the newest schema, of which each new database begins as a copy, and with those that have no folder of their own. */
interface Libsql { readonly folder: string; readonly template: string; made: number }
let libsql: Promise<Libsql> | undefined;

async function migrateOnce(): Promise<Libsql> {
  const folder = await mkdtemp(join(tmpdir(), 'liandong-libsql-'));
  const template = join(folder, 'template.db');
  await (await openDatabase(template)).destroy();
  return { folder, template, made: 0 };
}

/** Makes the file of a libSQL database of the newest schema, unless it is there. */
export async function copyMigrated(path: string): Promise<void> {
  const { template } = await (libsql ??= migrateOnce());
  if (!existsSync(path)) await copyFile(template, path);
}

/** Commits are not synced, as on the PostgreSQL of the tests: a test's database needs to survive a killed process, not a power cut. */
async function openLibsql(folder: string | undefined): Promise<Db> {
  const known = await (libsql ??= migrateOnce());
  const path = folder === undefined ? join(known.folder, `${known.made += 1}.db`) : join(folder, 'hub.db');
  await copyMigrated(path);
  const db = await openDatabase(path);
  await sql`pragma synchronous = off`.execute(db);
  return db;
}

const openOn = (url: string): Promise<Db> => openPostgres({ url: new URL(url), logger: { warn: () => undefined } });

afterAll(async () => {
  const postgres = await starting;
  await postgres?.spare.catch(() => undefined);
  await postgres?.server.dispose();
  if (libsql !== undefined) await rm((await libsql).folder, { recursive: true, force: true });
});
