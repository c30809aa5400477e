import { BIGINT, DOUBLE, DuckDBDataChunk, INTEGER, type DuckDBConnection } from '@duckdb/node-api';
import type { PointColumns } from './duckdb-protocol.js';

/** DuckDB's vector size: the most rows of one chunk, and the cheapest way in. */
const CHUNK_ROWS = 2048;

/** Appends the rows at these places to a points table, inside the connection's transaction. */
export async function appendPoints(connection: DuckDBConnection, table: string, points: PointColumns, rows: readonly number[]): Promise<void> {
  const appender = await connection.createAppender(table);
  try {
    for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
      appender.appendDataChunk(chunkOf(points, rows, start, Math.min(CHUNK_ROWS, rows.length - start)));
    }
    appender.flushSync();
  } catch (error) {
    appender.clear(); // or closing would try to write what is left
    throw error;
  } finally {
    appender.closeSync();
  }
}

function chunkOf({ series, ts, values }: PointColumns, rows: readonly number[], start: number, count: number): DuckDBDataChunk {
  const chunk = DuckDBDataChunk.create([INTEGER, BIGINT, DOUBLE], count);
  const columns: [number[], bigint[], number[]] = [new Array<number>(count), new Array<bigint>(count), new Array<number>(count)];
  for (let i = 0; i < count; i += 1) {
    const row = rows[start + i] ?? 0;
    columns[0][i] = series[row] ?? 0;
    columns[1][i] = BigInt(ts[row] ?? 0);
    columns[2][i] = values[row] ?? 0;
  }
  chunk.setColumns(columns);
  return chunk;
}
