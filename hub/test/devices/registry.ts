import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EpochMs } from '@liandong/protocols';
import { AreaTree } from '../../src/areas/area-tree.js';
import { createAreaService } from '../../src/areas/area-service.js';
import { createChangeLog, type Change } from '../../src/changes/change-log.js';
import { createDeviceDirectory } from '../../src/devices/device-directory.js';
import { createDevicePresence } from '../../src/devices/device-presence.js';
import { createDeviceService } from '../../src/devices/device-service.js';
import { createRefusalLog } from '../../src/devices/refusal-log.js';
import { createAuditLog } from '../../src/identity/audit-log.js';
import { createIdentityService } from '../../src/identity/identity-service.js';
import { createPasswords } from '../../src/identity/passwords.js';
import type { Principal } from '../../src/identity/principal.js';
import { openTestDatabase } from '../support/databases.js';
import { rethrow } from '../support/rethrow.js';

export const ROOT: Principal = { name: 'admin', role: 'admin', area: undefined };
export const START: EpochMs = Date.UTC(2026, 10, 1);

/** The real registry on the database under test, with a temporary folder, with a clock that the test moves. */
export async function openRegistry(folder?: string) {
  const dir = folder ?? await mkdtemp(join(tmpdir(), 'liandong-registry-'));
  const clock = { at: START, now() { return this.at; } };
  const errors: unknown[] = [];
  const onError = (error: unknown): void => { errors.push(error); };
  const db = await openTestDatabase(dir);
  const tree = new AreaTree(rethrow);
  const audit = createAuditLog({ db, clock });
  const changes = createChangeLog({ db, clock, onError });
  const published: Change[] = [];
  changes.onChange((change) => published.push(change));
  const areas = createAreaService({ db, areas: tree, audit });
  const directory = createDeviceDirectory(rethrow);
  const refusals = createRefusalLog({ db, clock, directory, onError });
  const presence = createDevicePresence({ db, clock, directory, changes, onError });
  const devices = createDeviceService({ db, clock, areas: tree, directory, refusals, changes, reservedIds: new Set(['hub']) });
  const identity = createIdentityService({ db, clock, areas: tree, audit, passwords: createPasswords({ memoryKiB: 64, passes: 1, lanes: 1 }) });
  await areas.load();
  await devices.load();

  async function close(): Promise<void> {
    await presence.stop();
    await refusals.stop();
    await db.destroy();
  }
  return {
    dir, clock, db, tree, audit, changes, published, areas, directory, refusals, presence, devices, identity, errors, close,
    async destroy() {
      await close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
export type Registry = Awaited<ReturnType<typeof openRegistry>>;

/** Two sub-districts, each with a community; the first has a grid. */
export async function addPlaces({ areas }: Registry): Promise<void> {
  await areas.create(ROOT, { id: 'city', level: 'city', name: '市' });
  for (const side of ['east', 'west']) {
    await areas.create(ROOT, { id: side, level: 'subdistrict', parent: 'city', name: side });
    await areas.create(ROOT, { id: `${side}-garden`, level: 'community', parent: side, name: `${side} garden`, profile: 'urban' });
  }
  await areas.create(ROOT, { id: 'east-grid', level: 'grid', parent: 'east-garden', name: 'grid' });
}
