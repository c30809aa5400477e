import { createHash } from 'node:crypto';
import type { Area, AreaId, Device, DeviceId, EdgeDevice, EdgeRegistry } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Db } from '../database/database.js';
import type { DeviceDirectory, DeviceEntry } from '../devices/types.js';
import { isEdge } from '../ingest/ingest.js';
import { loadRules } from '../rules/rule-store.js';

/** What edges are told of the registry. Not for people: an edge signs in with its own credential and gets its own community. */
export interface EdgeRegistryService {
  /** The edge with these credentials; undefined when they are wrong, or a device's that is no edge. */
  signIn(username: string, password: string): DeviceEntry | undefined;
  /** `etag` is the same as long as the answer is. */
  registry(edge: DeviceEntry): Promise<{ etag: string; registry: EdgeRegistry }>;
}

export function createEdgeRegistry({ db, areas, directory }: { db: Db; areas: AreaTree; directory: DeviceDirectory }): EdgeRegistryService {
  /** The community, what lies above it, for names and scopes of rules, and what lies below. */
  function placesOf(community: AreaId): Area[] {
    const below = areas.subtree(community);
    const above = new Set(areas.lineage(community).map(({ id }) => id));
    return areas.all().filter(({ id }) => below.has(id) || above.has(id));
  }

  async function digestsOf(devices: readonly DeviceId[]): Promise<Map<DeviceId, { md5: string; sha256: string }>> {
    const rows = devices.length === 0 ? [] : await db.selectFrom('device_digest').selectAll().where('device', 'in', devices).execute();
    return new Map(rows.map(({ device, md5, sha256 }) => [device, { md5, sha256 }]));
  }

  return {
    signIn(username, password) {
      const entry = directory.authenticate(username, Buffer.from(password));
      return entry !== undefined && isEdge(entry) ? entry : undefined;
    },
    async registry({ device: { id: edge }, subdistrict, community }) {
      const entries = [...directory.values()].filter((entry) => entry.community === community && entry.device.id !== edge && !isEdge(entry)).sort((a, b) => a.device.id < b.device.id ? -1 : 1);
      const digests = await digestsOf(entries.filter(({ device }) => device.codec === 'hikvision').map(({ device }) => device.id));
      const rules = (await loadRules(db)).filter(({ local }) => local === true);
      const devices = entries.map(({ device, secretHash }): EdgeDevice => {
        const digest = digests.get(device.id);
        return { device: withoutPresence(device), secretHash: secretHash.toString('hex'), ...(digest === undefined ? {} : { digest }) };
      });
      const registry: EdgeRegistry = { edge, subdistrict, community, areas: placesOf(community), devices, rules };
      return { etag: `"${createHash('sha256').update(JSON.stringify(registry)).digest('base64url').slice(0, 22)}"`, registry };
    },
  };
}

/** Presence is found out by each for itself. */
function withoutPresence({ lastSeenAt: _lastSeenAt, ...device }: Device): Device {
  return device.status === 'online' || device.status === 'offline' ? { ...device, status: 'provisioned' } : device;
}
