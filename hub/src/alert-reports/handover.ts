import { HANDOVER_ROWS, RETURNED_SEVERITIES, severityRank, type Alert, type AlertChange, type EpochMs, type Handover, type Tier } from '@liandong/protocols';
import { toAlert } from '../alerts/alert-rows.js';
import type { Db } from '../database/database.js';
import { breathe } from '../breathe.js';
import { quantile } from './spread.js';
import type { ReportScope } from './types.js';

/** Timeline entries of one page: the database keeps the thread while it reads one. */
const PAGE = 250;
/** A bulk acknowledgement goes 500 at a time. */
const IN_ONE_GO_MS = 60_000;
const COUNTED = ['raised', 'acked', 'cleared', 'escalated'] as const satisfies readonly AlertChange[];
type Counted = (typeof COUNTED)[number];

interface Entry { id: number; alert_id: string; at: EpochMs; change: string; by: string | null; note: string | null; tier: string | null; raised_at: EpochMs; group_id: string | null }
type Move = { id: string; at: EpochMs; tier: Tier };

/** What happened, from the timelines, page by page, and what is open now. */
export async function readHandover(db: Db, scope: ReportScope, open: readonly Alert[]): Promise<Omit<Handover, 'area'>> {
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
  const shelved = sorted.filter(({ shelvedUntil }) => shelvedUntil !== undefined);
  const returned = await readReturned(db, scope);
  return {
    from: scope.from, to: scope.to, ...log.counts(),
    totals: { open: sorted.length, unacked: unacked.length, shelved: shelved.length, returned: returned.total },
    open: sorted.slice(0, HANDOVER_ROWS), unacked: unacked.slice(0, HANDOVER_ROWS), shelved: shelved.slice(0, HANDOVER_ROWS), returned: returned.alerts,
    people: log.people(), escalations: await withAlerts(db, log.moves), notes: log.notes,
  };
}

const worstFirst = (a: Alert, b: Alert): number => severityRank(a.severity) - severityRank(b.severity) || a.raisedAt - b.raisedAt || (a.id < b.id ? -1 : 1);

/** What came and went with nobody looking (ISA-18.2: returned to normal, unacknowledged). What is on the shelf was looked at; what was grouped or inhibited until it cleared, another alert stands for. */
async function readReturned(db: Db, { areas, from, to }: ReportScope): Promise<{ total: number; alerts: Alert[] }> {
  let query = db.selectFrom('alert').where('cleared_at', '>=', from).where('cleared_at', '<', to).where('active', '=', 0).where('acked', '=', 0)
    .where('group_id', 'is', null).where('inhibited_by', 'is', null).where('shelved_until', 'is', null);
  if (areas !== undefined) query = query.where('area', 'in', [...areas]);
  const counts = await query.where('severity', 'in', [...RETURNED_SEVERITIES]).select((e) => e.fn.countAll().as('n')).executeTakeFirstOrThrow();
  const alerts: Alert[] = [];
  for (const severity of RETURNED_SEVERITIES) {
    if (alerts.length >= HANDOVER_ROWS) break;
    const rows = await query.where('severity', '=', severity).selectAll().orderBy('raised_at').orderBy('id').limit(HANDOVER_ROWS - alerts.length).execute();
    alerts.push(...rows.map(toAlert));
  }
  return { total: Number(counts.n), alerts };
}

/** Gathers what a shift did. Of moves and notes it keeps the newest, of all else numbers and ids. */
class ShiftLog {
  readonly moves: Move[] = [];
  readonly notes: Handover['notes'] = [];
  readonly #alerts: Record<Counted, Set<string>> = { raised: new Set(), acked: new Set(), cleared: new Set(), escalated: new Set() };
  readonly #people = new Map<string, number[]>();

  add({ alert_id: id, at, change, by, note, tier, raised_at: raisedAt, group_id: groupId }: Entry): void {
    if (note !== null && by !== null) this.#noted({ alertId: id, at, by, note });
    const counted = COUNTED.find((name) => name === change);
    if (counted === undefined || groupId !== null) return;
    this.#alerts[counted].add(id);
    if (change === 'escalated' && tier !== null) keepNewest(this.moves, { id, at, tier: tier as Tier }); // written from a typed alert
    if (change !== 'acked' || by === null) return;
    const times = this.#people.get(by) ?? [];
    this.#people.set(by, times);
    times.push(Math.max(0, at - raisedAt));
  }

  /** One note on a thousand alerts is one thing somebody said, and must not push out what others did. */
  #noted(entry: Handover['notes'][number]): void {
    const last = this.notes.at(-1);
    const isSame = last !== undefined && last.by === entry.by && last.note === entry.note && last.alertId !== entry.alertId && entry.at - last.at <= IN_ONE_GO_MS;
    if (isSame) last.more = (last.more ?? 0) + 1;
    else keepNewest(this.notes, entry);
  }

  counts(): Record<Counted, number> {
    const { raised, acked, cleared, escalated } = this.#alerts;
    return { raised: raised.size, acked: acked.size, cleared: cleared.size, escalated: escalated.size };
  }

  people(): Handover['people'] {
    return [...this.#people].map(([name, times]) => ({ name, acked: times.length, medianS: quantile(times.sort((a, b) => a - b), 0.5) / 1000 }))
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
    .select(['entry.id', 'entry.alert_id', 'entry.at', 'entry.change', 'entry.by', 'entry.note', 'entry.tier', 'alert.raised_at', 'alert.group_id'])
    .where('entry.at', '>=', after?.at ?? from).where('entry.at', '<', to).where('entry.change', '<>', 'repeated')
    .orderBy('entry.at').orderBy('entry.id').limit(PAGE);
  if (areas !== undefined) query = query.where('alert.area', 'in', [...areas]);
  if (after !== undefined) query = query.where((e) => e(e.refTuple('entry.at', 'entry.id'), '>', e.tuple(after.at, after.id)));
  return query.execute();
}

/** The alerts as they are now. */
async function withAlerts(db: Db, moves: readonly Move[]): Promise<Handover['escalations']> {
  if (moves.length === 0) return [];
  const rows = await db.selectFrom('alert').selectAll().where('id', 'in', [...new Set(moves.map(({ id }) => id))]).execute();
  const alerts = new Map(rows.map((row) => [row.id, toAlert(row)]));
  return moves.flatMap(({ id, at, tier }) => {
    const alert = alerts.get(id);
    return alert === undefined ? [] : [{ alert, at, tier }];
  });
}
