import type { DeviceId, Seq } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import { toArea } from '../areas/area-rows.js';
import type { Change, ChangeLog } from '../changes/change-log.js';
import type { Db } from '../database/database.js';
import type { WritableDeviceDirectory } from '../devices/device-directory.js';
import { entryOf } from '../devices/device-entry.js';
import type { Feature } from '../feature.js';
import { Rounds } from '../rounds.js';

const LOOK_MS = 100;
const AREAS_MS = 5_000;
const PAGE = 500;

export interface ChangeFollowerDependencies { readonly db: Db; readonly changes: ChangeLog; readonly areas: AreaTree; readonly directory: WritableDeviceDirectory; readonly onError: (error: unknown) => void }

/** Of the standby: follows what the leader writes, ten times a second, and announces it here. Areas have no place in the change log; they are read again every 5 s. */
export interface ChangeFollower extends Feature {
  /** Reads areas and devices; call before `start`. */
  load(): Promise<void>;
}

export function createChangeFollower({ db, changes, areas, directory, onError }: ChangeFollowerDependencies): ChangeFollower {
  let seq: Seq = 0;
  const rounds = new Rounds(LOOK_MS, look);
  let areasAt = 0;
  let isFailing = false;

  async function readAreas(): Promise<void> {
    for (const row of await db.selectFrom('area').selectAll().execute()) {
      const area = toArea(row);
      if (JSON.stringify(areas.get(area.id)) !== JSON.stringify(area)) areas.put(area);
    }
    areasAt = performance.now();
  }

  async function readDevices(ids: readonly DeviceId[]): Promise<void> {
    const rows = await db.selectFrom('device').selectAll().where('id', 'in', [...ids]).execute();
    const gone = new Set(ids);
    for (const row of rows) {
      gone.delete(row.id);
      directory.put(entryOf(areas, row));
    }
    for (const id of gone) directory.remove(id);
  }

  async function follow(page: readonly Change[]): Promise<void> {
    const devices = new Set(page.flatMap((change) => change.kind === 'device' ? [change.device.id] : []));
    if ([...devices].some((id) => directory.get(id) === undefined)) await readAreas(); // perhaps of an area made just now
    if (devices.size > 0) await readDevices([...devices]);
    seq = page.at(-1)?.seq ?? seq;
    changes.publish(page);
  }

  async function look(): Promise<void> {
    try {
      if (performance.now() - areasAt > AREAS_MS) await readAreas();
      const page = await changes.after(seq, PAGE);
      if (page === undefined) await startOver();
      else if (page.length > 0) await follow(page);
      isFailing = false;
    } catch (error) {
      if (!isFailing) onError(error);
      isFailing = true;
    }
  }

  async function startOver(): Promise<void> {
    seq = await changes.current();
    await readAreas();
    for (const row of await db.selectFrom('device').selectAll().execute()) directory.load(entryOf(areas, row));
  }

  return {
    load: startOver,
    start: () => rounds.start(),
    stop: () => rounds.stop(),
  };
}
