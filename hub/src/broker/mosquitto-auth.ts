import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TOPIC_ROOT, UPLINK_KINDS, gatewayCodecs } from '@liandong/protocols';
import type { Db } from '../database/database.js';
import { mosquittoHash } from '../devices/credentials.js';
import type { DeviceDirectory, DeviceEntry } from '../devices/types.js';
import type { Feature } from '../feature.js';
import { commandFilters, prefixOf } from '../gateways/gateway-topics.js';
import type { Logger } from '../logger.js';
import { StartError } from '../problem.js';

/** Changes within this time are written together. */
const SETTLE_MS = 200;

export interface MosquittoAuthDependencies {
  /** Folder of `passwd` and `acl`; Mosquitto reads them and re-reads them on SIGHUP. */
  dir: string;
  /** The hub's own sign-in at that broker. */
  hubUser: { username: string; password: string };
  db: Db;
  directory: DeviceDirectory;
  logger: Logger;
}

/**
 * Keeps Mosquitto's password and ACL files in step with the registry: every device that may sign in, each confined to its own topics,
 * and a gateway to those below its prefix besides.
 * Mosquitto's patterns know the user but not its place; a wrong community in a topic is refused by ingest.
 */
export class MosquittoAuthFiles implements Feature {
  readonly #dependencies: MosquittoAuthDependencies;
  #unsubscribe: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #hubHash = '';

  constructor(dependencies: MosquittoAuthDependencies) {
    this.#dependencies = dependencies;
  }

  async start(): Promise<void> {
    if (this.#unsubscribe !== undefined) return;
    const { dir, hubUser, directory } = this.#dependencies;
    this.#hubHash = await mosquittoHash(hubUser.password);
    try {
      await mkdir(dir, { recursive: true });
      await this.#write();
    } catch (error) {
      throw new StartError(`The Mosquitto password file can not be written to ${dir}. Check MOSQUITTO_AUTH_DIR.`, { cause: error });
    }
    this.#unsubscribe = directory.onChange(() => { this.#timer ??= setTimeout(() => this.#writeSoon(), SETTLE_MS); });
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#writing;
  }

  #writeSoon(): void {
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write())
      .catch((error: unknown) => this.#dependencies.logger.error({ err: error }, 'could not write the Mosquitto password file; the next change tries again'));
  }

  async #write(): Promise<void> {
    const { dir, db, directory, hubUser, logger } = this.#dependencies;
    const devices = await db.selectFrom('device').select(['id', 'mosquitto_hash']).where('status', '!=', 'retired').orderBy('id').execute();
    // A device of the hub's own name must not become the hub; such a name is refused at creation, unless MQTT_URL changed since.
    const others = devices.filter((device) => device.id !== hubUser.username);
    if (others.length < devices.length) logger.error({ device: hubUser.username }, 'a device has the name of the hub\'s own MQTT user and can not sign in; change the user in MQTT_URL');
    const users = [`${hubUser.username}:${this.#hubHash}`, ...others.map((device) => `${device.id}:${device.mosquitto_hash}`)];
    await replaceFile(join(dir, 'passwd'), `${users.join('\n')}\n`);
    await replaceFile(join(dir, 'acl'), aclFor(hubUser.username, [...directory.values()]));
  }
}

/** `%u` is the user who signed in; patterns apply to every user. */
function aclFor(hub: string, entries: readonly DeviceEntry[]): string {
  const gateways = entries.filter((entry) => prefixOf(entry) !== undefined).sort((a, b) => (a.device.id < b.device.id ? -1 : 1));
  return [
    `user ${hub}`,
    ...[...UPLINK_KINDS, 'uplink'].map((kind) => `topic read ${TOPIC_ROOT}/+/+/+/${kind}`),
    `topic write ${TOPIC_ROOT}/+/+/+/command`,
    ...new Set(gateways.flatMap((entry) => [...filtersOf(entry).map((filter) => `topic read ${filter}`), ...commandFilters(entry).map((filter) => `topic write ${filter}`)])),
    ...gateways.flatMap((entry) => [`user ${entry.device.id}`, `topic write ${prefixOf(entry) ?? ''}/#`, ...commandFilters(entry).map((filter) => `topic read ${filter}`)]),
    ...UPLINK_KINDS.map((kind) => `pattern write ${TOPIC_ROOT}/+/+/%u/${kind}`),
    `pattern read ${TOPIC_ROOT}/+/+/%u/command`,
    '',
  ].join('\n');
}

const filtersOf = (entry: DeviceEntry): string[] => gatewayCodecs.get(entry.device.codec)?.filters(prefixOf(entry) ?? '') ?? [];

/** Readers see the old file or the new one, never half of it. */
async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o640 });
  await rename(`${path}.new`, path);
}
