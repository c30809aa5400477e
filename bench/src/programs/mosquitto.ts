import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { TOPIC_ROOT } from '@liandong/protocols';
import { freePort } from '../support/free-port.js';
import type { OwnedProcess } from '../support/owned-process.js';
import type { Resources } from '../support/resources.js';
import { until } from '../support/until.js';

/**
 * What both external paths get. Mosquitto's defaults (20 in flight, 1,000 queued, then drops) would lose the backlog and starve a
 * consumer that acknowledges in batches.
 */
export const MOSQUITTO_SETTINGS = [
  'allow_anonymous true', 'max_inflight_messages 5000', 'max_queued_messages 0', 'max_queued_bytes 0', 'set_tcp_nodelay true', 'persistence false',
] as const;

export interface Mosquitto {
  readonly process: OwnedProcess;
  readonly port: number;
  /** Resolves when a client has subscribed with QoS 1. */
  subscribed(): Promise<void>;
}

/** A real Mosquitto on a loopback port. */
export async function startMosquitto(program: string, resources: Resources): Promise<Mosquitto> {
  const port = await freePort();
  const configFile = join(resources.folder, 'mosquitto.conf');
  // Started by root it would become another user, who can't read the folder.
  const user = process.getuid?.() === 0 ? ['user root'] : [];
  const logging = ['log_dest stderr', 'log_type error', 'log_type warning', 'log_type subscribe', 'connection_messages false'];
  writeFileSync(configFile, [`listener ${port} 127.0.0.1`, ...user, ...MOSQUITTO_SETTINGS, ...logging, ''].join('\n'));
  const broker = resources.start('Mosquitto', program, ['-c', configFile]);
  await until('Mosquitto listens', () => !broker.isRunning() || accepts(port));
  broker.assertRunning();
  return {
    process: broker, port,
    subscribed: () => until('the consumer subscribes', () => broker.log().includes(` 1 ${TOPIC_ROOT}/+/+/+/telemetry`)),
  };
}

const accepts = (port: number): Promise<boolean> => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1');
  socket.once('connect', () => { socket.destroy(); resolve(true); });
  socket.once('error', () => resolve(false));
});
