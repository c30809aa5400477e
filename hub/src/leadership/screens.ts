import type { Alert, ErrorCode } from '@liandong/protocols';
import { ERRORS } from '@liandong/protocols';
import type { Server } from 'node:http';
import { listActive } from '../alerts/active-list.js';
import type { AlertService } from '../alerts/types.js';
import { AreaTree } from '../areas/area-tree.js';
import { createChangeLog } from '../changes/change-log.js';
import { systemClock } from '../clock.js';
import type { Db } from '../database/database.js';
import { createDeviceDirectory } from '../devices/device-directory.js';
import { createChangeFollower } from '../fan-out/change-follower.js';
import { streamName } from '../fan-out/redis.js';
import { createFanOutSubscriber } from '../fan-out/subscriber.js';
import { FeatureStack } from '../feature-stack.js';
import type { Feature } from '../feature.js';
import { createAuditLog } from '../identity/audit-log.js';
import { createIdentityService } from '../identity/identity-service.js';
import type { Logger } from '../logger.js';
import { AppError } from '../problem.js';
import { createLatestValues } from '../realtime/latest-values.js';
import { createLiveFeed } from '../realtime/live-feed.js';
import type { TelemetryStore } from '../telemetry/types.js';
import { ACK_PATH } from '../http/routes/hand-over.js';
import { callPeer } from './peer-call.js';
import { peerToken } from './shared-key.js';

export interface StandbyScreensDependencies {
  readonly db: Db;
  readonly key: Buffer;
  readonly redisUrl: URL;
  /** Asked once, for the values that screens begin with. */
  readonly telemetry: Pick<TelemetryStore, 'start' | 'stop' | 'isReachable' | 'latest'>;
  readonly logger: Logger;
}

/** Screens of a hub that stands by, served here: alerts from the database's change log, exactly once as ever; latest values and the leader's state from Redis. */
export function createStandbyScreens({ db, key, redisUrl, telemetry, logger }: StandbyScreensDependencies): (server: Server, leader: () => URL | undefined) => Feature {
  return (httpServer, leader) => {
    const clock = systemClock;
    const features = new FeatureStack(logger);
    const onError = (error: unknown): void => { logger.error({ err: error }, 'a change did not reach every part of this process'); };
    const areas = new AreaTree({ onError });
    const directory = createDeviceDirectory({ onError });
    const changes = createChangeLog({ db, clock, onError });
    const latest = createLatestValues();
    const follower = createChangeFollower({ db, changes, areas, directory, onError: (error) => { logger.error({ err: error }, 'the change log could not be followed; trying again'); } });
    const told = createFanOutSubscriber({
      url: redisUrl, stream: streamName(key), logger,
      onValues: (values) => { for (const reading of values) if (directory.get(reading.device) !== undefined) latest.update({ ...reading, type: 'telemetry', at: reading.ts }); },
    });
    const feed = createLiveFeed({
      httpServer, identity: createIdentityService({ db, clock, areas, audit: createAuditLog({ db, clock }) }), areas, directory, changes, latest, health: told, flood: told, clock, logger,
      alerts: { active: (principal, scope) => listActive({ db, areas }, principal, scope), ack: ackAtLeader(leader, peerToken(key)) },
    });
    return {
      async start() {
        await follower.load();
        await seed();
        await features.start('fan-out', told);
        await features.start('change follower', follower);
        await features.start('live feed', feed);
      },
      stop: () => features.stop(),
    };

    /** A store that is down now leaves them to the next reports. */
    async function seed(): Promise<void> {
      try {
        await telemetry.start();
        if (await telemetry.isReachable()) latest.seed(await telemetry.latest([...directory.values()].map(({ device }) => device.id)));
      } catch (error) {
        logger.warn({ err: error }, 'the telemetry store did not give the latest values');
      } finally {
        await telemetry.stop();
      }
    }
  };
}

/** What a screen here acknowledges, the leader writes. @throws AppError what the leader answers, or LEADER_UNAVAILABLE */
function ackAtLeader(leader: () => URL | undefined, token: string): AlertService['ack'] {
  return async (principal, id, note) => {
    const url = leader();
    if (url === undefined) throw new AppError('LEADER_UNAVAILABLE');
    const { status, text } = await callPeer(url, { path: ACK_PATH, token, body: { principal, id, ...(note === undefined ? {} : { note }) } }).catch((cause: unknown) => { throw new AppError('LEADER_UNAVAILABLE', undefined, { cause }); });
    if (status === 200) return JSON.parse(text) as Alert; // as the leader's own route answers
    const { code } = JSON.parse(text) as { code?: string }; // a problem of the same catalogue
    throw new AppError(code !== undefined && code in ERRORS ? code as ErrorCode : 'INTERNAL');
  };
}
