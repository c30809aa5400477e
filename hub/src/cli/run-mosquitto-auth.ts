import { pino } from 'pino';
import { toArea } from '../areas/area-rows.js';
import { AreaTree } from '../areas/area-tree.js';
import { MosquittoAuthFiles } from '../broker/mosquitto-auth.js';
import { readConfig } from '../config.js';
import { dataPaths } from '../data-dir.js';
import { openDatabase } from '../database/database.js';
import { openPostgres } from '../database/postgres/open-postgres.js';
import { createDeviceDirectory } from '../devices/device-directory.js';
import { entryOf } from '../devices/device-entry.js';
import { StartError } from '../problem.js';

interface Terminal { write(text: string): unknown }

/**
 * `npm run mosquitto:auth`: writes Mosquitto's `passwd` and `acl` from the registry once, with the hub's own settings; the hub may run or not.
 * Exit code 0: written; 2: it could not be, with the reason on `stderr`.
 */
export async function runMosquittoAuth({ env, stdout, stderr }: { env: Readonly<Record<string, string | undefined>>; stdout: Terminal; stderr: Terminal }): Promise<number> {
  try {
    const { dir, devices } = await write(env);
    stdout.write(`${dir}/passwd, ${dir}/acl: ${devices} devices. Mosquitto reads them on SIGHUP.\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    stderr.write(`${error.message}\n`);
    return 2;
  }
}

async function write(env: Readonly<Record<string, string | undefined>>): Promise<{ dir: string; devices: number }> {
  const { mqttUrl, mosquittoAuthDir: dir, databaseUrl: url, dataDir } = readConfig(env);
  if (mqttUrl === undefined || dir === undefined) throw new StartError('MQTT_URL (with the hub\'s own user and password) and MOSQUITTO_AUTH_DIR must be set.');
  const logger = pino({ level: 'warn' }, pino.destination(2));
  const db = url === undefined ? await openDatabase(dataPaths(dataDir).database) : await openPostgres({ url, logger });
  try {
    const onError = (error: unknown): void => { logger.error({ err: error }, 'a part could not follow the devices'); };
    const areas = new AreaTree({ onError });
    for (const row of await db.selectFrom('area').selectAll().execute()) areas.put(toArea(row));
    const directory = createDeviceDirectory({ onError });
    for (const row of await db.selectFrom('device').selectAll().execute()) directory.load(entryOf(areas, row));
    const files = new MosquittoAuthFiles({ dir, hubUser: { username: decodeURIComponent(mqttUrl.username), password: decodeURIComponent(mqttUrl.password) }, db, directory, logger });
    await files.start();
    await files.stop();
    return { dir, devices: directory.size };
  } finally {
    await db.destroy();
  }
}
