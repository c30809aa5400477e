import { ROLLUPS } from '../aggregates/rollup-reader.js';
import type { Config } from '../config.js';
import { createHandOver } from '../leadership/hand-over.js';
import type { Lease } from '../leadership/lease.js';
import { peerToken } from '../leadership/shared-key.js';
import { createStandbyScreens } from '../leadership/screens.js';
import { createStandby, type Standby } from '../leadership/standby.js';
import type { Logger } from '../logger.js';
import { RULES } from '../rules/rule-evaluator.js';
import { createInfluxStore } from '../telemetry/influx-store.js';
import { readTlsPair } from '../tls/tls-pair.js';
import type { Folder } from './hub-folder.js';

/** A hub that another one leads, until that is gone. */
export async function standbyOf(config: Config, { db, journal, key, positionOf, lease, logger }: Folder & { lease: Lease; logger: Logger }, onLead: () => void): Promise<Standby> {
  const handOver = createHandOver({ db, journal, readers: [RULES, ROLLUPS].map(positionOf), token: peerToken(key) });
  const screens = config.redisUrl === undefined || config.influx === undefined ? undefined
    : createStandbyScreens({ db, key, redisUrl: config.redisUrl, telemetry: createInfluxStore({ ...config.influx, log: logger }), logger });
  return createStandby({ lease, host: config.host, port: config.port, tls: config.tls === undefined ? undefined : await readTlsPair(config.tls), logger, handOver, onLead, screens });
}
