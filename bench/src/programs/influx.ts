import { join } from 'node:path';
import { freePort } from '../support/free-port.js';
import type { OwnedProcess } from '../support/owned-process.js';
import type { Resources } from '../support/resources.js';
import { until } from '../support/until.js';

export interface Influx {
  readonly process: OwnedProcess;
  readonly url: string;
  readonly org: string;
  readonly bucket: string;
  readonly token: string;
  /** Sum of the `_value` column of a Flux query's answer. */
  sum(flux: string): Promise<number>;
}

const ACCOUNT = { org: 'liandong', bucket: 'telemetry', token: 'a-token-for-the-benchmark' };

/** A real InfluxDB 2 with its default settings, on a loopback port with its own folder. */
export async function startInflux(program: string, resources: Resources): Promise<Influx> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const { folder } = resources;
  const server = resources.start('InfluxDB', program, [
    '--bolt-path', join(folder, 'influxd.bolt'), '--engine-path', join(folder, 'engine'), '--sqlite-path', join(folder, 'influxd.sqlite'),
    '--http-bind-address', new URL(url).host, '--reporting-disabled', '--log-level', 'error',
  ]);
  await until('InfluxDB is healthy', async () => !server.isRunning() || (await fetch(`${url}/health`)).ok);
  server.assertRunning();
  await setUp(url);
  return { process: server, url, ...ACCOUNT, sum: (flux) => sum(url, flux) };
}

async function setUp(url: string): Promise<void> {
  const body = JSON.stringify({ username: 'bench', password: 'only-for-the-benchmark', ...ACCOUNT });
  const answer = await fetch(`${url}/api/v2/setup`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  if (answer.status !== 201) throw new Error(`InfluxDB set-up answered ${answer.status}: ${await answer.text()}`);
}

async function sum(url: string, flux: string): Promise<number> {
  const answer = await fetch(`${url}/api/v2/query?org=${ACCOUNT.org}`, {
    method: 'POST', body: flux,
    headers: { authorization: `Token ${ACCOUNT.token}`, 'content-type': 'application/vnd.flux', accept: 'application/csv' },
  });
  const csv = await answer.text();
  if (!answer.ok) throw new Error(`InfluxDB answered ${answer.status}: ${csv}`);
  return sumOfValues(csv);
}

/** Tables of a Flux answer are separated by empty lines, each with a header of its own. No value of ours holds a comma. */
export function sumOfValues(csv: string): number {
  let total = 0;
  for (const table of csv.trim().split(/\r?\n\r?\n/)) {
    const [header = '', ...rows] = table.split(/\r?\n/);
    const column = header.split(',').indexOf('_value');
    for (const row of rows) total += Number(row.split(',')[column] ?? NaN);
  }
  return total;
}
