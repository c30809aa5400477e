import type { Device, NewArea } from '@liandong/protocols';
import { SimulatorError } from '../errors.js';
import { plannedAreas } from '../fleet/areas.js';
import { SUBDISTRICT } from '../fleet/map.js';
import { toNewDevice, type SimDevice } from '../fleet/roster.js';
import { createLimiter } from '../run/limiter.js';
import { HubProblem, type HubClient } from './hub-client.js';
import type { SecretStore } from './state-file.js';

export interface SetUpDeps {
  readonly hub: HubClient;
  readonly secrets: SecretStore;
  readonly log: (line: string) => void;
  /** Give devices whose secret is not in `secrets` a new one, which cuts off whoever runs with the old one. */
  readonly mayRotate: boolean;
}

/** A device the hub knows, with the secret it signs in with. */
export interface ReadyDevice {
  readonly device: SimDevice;
  readonly secret: string;
}

/** Requests at the hub at once: quick enough for thousands of devices, and the hub still answers people. */
const CONCURRENT = 8;

/**
 * Makes the areas and the devices that the hub doesn't have yet; safe to repeat.
 * Calls: POST /areas, GET /devices, POST /devices, PATCH /devices/{id} (another pace), POST /devices/{id}/credentials (secret unknown).
 * @throws SimulatorError when the hub has devices whose secrets aren't known and `mayRotate` is false; no device was changed then
 */
export async function setUp(roster: readonly SimDevice[], deps: SetUpDeps): Promise<ReadyDevice[]> {
  await createAreas(deps.hub);
  const known = new Map((await deps.hub.devicesOf(SUBDISTRICT.id)).map((device) => [device.id, device]));
  refuseForeign(roster.flatMap(({ id }) => known.get(id) ?? []), deps);
  const limit = createLimiter(CONCURRENT);
  try {
    const ready: (ReadyDevice | undefined)[] = [];
    // A gateway must be there before those it carries.
    for (const part of [roster.filter(({ carriedBy }) => carriedBy === undefined), roster.filter(({ carriedBy }) => carriedBy !== undefined)]) {
      ready.push(...await settleAll(part.map((device) => limit(() => prepare(device, known.get(device.id), deps)))));
    }
    return ready.filter((device) => device !== undefined);
  } finally {
    // what was made before a failure has secrets that are shown only once
    await deps.secrets.save();
  }
}

/** Devices whose secret isn't known may be running elsewhere, with the very secret that a new one would put an end to. */
function refuseForeign(known: readonly Device[], { secrets, mayRotate }: SetUpDeps): void {
  const foreign = known.filter(({ id, status }) => status !== 'retired' && secrets.get(id) === undefined);
  if (foreign.length > 0 && !mayRotate) throw foreignDevices(foreign.length, foreign[0]?.id ?? '');
}

const foreignDevices = (count: number, example: string): SimulatorError => new SimulatorError(
  `The hub has ${count} of these devices already (such as ${example}) and their secrets are not known here: name the file that holds them with --state FILE, simulate other devices with --prefix x-, or give them new secrets with --rotate, which cuts off whoever runs with the old ones.`);

/** Level by level: a parent must be there before its children. */
async function createAreas(hub: HubClient): Promise<void> {
  const areas = plannedAreas();
  const limit = createLimiter(CONCURRENT);
  for (const level of ['city', 'subdistrict', 'community', 'grid'] as const) {
    await settleAll(areas.filter((area) => area.level === level).map((area) => limit(() => createArea(hub, area))));
  }
}

async function createArea(hub: HubClient, area: NewArea): Promise<void> {
  try {
    await hub.createArea(area);
  } catch (error) {
    if (!isCode(error, 'AREA_EXISTS')) throw error;
  }
}

async function prepare(planned: SimDevice, known: Device | undefined, deps: SetUpDeps): Promise<ReadyDevice | undefined> {
  const { hub, secrets, log } = deps;
  if (known === undefined) return create(planned, deps);
  if (known.status === 'retired') {
    log(`${planned.id} is retired at the hub and stays out.`);
    return undefined;
  }
  const community = communityOf(known.area);
  if (community === undefined) {
    log(`${planned.id} was moved to ${known.area}, which the simulated fleet doesn't know, and stays out.`);
    return undefined;
  }
  if (known.reportingIntervalS !== planned.reportingIntervalS) await hub.setReportingInterval(planned.id, planned.reportingIntervalS);
  return { device: { ...planned, community }, secret: secrets.get(planned.id) ?? await rotate(planned.id, deps) };
}

async function create(device: SimDevice, deps: SetUpDeps): Promise<ReadyDevice> {
  try {
    const { password } = await deps.hub.createDevice(toNewDevice(device));
    deps.secrets.set(device.id, password);
    return { device, secret: password };
  } catch (error) {
    if (!isCode(error, 'DEVICE_EXISTS')) throw error;
    const secret = deps.secrets.get(device.id);
    if (secret === undefined && !deps.mayRotate) throw foreignDevices(1, device.id);
    return { device, secret: secret ?? await rotate(device.id, deps) };
  }
}

async function rotate(id: string, { hub, secrets }: SetUpDeps): Promise<string> {
  const { password } = await hub.rotateCredentials(id);
  secrets.set(id, password);
  return password;
}

const communityByArea = new Map(plannedAreas().flatMap(({ id, level, parent }) =>
  level === 'community' ? [[id, id] as const] : level === 'grid' && parent !== undefined ? [[id, parent] as const] : []));
const communityOf = (area: string): string | undefined => communityByArea.get(area);

const isCode = (error: unknown, code: string): boolean => error instanceof HubProblem && error.code === code;

/** Waits for all, then fails with the first failure, so that nothing runs on behind a caller who has given up. */
async function settleAll<T>(tasks: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(tasks);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
