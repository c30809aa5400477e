import type { AreaId, DeviceId } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { DeviceDirectory } from '../devices/types.js';
import { isBusy } from './connection.js';
import type { DeviceValues, LatestValueStore } from './latest-values.js';
import type { Scope, Scopes } from './scope.js';
import type { LiveServer, LiveSocket } from './socket-server.js';

/**
 * Latest values to screens, one packet at most per screen and flush.
 * Screens of one scope share a room and an encoded packet. A screen with something still on its way is passed over: the
 * devices it missed are noted and sent with their latest values once it has drained. A new screen is owed every device in its scope.
 */
export interface TelemetryFeed {
  join(socket: LiveSocket, scope: Scope): void;
  leave(socket: LiveSocket): void;
  /** Sends what changed since the last flush. */
  flush(): void;
}

interface Room { readonly scope: Scope; readonly members: Set<Member> }
interface Member { readonly socket: LiveSocket; readonly room: Room; /** Bounded by the number of devices. */ readonly owed: Set<DeviceId> }
interface Changed { readonly device: DeviceId; readonly area: AreaId; readonly values: DeviceValues }

/** Devices in a packet made for one screen; the rest follow with the next flushes. */
const OWED_DEVICES = 2_000;
/** Screens served by themselves in one flush, so that a hundred reconnecting at once don't stall it. */
const OWED_SCREENS = 25;

export function createTelemetryFeed({ io, latest, directory, scopes, clock }: {
  io: LiveServer; latest: LatestValueStore; directory: DeviceDirectory; scopes: Pick<Scopes, 'lens'>; clock: Clock;
}): TelemetryFeed {
  const members = new Map<LiveSocket, Member>();
  const rooms = new Map<string, Room>();
  /** Members owed something, the longest waiting first. */
  const owing = new Set<Member>();

  function roomOf(scope: Scope): Room {
    let room = rooms.get(scope.key);
    if (room === undefined) rooms.set(scope.key, room = { scope, members: new Set() });
    return room;
  }

  function devicesIn(scope: Scope): Set<DeviceId> {
    const covers = scopes.lens(scope);
    const ids = new Set<DeviceId>();
    for (const { device: { id, area } } of directory.values()) if (covers(area, id) && latest.has(id)) ids.add(id);
    return ids;
  }

  function leave(socket: LiveSocket): void {
    const member = members.get(socket);
    if (member === undefined) return;
    members.delete(socket);
    owing.delete(member);
    member.room.members.delete(member);
    if (member.room.members.size === 0) rooms.delete(member.room.scope.key);
    void socket.leave(member.room.scope.key);
  }

  function takeChanged(): Changed[] {
    const changed: Changed[] = [];
    for (const [device, values] of latest.takeDirty()) {
      const area = directory.get(device)?.device.area;
      if (area !== undefined) changed.push({ device, area, values });
    }
    return changed;
  }

  function sendToRoom(room: Room, changed: readonly Changed[]): void {
    const covers = scopes.lens(room.scope);
    const visible = changed.filter(({ area, device }) => covers(area, device));
    if (visible.length === 0) return;
    const passedOver: string[] = [];
    for (const member of room.members) {
      if (member.owed.size === 0 && !isBusy(member.socket)) continue;
      for (const { device } of visible) member.owed.add(device);
      owing.add(member);
      passedOver.push(member.socket.id);
    }
    if (passedOver.length === room.members.size) return;
    const devices: Record<DeviceId, DeviceValues> = {};
    for (const { device, values } of visible) devices[device] = values;
    io.to(room.scope.key).except(passedOver).emit('telemetry', { ts: clock.now(), devices });
  }

  function sendOwed(member: Member): void {
    const covers = scopes.lens(member.room.scope);
    const devices: Record<DeviceId, DeviceValues> = {};
    let count = 0;
    for (const id of member.owed) {
      if (count === OWED_DEVICES) break;
      member.owed.delete(id);
      const area = directory.get(id)?.device.area;
      const values = latest.values(id);
      if (area === undefined || values === undefined || !covers(area, id)) continue;
      devices[id] = values;
      count += 1;
    }
    if (count > 0) member.socket.emit('telemetry', { ts: clock.now(), devices });
  }

  function serveOwing(): void {
    let served = 0;
    for (const member of [...owing]) {
      if (served === OWED_SCREENS) return;
      if (isBusy(member.socket)) continue;
      sendOwed(member);
      served += 1;
      owing.delete(member);
      if (member.owed.size > 0) owing.add(member); // behind those who wait longer
    }
  }

  return {
    join(socket, scope) {
      leave(socket);
      const room = roomOf(scope);
      const member: Member = { socket, room, owed: devicesIn(scope) };
      members.set(socket, member);
      room.members.add(member);
      if (member.owed.size > 0) owing.add(member);
      void socket.join(scope.key);
    },
    leave,
    flush() {
      if (members.size === 0) return;
      // A screen served by broadcast is never among those served as owing: it had nothing owed.
      const changed = latest.hasDirty ? takeChanged() : [];
      if (changed.length > 0) for (const room of rooms.values()) sendToRoom(room, changed);
      serveOwing();
    },
  };
}
