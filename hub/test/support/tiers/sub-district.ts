import { TIERS, type Credentials, type DeviceKind } from '@liandong/protocols';
import { createEdge, startEdge } from '../edge-process.js';
import type { FaultyLink } from '../faulty-link.js';
import { createArea, createDevice } from '../hub-client.js';
import { startHub, type HubProcess } from '../hub-process.js';
import { openDesk, type Desk } from './desk.js';

/** Sensors that stand at each edge, and at each hub by themselves. */
const SENSORS = { edge: 3, hub: 2 } as const;
const READY_WITHIN_MS = 60_000;

/** What a simulated device needs to speak to whom it belongs. */
export interface Station { readonly id: string; readonly topic: string; readonly mqttPort: number; readonly credentials: Credentials }
/** Devices that speak to one edge, or to the hub itself. Of gates and bins each is for one alert. */
export interface Site { readonly name: string; readonly desk: Desk | undefined; readonly sensors: readonly Station[]; readonly gates: readonly Station[]; readonly bins: readonly Station[] }
export interface EdgeBox { readonly name: string; readonly community: string; readonly process: HubProcess; readonly desk: Desk; readonly links: readonly FaultyLink[]; readonly site: Site }
export interface SubDistrict { readonly id: string; readonly hub: HubProcess; readonly desk: Desk; readonly edges: readonly EdgeBox[]; readonly sites: readonly Site[]; /** Of role `city`. */ readonly token: string }

export interface SubDistrictPlan {
  readonly id: string;
  readonly role: 'all' | 'hub';
  /** Names of its edges, each with a community of its own. */
  readonly edges: readonly string[];
  readonly openLink: (target: number) => Promise<FaultyLink>;
  /** Gates and bins of each site. */
  readonly alertsEach: number;
  readonly webhook: string;
  /** Told of each process as soon as it runs, for it to be disposed of. */
  readonly started: (process: HubProcess) => void;
}

/** A hub with its communities, their devices and their edges, each a process of its own, whose uplinks go through links that can fail. Ids of devices are the same in every sub-district. */
export async function startSubDistrict({ id, role, edges: names, openLink, alertsEach, webhook, started }: SubDistrictPlan): Promise<SubDistrict> {
  const hub = await startHub({ args: ['--role', role], readyTimeoutMs: READY_WITHIN_MS });
  started(hub);
  const desk = openDesk(hub);
  const admin = await hub.signIn();
  await createArea(admin, { id: 'city', level: 'city', name: '市' });
  await createArea(admin, { id, level: 'subdistrict', parent: 'city', name: `${id} 街道` });
  for (const name of names) await createArea(admin, { id: `${id}-${name}`, level: 'community', parent: id, name: `${name} 社区`, profile: 'urban' });

  async function register(name: string, kind: DeviceKind, community: string, mqttPort: number): Promise<Station> {
    const { credentials } = await createDevice(admin, { id: name, name, kind, area: community, reportingIntervalS: 900 });
    return { id: name, mqttPort, credentials, topic: `liandong/v1/${id}/${community}/${name}` };
  }
  const several = async (count: number, make: (n: number) => Promise<Station>): Promise<Station[]> => {
    const made: Station[] = [];
    for (let n = 1; n <= count; n += 1) made.push(await make(n));
    return made;
  };
  const siteOf = async (name: string, community: string, mqttPort: number, edge: Desk | undefined): Promise<Site> => ({
    name, desk: edge,
    sensors: await several(edge === undefined ? SENSORS.hub : SENSORS.edge, (n) => register(`${name}-air-${n}`, 'env_sensor', community, mqttPort)),
    gates: edge === undefined ? [] : await several(alertsEach, (n) => register(`${name}-gate-${n}`, 'access_gate', community, mqttPort)),
    bins: await several(alertsEach, (n) => register(`${name}-bin-${n}`, 'waste_bin', community, mqttPort)),
  });

  async function startBox(name: string): Promise<EdgeBox> {
    const community = `${id}-${name}`;
    const credentials = await createEdge(admin, { id: name, community });
    const links = [await openLink(hub.mqttPort), await openLink(hub.port)] as const;
    const box = await startEdge({ credentials, mqttPort: links[0].port, port: links[1].port, readyTimeoutMs: READY_WITHIN_MS });
    started(box);
    const edgeDesk = openDesk(box);
    // Registered after the edge has started: it learns of its devices as it would in the field.
    return { name, community, process: box, desk: edgeDesk, links, site: await siteOf(name, community, box.mqttPort, edgeDesk) };
  }
  const [atHub, ...edges] = await Promise.all([siteOf('street', `${id}-${names[0] ?? ''}`, hub.mqttPort, undefined), ...names.map(startBox)]);
  await admin.post('/channels', { type: 'webhook', name: id, url: `${webhook}/${id}`, allowPrivate: true, isEnabled: true, minSeverity: 'info', tiers: [...TIERS], events: ['raised', 'cleared'], lang: 'zh' });
  const { token } = await admin.post<{ token: string }>('/tokens', { name: 'city', role: 'city', area: id });
  return { id, hub, desk, edges, sites: [...edges.map(({ site }) => site), atHub], token };
}
