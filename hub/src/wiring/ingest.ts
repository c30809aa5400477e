import { createHmac, randomBytes } from 'node:crypto';
import { gatewayCodecs } from '@liandong/protocols';
import { EmbeddedBroker } from '../broker/embedded-broker.js';
import { ExternalBroker } from '../broker/external-broker.js';
import { MosquittoAuthFiles } from '../broker/mosquitto-auth.js';
import type { Clock } from '../clock.js';
import type { Config } from '../config.js';
import type { Db } from '../database/database.js';
import { loadDigest } from '../devices/device-digests.js';
import type { DeviceDirectory } from '../devices/types.js';
import { createEdgeIngest } from '../edges/edge-ingest.js';
import { GatewayIngest } from '../gateways/gateway-ingest.js';
import { GatewayTable } from '../gateways/gateway-table.js';
import { createHikvisionIntake } from '../gateways/hikvision-intake.js';
import { createHttpSignIn } from '../gateways/http-sign-in.js';
import type { HikvisionRoute } from '../http/routes/hikvision.js';
import { Ingest } from '../ingest/ingest.js';
import { createPseudonyms } from '../ingest/pseudonyms.js';
import type { Journal } from '../journal/journal.js';
import type { Logger } from '../logger.js';
import type { wireDevices } from './devices.js';

const DAY_MS = 86_400_000;
/** A Mosquitto that takes its users from us can only start after us. */
const BROKER_WAIT_MS = 30_000;

export interface IngestWiring extends Pick<ReturnType<typeof wireDevices>, 'directory' | 'refusals' | 'payloads' | 'signIns' | 'discovered'> {
  readonly config: Config; readonly db: Db; readonly clock: Clock; readonly logger: Logger; readonly journal: Journal;
  /** Of the data folder. */
  readonly key: Buffer;
  /** Of the embedded broker. */
  readonly isPublic?: (filter: string) => boolean;
  readonly onError: (error: unknown) => void;
}

/** From a broker, the hub's own or another, to the journal. */
export function wireIngest({ config, db, clock, logger, journal, key, directory, refusals, payloads, signIns, discovered, isPublic, onError }: IngestWiring) {
  const gatewayTable = new GatewayTable({ directory, codecs: gatewayCodecs, onError });
  const gateways = new GatewayIngest({ table: gatewayTable, discovered, clock, onError, send: (downlink) => { source.send(downlink); } });
  const placing = { directory, clock, pseudonyms: createPseudonyms({ key }), retentionMs: config.telemetryRetentionDays * DAY_MS, eventRetentionMs: config.gateRetentionDays * DAY_MS };
  const ingest = new Ingest({ ...placing, gateways, edges: createEdgeIngest(placing), journal, refusals, payloads });
  const source: EmbeddedBroker | ExternalBroker = config.mqttUrl === undefined
    ? new EmbeddedBroker({ host: config.mqttHost, port: config.mqttPort, directory, ingest, journal, signIns, logger, ...(isPublic === undefined ? {} : { isPublic }) })
    : new ExternalBroker({ url: config.mqttUrl, clientId: clientIdOf(key), waitMs: config.mosquittoAuthDir === undefined ? 0 : BROKER_WAIT_MS, ingest, journal, gateways: gatewayTable, logger });
  return { gatewayTable, ingest, source, mosquittoFiles: mosquittoFilesOf(config, { db, directory, logger }) };
}

/** Panels that post over HTTP, with the device's own credentials. */
export const wireHikvision = ({ db, clock, directory, ingest, journal }: { db: Db; clock: Clock; directory: DeviceDirectory; ingest: Ingest; journal: Journal }): HikvisionRoute => ({
  signIn: createHttpSignIn({ directory, digestOf: (device) => loadDigest(db, device), clock, random: randomBytes }),
  intake: createHikvisionIntake({ ingest, journal, clock }),
});

function mosquittoFilesOf({ mosquittoAuthDir: dir, mqttUrl }: Config, dependencies: { db: Db; directory: DeviceDirectory; logger: Logger }): MosquittoAuthFiles | undefined {
  if (dir === undefined || mqttUrl === undefined) return undefined;
  return new MosquittoAuthFiles({ dir, hubUser: { username: decodeURIComponent(mqttUrl.username), password: decodeURIComponent(mqttUrl.password) }, ...dependencies });
}

/** The same over restarts of one data folder, and another for every other hub. */
const clientIdOf = (key: Buffer): string => `liandong-${createHmac('sha256', key).update('mqtt client id').digest('hex').slice(0, 12)}`;
