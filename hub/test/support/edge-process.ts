import type { Credentials } from '@liandong/protocols';
import { createDevice, type HubClient } from './hub-client.js';
import { startHub, type HubProcess, type HubProcessOptions } from './hub-process.js';

/** Registers an edge at a hub. */
export const createEdge = async (admin: HubClient, { id, community }: { id: string; community: string }): Promise<Credentials> =>
  (await createDevice(admin, { id, name: `社区边缘机 ${id}`, kind: 'gateway', codec: 'edge', area: community })).credentials;

/** An edge as a process of its own, ready when its own broker and console are, whether or not its hub is. */
export const startEdge = ({ credentials, mqttPort, port, env = {}, ...options }: HubProcessOptions & { credentials: Credentials; mqttPort: number; port: number }): Promise<HubProcess> => startHub({
  ...options, args: ['--role', 'edge'],
  env: { EDGE_ID: credentials.username, EDGE_SECRET: credentials.password, HUB_MQTT_URL: `mqtt://127.0.0.1:${mqttPort}`, HUB_URL: `http://127.0.0.1:${port}`, ...env },
});

/** What its `GET /readyz` says of a part. */
export async function partOf(process: Pick<HubProcess, 'url'>, part: string): Promise<{ state: string; detail?: string } | undefined> {
  const { parts } = await (await fetch(`${process.url}/readyz`)).json() as { parts: Record<string, { state: string; detail?: string }> };
  return parts[part];
}
