import { HANDOVER_ROWS, RETURNED_SEVERITIES, type Alert, type AlertChange, type AreaId, type EpochMs, type Handover, type HandoverGroups, type Tier } from '@liandong/protocols';
import { sql, type RawBuilder } from 'kysely';
import { toAlert } from '../alerts/alert-rows.js';
import type { Db } from '../database/database.js';
import { breathe } from '../breathe.js';
import { Top } from '../top.js';
import { AlertGroups } from './handover-groups.js';
import { Durations } from './spread.js';
import type { ReportScope } from './types.js';
import { worstFirst } from './worst-first.js';

/** Timeline entries or alerts of one page: the database keeps the thread while it reads one. */
const PAGE = 250;
/** A bulk acknowledgement goes 500 at a time. */
const IN_ONE_GO_MS = 60_000;
const COUNTED = ['raised', 'acked', 'cleared', 'escalated'] as const satisfies readonly AlertChange[];
/** What cleared, and what only ended. */
type Counted = (typeof COUNTED)[number] | 'ended';
/** Of an entry of the timeline that the query has under this name. */
const isEnd = (entry: 'first' | 'entry'): RawBuilder<boolean> => sql`(${sql.ref(`${entry}.ended_by`)} is not null)`;

type CommunityOf = (area: AreaId) => AreaId;
/** `earlier`: another entry of the same alert and change (to clear and only to end are two) in the range that was written before this one: such an alert has been counted. */
interface Entry { id: number; alert_id: string; at: EpochMs; change: string; by: string | null; note: string | null; tier: string | null; ended_by: string | null; raised_at: EpochMs; group_id: string | null; withheld: number; earlier: number | null }
type Move = { id: string; at: EpochMs; tier: Tier };

/** What happened, from the timelines, page by page, and what is open now. */
export async function readHandover(db: Db, scope: ReportScope, open: readonly Alert[], communityOf: CommunityOf): Promise<Omit<Handover, 'area'>> {
  const log = new ShiftLog();
  for (let after: Entry | undefined, isMore = true; isMore;) {
    const entries = await readPage(db, scope, after);
    for (const entry of entries) log.add(entry);
    after = entries.at(-1);
    isMore = entries.length === PAGE;
    await breathe();
  }
  const sorted = [...open].sort(worstFirst);
  const unacked = sorted.filter(({ acked }) => !acked);
  const isShelved = ({ shelvedUntil }: Alert) => shelvedUntil !== undefined;
  const shelved = sorted.filter(isShelved);
  const grouped = (alerts: readonly Alert[]): HandoverGroups => { const groups = new AlertGroups(communityOf); for (const alert of alerts) groups.add(alert); return groups.result(); };
  const returned = await readReturned(db, scope, communityOf);
  return {
    from: scope.from, to: scope.to, ...log.counts(),
    totals: { open: sorted.length, unacked: unacked.length, shelved: shelved.length, returned: returned.groups.total },
    open: sorted.slice(0, HANDOVER_ROWS), unacked: unacked.slice(0, HANDOVER_ROWS), shelved: shelved.slice(0, HANDOVER_ROWS), returned: returned.alerts,
    groups: { unacked: grouped(unacked.filter((alert) => !isShelved(alert))), returned: returned.groups, open: grouped(sorted.filter((alert) => alert.acked && !isShelved(alert))), shelved: grouped(shelved) },
    people: log.people(), ...await withAlerts(db, log),
  };
}

/** What came and went with nobody looking (ISA-18.2: returned to normal, unacknowledged). What is on the shelf was looked at; what was grouped or inhibited until it cleared, another alert stands for; what ended without recovering has not returned. */
async function readReturned(db: Db, { areas, from, to }: ReportScope, communityOf: CommunityOf): Promise<{ groups: HandoverGroups; alerts: Alert[] }> {
  let query = db.selectFrom('alert').selectAll().where('cleared_at', '<', to).where('active', '=', 0).where('acked', '=', 0).where('ended_by', 'is', null)
    .where('group_id', 'is', null).where('inhibited_by', 'is', null).where('withheld', '=', 0).where('shelved_until', 'is', null).where('severity', 'in', [...RETURNED_SEVERITIES]);
  if (areas !== undefined) query = query.where('area', 'in', [...areas]);
  const groups = new AlertGroups(communityOf);
  const worst = new Top<Alert>(HANDOVER_ROWS, (a, b) => worstFirst(a, b) < 0);
  for (let after: { at: EpochMs; id: string } | undefined, isMore = true; isMore;) {
    const last = after;
    const page = query.where('cleared_at', '>=', last?.at ?? from).orderBy('cleared_at').orderBy('id').limit(PAGE);
    const rows = await (last === undefined ? page : page.where((e) => e(e.refTuple('cleared_at', 'id'), '>', e.tuple(last.at, last.id)))).execute();
    for (const alert of rows.map(toAlert)) { groups.add(alert); worst.add(alert); }
    const [end] = rows.slice(-1);
    after = end === undefined ? undefined : { at: end.cleared_at ?? 0, id: end.id }; // it has cleared
    isMore = rows.length === PAGE;
    await breathe();
  }
  return { groups: groups.result(), alerts: [...worst.items] };
}

/** Gathers what a shift did. Of moves and notes it keeps the newest, of all else numbers: in three months there are more alerts than ids fit into memory. */
class ShiftLog {
  readonly moves: Move[] = [];
  readonly notes: Handover['notes'] = [];
  readonly #counts: Record<Counted, number> = { raised: 0, acked: 0, cleared: 0, ended: 0, escalated: 0 };
  readonly #people = new Map<string, Durations>();

  add({ alert_id: id, at, change, by, note, tier, ended_by: endedBy, raised_at: raisedAt, group_id: groupId, withheld, earlier }: Entry): void {
    if (note !== null && by !== null) this.#noted({ alertId: id, at, by, note });
    const counted = change === 'cleared' && endedBy !== null ? 'ended' : COUNTED.find((name) => name === change);
    if (counted === undefined || groupId !== null || withheld === 1) return;
    if (earlier === null) this.#counts[counted] += 1;
    if (change === 'escalated' && tier !== null) keepNewest(this.moves, { id, at, tier: tier as Tier }); // written from a typed alert
    if (change !== 'acked' || by === null) return;
    const times = this.#people.get(by) ?? new Durations();
    this.#people.set(by, times);
    times.add(Math.max(0, at - raisedAt));
  }

  /** One note on a thousand alerts is one thing somebody said, and must not push out what others did. */
  #noted(entry: Handover['notes'][number]): void {
    const last = this.notes.at(-1);
    const isSame = last !== undefined && last.by === entry.by && last.note === entry.note && last.alertId !== entry.alertId && entry.at - last.at <= IN_ONE_GO_MS;
    if (isSame) last.more = (last.more ?? 0) + 1;
    else keepNewest(this.notes, entry);
  }

  counts(): Record<Counted, number> { return { ...this.#counts }; }

  people(): Handover['people'] {
    return [...this.#people].map(([name, times]) => { const { count, p50 } = times.spread(); return { name, acked: count, ...(p50 === undefined ? {} : { medianS: p50 }) }; })
      .sort((a, b) => b.acked - a.acked || (a.name < b.name ? -1 : 1));
  }
}

/** Entries come oldest first. */
function keepNewest<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > HANDOVER_ROWS) list.shift();
}

async function readPage(db: Db, { areas, from, to }: ReportScope, after: Entry | undefined): Promise<Entry[]> {
  let query = db.selectFrom('alert_timeline as entry').innerJoin('alert', 'alert.id', 'entry.alert_id')
    .select(['entry.id', 'entry.alert_id', 'entry.at', 'entry.change', 'entry.by', 'entry.note', 'entry.tier', 'entry.ended_by', 'alert.raised_at', 'alert.group_id', 'alert.withheld'])
    .select((e) => e.selectFrom('alert_timeline as first').select('first.id').whereRef('first.alert_id', '=', 'entry.alert_id').whereRef('first.change', '=', 'entry.change')
      .where('entry.change', 'in', [...COUNTED]).where((f) => f.or([f('entry.change', '<>', 'cleared'), f(isEnd('first'), '=', isEnd('entry'))])).whereRef('first.id', '<', 'entry.id').where('first.at', '>=', from).where('first.at', '<', to).limit(1).as('earlier'))
    .where('entry.at', '>=', after?.at ?? from).where('entry.at', '<', to).where('entry.change', '<>', 'repeated')
    .orderBy('entry.at').orderBy('entry.id').limit(PAGE);
  if (areas !== undefined) query = query.where('alert.area', 'in', [...areas]);
  if (after !== undefined) query = query.where((e) => e(e.refTuple('entry.at', 'entry.id'), '>', e.tuple(after.at, after.id)));
  return query.execute();
}

/** With the alerts as they are now: a note on one that has cleared says nothing to who does not see what it is about. */
async function withAlerts(db: Db, { moves, notes }: ShiftLog): Promise<Pick<Handover, 'escalations' | 'notes'>> {
  const alerts = await readAlerts(db, new Set([...moves.map(({ id }) => id), ...notes.map(({ alertId }) => alertId)]));
  return {
    escalations: moves.flatMap(({ id, at, tier }) => { const alert = alerts.get(id); return alert === undefined ? [] : [{ alert, at, tier }]; }),
    notes: notes.map((note) => { const alert = alerts.get(note.alertId); return alert === undefined ? note : { ...note, alert }; }),
  };
}

async function readAlerts(db: Db, ids: ReadonlySet<string>): Promise<Map<string, Alert>> {
  if (ids.size === 0) return new Map();
  const rows = await db.selectFrom('alert').selectAll().where('id', 'in', [...ids]).execute();
  return new Map(rows.map((row) => [row.id, toAlert(row)]));
}
