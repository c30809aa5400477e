import { rm, stat } from 'node:fs/promises';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { Seq } from '@liandong/protocols';
import { periodOfTable, type Period } from './duckdb-periods.js';
import type { DuckdbSettings, SeriesColumns } from './duckdb-protocol.js';

const SCHEMA_VERSION = 1;

/** The open file: one connection that writes, one that reads, one for long passes, and the months that exist, oldest first. */
export interface DuckdbDatabase {
  readonly path: string;
  readonly writer: DuckDBConnection;
  readonly reader: DuckDBConnection;
  readonly scanner: DuckDBConnection;
  periods: Period[];
  close(): void;
}

/** Opens or makes the file. Rejects with DuckDB's own words when it is damaged, locked or not to be written. */
export async function openDuckdb(settings: DuckdbSettings): Promise<DuckdbDatabase> {
  await removeIfEmpty(settings.path);
  const instance = await DuckDBInstance.create(settings.path, {
    memory_limit: `${settings.memoryLimitMb}MB`,
    threads: String(settings.threads),
    temp_directory: `${settings.path}.tmp`,
    preserve_insertion_order: 'false',
    // Nothing is ever fetched over the network.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  try {
    const writer = await instance.connect();
    const reader = await instance.connect();
    const scanner = await instance.connect();
    await createSchema(writer);
    return { path: settings.path, writer, reader, scanner, periods: await listPeriods(writer), close: () => closeAll([writer, reader, scanner], instance) };
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

/** A kill between making the file and its first byte leaves this; DuckDB would call it damaged. */
async function removeIfEmpty(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined); // not there: DuckDB makes it; not readable: DuckDB says so
  if (found?.isFile() === true && found.size === 0) await rm(path);
}

function closeAll(connections: readonly DuckDBConnection[], instance: DuckDBInstance): void {
  for (const connection of connections) connection.closeSync();
  instance.closeSync();
}

async function createSchema(connection: DuckDBConnection): Promise<void> {
  await connection.run(`
    BEGIN;
    CREATE TABLE IF NOT EXISTS store (version INTEGER NOT NULL, position BIGINT NOT NULL);
    INSERT INTO store SELECT ${SCHEMA_VERSION}, 0 WHERE NOT EXISTS (SELECT 1 FROM store);
    CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, device VARCHAR NOT NULL, metric VARCHAR NOT NULL);
    CREATE TABLE IF NOT EXISTS event (
      device VARCHAR NOT NULL, id VARCHAR NOT NULL, ts BIGINT NOT NULL, tie BIGINT NOT NULL, type VARCHAR NOT NULL, data VARCHAR NOT NULL,
      PRIMARY KEY (device, id));
    COMMIT;
    CREATE TEMP TABLE late (series INTEGER, ts BIGINT, value DOUBLE);`);
  const [version] = await column(connection, 'SELECT version FROM store');
  if (Number(version) > SCHEMA_VERSION) throw new Error(`it was written by a newer Liandong (format ${Number(version)})`);
}

async function listPeriods(connection: DuckDBConnection): Promise<Period[]> {
  const names = await column(connection, `SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'points_%'`);
  return names.flatMap((name) => periodOfTable(String(name)) ?? []).sort((a, b) => a.start - b.start);
}

export async function readPosition({ writer }: DuckdbDatabase): Promise<Seq> {
  return Number((await column(writer, 'SELECT position FROM store'))[0]);
}

export async function readSeries({ writer }: DuckdbDatabase): Promise<SeriesColumns> {
  const [ids = [], devices = [], metrics = []] = (await writer.runAndReadAll('SELECT id, device, metric FROM series ORDER BY id')).getColumns();
  return { ids: ids.map(Number), devices: devices.map(String), metrics: metrics.map(String) };
}

async function column(connection: DuckDBConnection, sql: string): Promise<unknown[]> {
  return (await connection.runAndReadAll(sql)).getColumns()[0] ?? [];
}
