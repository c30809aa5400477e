import { join } from 'node:path';
import type { Location } from '@liandong/protocols';
import { createDiscoveredRepository } from '../../src/devices/discovered-repository.js';
import { createLastPayloads } from '../../src/devices/last-payloads.js';
import { createPhotoService } from '../../src/devices/photo-service.js';
import { createProvisioning } from '../../src/devices/provisioning.js';
import { createSignIns } from '../../src/devices/sign-ins.js';
import type { Principal } from '../../src/identity/principal.js';
import { createLatestValues } from '../../src/realtime/latest-values.js';
import { ROOT, type Registry } from './registry.js';

export const FITTER: Principal = { name: 'fitter', role: 'installer', area: 'east' };
export const HERE = { address: '10.0.0.7' };
/** Inside the outline that `addOutline` draws. */
export const INSIDE: Location = { lng: 121.47, lat: 31.23 };
export const OUTSIDE: Location = { lng: 121.49, lat: 31.23 };

/** Everything of the installation over a real registry. */
export function openProvisioning(registry: Registry, mostPerGateway?: number) {
  const { db, clock, directory, devices, changes, audit, errors, tree } = registry;
  const latest = createLatestValues();
  const payloads = createLastPayloads({ clock });
  const signIns = createSignIns({ clock, directory });
  const photos = createPhotoService({ db, folder: join(registry.dir, 'photos'), devices: () => devices, audit });
  const discovered = createDiscoveredRepository({ db, directory, onError: (error) => { errors.push(error); }, ...(mostPerGateway === undefined ? {} : { mostPerGateway }) });
  return { latest, payloads, signIns, photoStore: photos, notes: discovered, ...createProvisioning({ db, clock, areas: tree, directory, devices, changes, latest, payloads, signIns, discovered, photos }) };
}
export type ProvisioningRig = ReturnType<typeof openProvisioning>;

/** The eastern community gets a square of about 400 m. */
export async function addOutline({ areas }: Registry, area = 'east-garden'): Promise<void> {
  const [w, s, e, n] = [121.468, 31.228, 121.472, 31.232];
  await areas.patch(ROOT, area, { boundary: { type: 'Polygon', coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] } });
}

/** A native message of the device, as ingest shows it. */
export function hear({ directory, clock }: Registry, { payloads }: ProvisioningRig, id: string, values: Record<string, number> = { fill_level: 43 }): void {
  const device = directory.get(id);
  if (device === undefined) throw new Error(`there is no ${id}`);
  device.device.lastSeenAt = clock.at;
  payloads.note({ device, topic: `liandong/v1/east/east-garden/${id}/telemetry`, payload: Buffer.from(JSON.stringify({ values })), decoded: { readings: [{ values }], events: [], refusals: [] }, isKept: Object.keys(values).length > 0 });
}

export const auditOf = async ({ db }: Registry, target: string): Promise<[string, string, string | null][]> =>
  (await db.selectFrom('audit').selectAll().where('target', '=', target).orderBy('id').execute()).map(({ by, action, detail }) => [by, action, detail]);
