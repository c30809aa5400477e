import { pino } from 'pino';
import type { EndNow, LiandongApp } from '../app.js';
import { systemClock } from '../clock.js';
import type { Config } from '../config.js';
import { dataPaths } from '../data-dir.js';
import { DemoFleet } from '../demo/demo-fleet.js';
import { FeatureStack } from '../feature-stack.js';
import type { Principal } from '../identity/principal.js';
import type { Standby } from '../leadership/standby.js';
import { waitToLead } from '../leadership/wait-to-lead.js';
import { consoleUrlOf, mqttsUrlOf, mqttUrlOf } from '../wiring/addresses.js';
import { openFolder, type Folder } from './hub-folder.js';
import { standbyOf } from './hub-standby.js';
import { load, startParts } from './hub-start.js';
import { wire } from './hub-wiring.js';

/** Time enough for the fleet's set-up; it needs no token afterwards. */
const FLEET_TOKEN_MS = 15 * 60_000;
/** The fleet is a program like any other, with a token; this is who gives it that token. */
const FLEET_SPONSOR: Principal = { name: 'demo', role: 'admin', area: undefined };

type Parts = Awaited<ReturnType<typeof wire>>;

/** The composition root of a sub-district's hub; what belongs to one capability is put together in `wiring/`, called from `hub-wiring.ts` only. Nothing is open until `start`. */
export function createHubApp(config: Config, end: EndNow): LiandongApp {
  const logger = pino({ level: config.logLevel });
  const features = new FeatureStack(logger);
  let parts: Parts | undefined;
  let standby: Standby | undefined;

  return {
    logger,
    async start() {
      const folder = await openFolder(config, { features, logger, end });
      const { lease } = folder;
      if (lease === undefined || await lease.take() || (config.peerUrl === undefined && await waitToLead(lease))) return lead(folder);
      standby = await standbyOf(config, { ...folder, lease, logger }, () => {
        standby?.stop().then(() => lead(folder)).catch((error: unknown) => {
          logger.fatal({ err: error }, 'could not take over');
          end('could not take over');
        });
      });
      await features.start('standby', standby);
      return { generatedPassword: undefined };
    },
    stop: () => features.stop(),
    addresses() {
      const running = parts ?? (standby && { listener: standby });
      if (running === undefined) throw new Error('not started');
      return addressesOf(config, running);
    },
  };

  async function lead(folder: Folder): Promise<{ generatedPassword: string | undefined }> {
    await folder.lease?.start();
    parts = await wire({ config, logger, folder });
    await load(parts);
    await startParts(parts, features);
    // Last of all that can fail: a password is shown once, so it is made when it will be shown.
    const { generatedPassword } = await parts.identity.ensureAdmin({ password: config.adminPassword });
    parts.health.startDone();
    if (config.isDemo) await features.start('simulated fleet', demoFleetOf(config, parts));
    return { generatedPassword };
  }
}

function demoFleetOf(config: Config, parts: Parts): DemoFleet {
  return new DemoFleet({
    hubUrl: consoleUrlOf(config, parts.listener), mqttUrl: mqttUrlOf(config, parts.source), trustsAnyCertificate: config.tls !== undefined, stateFile: parts.paths.fleetState, logger: parts.logger,
    async issueToken() {
      const { id, token } = await parts.identity.createToken(FLEET_SPONSOR, { name: 'simulated fleet', role: 'admin', expiresAt: systemClock.now() + FLEET_TOKEN_MS });
      return { token, revoke: () => parts.identity.deleteToken(FLEET_SPONSOR, id) };
    },
  });
}

function addressesOf(config: Config, parts: { listener: { readonly port: number } } & Partial<Pick<Parts, 'source' | 'mqtts'>>): ReturnType<LiandongApp['addresses']> {
  const { listener, mqtts } = parts;
  return {
    consoleUrl: consoleUrlOf(config, listener),
    mqttUrl: mqttUrlOf(config, parts.source),
    mqttsUrl: mqttsUrlOf(config, mqtts),
    telemetry: config.influx === undefined ? dataPaths(config.dataDir).telemetry : config.influx.url,
    dataDir: config.dataDir, isDemo: config.isDemo,
  };
}
