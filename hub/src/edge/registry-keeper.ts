import { EdgeRegistrySchema, topDown, type EdgeDevice, type EdgeRegistry, type PartState } from '@liandong/protocols';
import type { Transaction } from 'kysely';
import { Compile } from 'typebox/compile';
import { toRow as toAreaRow } from '../areas/area-rows.js';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';
import type { WritableDeviceDirectory } from '../devices/device-directory.js';
import { entryOf, withSighting } from '../devices/device-entry.js';
import type { DeviceRow } from '../devices/device-rows.js';
import type { Feature } from '../feature.js';
import type { Logger } from '../logger.js';
import type { RuleChange } from '../rules/rules-in-force.js';
import type { EdgeConfig } from './edge-config.js';
import type { EdgeClock } from './edge-clock.js';
import type { EdgeState } from './edge-state.js';
import { getFromHub, type HubAnswer } from './hub-request.js';

/** A device that was changed or removed is so here within this and the time of one answer. */
const EVERY_MS = 15_000;
const PATH = 'api/v1/edges/self/registry';

const isRegistry = Compile(EdgeRegistrySchema);

/** Where this edge stands, as it was last told. */
export interface EdgePlace { readonly edge: string; readonly subdistrict: string; readonly community: string }
interface SavedRegistry extends EdgePlace { readonly etag: string | undefined }

export interface RegistryKeeperDependencies {
  readonly config: EdgeConfig;
  readonly db: Db;
  readonly areas: AreaTree;
  readonly directory: WritableDeviceDirectory;
  readonly evaluator: { changeRule(change: RuleChange): Promise<void> };
  readonly state: EdgeState;
  readonly clock: EdgeClock;
  /** This box's own. */
  readonly ownClock: Clock;
  /** Told when the place is known or another. */
  readonly onPlaced: () => void;
  readonly get?: typeof getFromHub;
  readonly logger: Logger;
}

/** Keeps this edge's copy of what the hub has registered for its community. While the hub is away the copy stands. */
export class RegistryKeeper implements Feature {
  readonly #dependencies: RegistryKeeperDependencies;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #saved: SavedRegistry | undefined;
  #failure: string | undefined;
  #isStopped = true;

  constructor(dependencies: RegistryKeeperDependencies) {
    this.#dependencies = dependencies;
  }

  get place(): EdgePlace | undefined { return this.#saved; }

  state(): { state: PartState; detail?: string } {
    if (this.#saved === undefined) return { state: 'degraded', detail: `never read from the hub${this.#failure === undefined ? '' : `: ${this.#failure}`}` };
    return this.#failure === undefined ? { state: 'ready' } : { state: 'degraded', detail: `as it was when the hub last answered: ${this.#failure}` };
  }

  /** What was learned before the last stop. */
  async load(): Promise<void> {
    this.#saved = await this.#dependencies.state.load('registry') as SavedRegistry | undefined; // written by #apply
  }

  async start(): Promise<void> {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#timer = setInterval(() => void this.pull(), EVERY_MS);
    void this.pull();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  /** Asks now; never throws. One at a time. */
  pull(): Promise<void> {
    this.#running ??= this.#ask().then(() => this.#note(undefined), (error: unknown) => this.#note(error instanceof Error ? error.message : String(error)))
      .finally(() => { this.#running = undefined; });
    return this.#running;
  }

  async #ask(): Promise<void> {
    const { config: { hubUrl, ca, id, secret }, clock, ownClock, get = getFromHub } = this.#dependencies;
    const sentAt = ownClock.now();
    const answer = await get({ url: new URL(PATH, hubUrl.href.endsWith('/') ? hubUrl : `${hubUrl.href}/`), ca, user: id, password: secret(), etag: this.#saved?.etag });
    await clock.compare(answer.date, sentAt, ownClock.now());
    if (this.#isStopped || answer.status === 304) return;
    await this.#apply(registryOf(answer, id), answer.etag);
  }

  #note(failure: string | undefined): void {
    if (failure !== undefined && failure !== this.#failure) this.#dependencies.logger.warn({ hub: this.#dependencies.config.hubUrl.host, reason: failure }, 'the registry could not be read from the hub; what was read before stands');
    if (failure === undefined && this.#failure !== undefined) this.#dependencies.logger.info('the registry is read from the hub again');
    this.#failure = failure;
  }

  async #apply(registry: EdgeRegistry, etag: string | undefined): Promise<void> {
    const { db, areas, directory, evaluator, state, logger, onPlaced } = this.#dependencies;
    const { edge, subdistrict, community } = registry;
    const places = [...registry.areas].sort(topDown);
    const changes = await db.transaction().execute(async (trx) => {
      for (const area of places) await trx.insertInto('area').values(toAreaRow(area)).onConflict((conflict) => conflict.column('id').doUpdateSet(toAreaRow(area))).execute();
      await writeDevices(trx, registry.devices);
      return writeRules(trx, registry.rules);
    });
    for (const area of places) areas.put(area);
    const rows = new Map((await db.selectFrom('device').selectAll().execute()).map((row) => [row.id, row]));
    for (const { device: { id } } of [...directory.values()]) if (!rows.has(id)) directory.remove(id);
    for (const row of rows.values()) putChanged(directory, withSighting(entryOf(areas, row), directory.get(row.id)));
    for (const change of changes) await evaluator.changeRule(change);
    const isMoved = this.#saved?.community !== community || this.#saved.subdistrict !== subdistrict;
    this.#saved = { edge, subdistrict, community, etag };
    await state.save('registry', this.#saved);
    logger.info({ devices: registry.devices.length, rules: registry.rules.length, community }, 'the registry is that of the hub');
    if (isMoved) onPlaced();
  }
}

function registryOf({ status, body }: HubAnswer, id: string): EdgeRegistry {
  if (status === 401) throw new Error(`the hub refuses the credential of edge ${id}: look at EDGE_ID and EDGE_SECRET, or rotate its secret at the hub`);
  if (status !== 200) throw new Error(`the hub answered ${status}; is HUB_URL a hub's?`);
  const registry: unknown = JSON.parse(body);
  if (!isRegistry.Check(registry)) throw new Error('the hub\'s answer is no registry; is it an older Liandong?');
  return registry;
}

/** All of them, and no others. What is known of their presence stays. */
async function writeDevices(trx: Transaction<Database>, devices: readonly EdgeDevice[]): Promise<void> {
  const known = new Map((await trx.selectFrom('device').selectAll().execute()).map((row) => [row.id, row]));
  for (const told of devices) {
    const row = rowOf(told, known.get(told.device.id));
    known.delete(told.device.id);
    await trx.insertInto('device').values(row).onConflict((conflict) => conflict.column('id').doUpdateSet(row)).execute();
  }
  for (const id of known.keys()) await trx.deleteFrom('device').where('id', '=', id).execute();
  await trx.deleteFrom('device_digest').execute();
  for (const { device: { id: device }, digest } of devices) if (digest !== undefined) await trx.insertInto('device_digest').values({ device, ...digest }).execute();
}

function rowOf({ device, secretHash }: EdgeDevice, known: DeviceRow | undefined): DeviceRow {
  const isSetByPeople = device.status === 'maintenance' || device.status === 'retired';
  const presence = known?.status === 'online' || known?.status === 'offline' ? known.status : device.status;
  const json = (value: object | undefined): string | null => value === undefined ? null : JSON.stringify(value);
  return {
    id: device.id, name: device.name, kind: device.kind, area: device.area, codec: device.codec, gateway: device.gateway ?? null, external_id: device.externalId ?? null,
    payload_codec: device.payloadCodec ?? null, topic_prefix: device.topicPrefix ?? null, location: json(device.location), install: json(device.install),
    reporting_interval_s: device.reportingIntervalS, status: isSetByPeople ? device.status : presence, last_seen_at: known?.last_seen_at ?? null, created_at: known?.created_at ?? 0,
    secret_hash: secretHash, mosquitto_hash: '', claim_hash: null, claimed_at: null, accepted: device.accepted === false ? 0 : 1, desired: null, reported: null, photo: null,
  };
}

/** Versions are the hub's; one that is gone here is one later than it was, as at the hub, where whatever takes its place is later still. */
async function writeRules(trx: Transaction<Database>, rules: EdgeRegistry['rules']): Promise<RuleChange[]> {
  const known = new Map((await trx.selectFrom('rule').select(['id', 'version']).execute()).map(({ id, version }) => [id, version]));
  const changes: RuleChange[] = [];
  for (const rule of rules) {
    const { version = 1, updatedAt = 0, updatedBy = '', ...bare } = rule;
    const isSame = known.get(rule.id) === version;
    known.delete(rule.id);
    if (isSame) continue;
    const row = { body: JSON.stringify(bare), enabled: rule.enabled ? 1 : 0, version, updated_at: updatedAt, updated_by: updatedBy };
    await trx.insertInto('rule').values({ id: rule.id, ...row }).onConflict((conflict) => conflict.column('id').doUpdateSet(row)).execute();
    changes.push({ id: rule.id, version, rule });
  }
  for (const [id, version] of known) {
    await trx.deleteFrom('rule').where('id', '=', id).execute();
    changes.push({ id, version: version + 1, rule: undefined });
  }
  return changes;
}

/** Listeners close connections and forget routes: only for what did change. */
function putChanged(directory: WritableDeviceDirectory, entry: ReturnType<typeof entryOf>): void {
  const known = directory.get(entry.device.id);
  const isSame = known !== undefined && known.secretHash.equals(entry.secretHash) && known.community === entry.community && known.subdistrict === entry.subdistrict
    && JSON.stringify(known.device) === JSON.stringify({ ...entry.device, status: presenceOf(known.device.status, entry.device.status) });
  if (!isSame) directory.put(entry);
}

const presenceOf = (known: string, told: string): string => known === 'online' || known === 'offline' ? (told === 'maintenance' || told === 'retired' ? told : known) : told;
