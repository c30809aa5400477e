import { nativeTopic, type Credentials } from '@liandong/protocols';
import type { DeviceLoad } from '../load/plan.js';
import type { HubClient } from '../programs/hub-client.js';
import type { StormGateway } from './storm-load.js';

/** Gates with a connection each; five critical alerts of each. */
export const GATES = 400;
const GATE_IDS: readonly string[] = Array.from({ length: GATES }, (_, index) => `bench-gate-${String(index).padStart(3, '0')}`);
const gateTopic = (device: string): string => nativeTopic({ subdistrict: 'bench-street', community: 'bench-village', device, kind: 'event' });

/** The same gates for a broker that lets everyone in. */
export const gatesWithoutSecrets = (): DeviceLoad[] => GATE_IDS.map((id) => ({ login: { clientId: id }, topic: gateTopic(id) }));

export async function registerGates(client: HubClient): Promise<DeviceLoad[]> {
  const gates: DeviceLoad[] = [];
  for (const id of GATE_IDS) {
    const { username, password } = await client.addDevice({ id, name: id, kind: 'access_gate', area: 'bench-village' });
    gates.push({ login: { clientId: id, username, password }, topic: gateTopic(id) });
  }
  return gates;
}

/** Sensors of the storm, behind ChirpStack gateways. */
export const STORM_GATEWAYS = 10;

export async function registerStormFleet(client: HubClient, sensors: number): Promise<StormGateway[]> {
  const gateways: StormGateway[] = [];
  for (let index = 0; index < STORM_GATEWAYS; index += 1) {
    const id = `bench-gw-${index}`;
    const topicPrefix = `application/${index}`;
    const { username, password }: Credentials = await client.addDevice({ id, name: id, kind: 'gateway', area: 'bench-village', codec: 'chirpstack', topicPrefix });
    const devEuis = Array.from({ length: Math.ceil((sensors - index) / STORM_GATEWAYS) }, (_, number) => `${String(index).padStart(4, '0')}${number.toString(16).padStart(12, '0')}`);
    gateways.push({ login: { clientId: id, username, password }, topicPrefix, devEuis });
  }
  await client.importDevices(['id,name,kind,area,gateway,externalId',
    ...gateways.flatMap(({ login, devEuis }) => devEuis.map((devEui) => `storm-${devEui},storm ${devEui},env_sensor,bench-village,${login.clientId},${devEui}`)), ''].join('\n'));
  return gateways;
}
