import { SUBDISTRICT } from '../fleet/map.js';
import type { CommandOutcome, SimCommand, SimMessage } from '../fleet/message.js';
import { createRandom, streamOf } from '../random.js';
import { createLimiter } from '../run/limiter.js';
import type { Scheduler } from '../run/scheduler.js';
import type { ReadyDevice } from '../setup/set-up.js';
import { DeviceLink } from './device-link.js';
import type { Traffic } from './traffic.js';

export interface FleetLinksDeps {
  readonly brokerUrl: string;
  readonly devices: readonly ReadyDevice[];
  readonly seed: number;
  readonly scheduler: Scheduler;
  readonly traffic: Traffic;
  readonly warn: (line: string) => void;
  /** Between two tries to connect; eight seconds when not given (ms). */
  readonly longestPauseMs?: number | undefined;
  readonly onCommand?: (device: string, command: SimCommand) => CommandOutcome | undefined;
}

/** Handshakes at once: a fleet of thousands comes up in seconds without a storm of connects. */
const HANDSHAKES = 40;
const GOODBYE_MS = 2_000;

/** Every device's connection, but for those that a gateway speaks for. `stop` takes two seconds and a little at most. */
export interface FleetLinks {
  readonly start: () => void;
  readonly send: (message: SimMessage) => void;
  /** The device's connection is lost without a word, and stays so until it is restored. */
  readonly cut: (device: string) => Promise<void>;
  readonly restore: (device: string) => void;
  readonly stop: () => Promise<void>;
}

export function createFleetLinks({ brokerUrl, devices, seed, scheduler, traffic, warn, longestPauseMs, onCommand }: FleetLinksDeps): FleetLinks {
  const handshakes = createLimiter(HANDSHAKES);
  let hasWarned = false;
  // once: what is wrong with one device's secret is mostly wrong with all
  const onRefused = (id: string): void => {
    if (!hasWarned) warn(`The broker refuses the secret of ${id}, perhaps of more devices: another run was given new ones, or the hub is not the one of the state file. Delete the state file and run with --rotate to be given new ones.`);
    hasWarned = true;
  };
  const links = new Map(devices.filter(({ device }) => device.carriedBy === undefined).map(({ device, secret }) => [device.id, new DeviceLink({
    brokerUrl, secret, scheduler, handshakes, traffic, onRefused, longestPauseMs,
    onCommand: onCommand === undefined ? undefined : (command) => onCommand(device.id, command),
    device: { id: device.id, community: device.community, subdistrict: SUBDISTRICT.id },
    random: createRandom(streamOf(seed, `${device.id}/reconnect`)),
  })]));
  return {
    start: () => { for (const link of links.values()) link.start(); },
    send: (message) => links.get(message.device)?.send(message),
    cut: async (device) => links.get(device)?.stop({ force: true }),
    restore: (device) => links.get(device)?.start(),
    stop: async () => {
      const all = [...links.values()];
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => { timer = setTimeout(resolve, GOODBYE_MS); });
      await Promise.race([Promise.allSettled(all.map((link) => link.stop())), patience]);
      clearTimeout(timer);
      await Promise.allSettled(all.map((link) => link.stop({ force: true })));
    },
  };
}
