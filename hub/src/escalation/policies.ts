import { DEFAULT_ESCALATION, type AreaId, type EpochMs, type EscalationPolicy, type EscalationStep, type Severity } from '@liandong/protocols';
import type { Selectable, Transaction } from 'kysely';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Database } from '../database/schema.js';

/** What an alert's clock remembers of its policy; without an area it is the hub's own. */
export interface PolicyPin { readonly policyArea?: AreaId; readonly policyVersion: number }

/** One edit of an area's own policy; `body` undefined: it was taken back. */
export interface PolicyVersion { readonly area: AreaId; readonly version: number; readonly body: EscalationPolicy | undefined; readonly at: EpochMs; readonly by: string }

/** Counts releases in which DEFAULT_ESCALATION was another. */
const HUB_VERSION = 1;
const HUB_PIN: PolicyPin = { policyVersion: HUB_VERSION };

/**
 * Every version of every area's policy, in memory: running alerts keep the one they started with. Grows with edits by people only.
 * Answers without a query, because each raised alert asks.
 */
export class EscalationPolicies {
  /** By area, in order of their versions, which count from 1. */
  readonly #versions = new Map<AreaId, PolicyVersion[]>();
  readonly #areas: AreaTree;

  constructor(areas: AreaTree) {
    this.#areas = areas;
  }

  /** Fills memory from the database; call once before anything else. */
  async load(db: Db): Promise<void> {
    this.#versions.clear();
    for (const row of await db.selectFrom('escalation_policy').selectAll().orderBy('area').orderBy('version').execute()) this.#add(toVersion(row));
  }

  /** An area's own policy; undefined when it has none. */
  own(area: AreaId): PolicyVersion | undefined {
    const latest = this.#versions.get(area)?.at(-1);
    return latest?.body === undefined ? undefined : latest;
  }

  /** The version that an alert raised there now is to keep: of the nearest area upwards with a policy of its own. */
  inForce(area: AreaId): PolicyPin {
    return this.#nearest(area, (versions) => versions.at(-1));
  }

  /** The same as of an earlier time; for an alert that comes back, and with it its policy. */
  inForceAt(area: AreaId, at: EpochMs): PolicyPin {
    return this.#nearest(area, (versions) => versions.findLast((version) => version.at <= at));
  }

  /** What a version says of a severity; undefined: it does not escalate. */
  step(pin: PolicyPin, severity: Severity): EscalationStep | undefined {
    return this.body(pin)?.[severity];
  }

  body({ policyArea, policyVersion }: PolicyPin): EscalationPolicy | undefined {
    return policyArea === undefined ? DEFAULT_ESCALATION : this.#versions.get(policyArea)?.[policyVersion - 1]?.body;
  }

  /** An area's newest version as the database has it. */
  async last(trx: Transaction<Database>, area: AreaId): Promise<PolicyVersion | undefined> {
    const row = await trx.selectFrom('escalation_policy').selectAll().where('area', '=', area).orderBy('version', 'desc').limit(1).executeTakeFirst();
    return row === undefined ? undefined : toVersion(row);
  }

  /** Writes the next version within the caller's transaction; `remember` it once that has committed. */
  async write(trx: Transaction<Database>, clock: Clock, { area, body, by }: Pick<PolicyVersion, 'area' | 'body' | 'by'>): Promise<PolicyVersion> {
    const last = await this.last(trx, area);
    const made: PolicyVersion = { area, version: (last?.version ?? 0) + 1, body, at: clock.now(), by };
    await trx.insertInto('escalation_policy').values({ ...made, body: body === undefined ? null : JSON.stringify(body) }).execute();
    return made;
  }

  remember(version: PolicyVersion): void {
    this.#add(version);
  }

  #add(version: PolicyVersion): void {
    const versions = this.#versions.get(version.area) ?? [];
    versions[version.version - 1] = version;
    this.#versions.set(version.area, versions);
  }

  #nearest(area: AreaId, choose: (versions: readonly PolicyVersion[]) => PolicyVersion | undefined): PolicyPin {
    if (this.#versions.size === 0) return HUB_PIN;
    for (const { id } of this.#areas.lineage(area)) {
      const chosen = choose(this.#versions.get(id) ?? []);
      if (chosen?.body !== undefined) return { policyArea: id, policyVersion: chosen.version };
    }
    return HUB_PIN;
  }
}

function toVersion({ body, ...row }: Selectable<Database['escalation_policy']>): PolicyVersion {
  return { ...row, body: body === null ? undefined : JSON.parse(body) as EscalationPolicy }; // written by `write`
}
