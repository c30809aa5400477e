import type { AreaId, EpochMs, Shift } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Days } from '../calendar/day-calendar.js';
import type { Db } from '../database/database.js';
import { endOf, onDuty, usersOf, type OnDutyEntry } from './on-duty.js';
import { push } from '../push.js';
import { toShift } from './shift-rows.js';

/** The shift calendar in memory, in step with the database: escalation asks it for every alert it moves. */
export class Roster {
  readonly #shifts = new Map<string, Shift>();
  readonly #areas: AreaTree;
  readonly #days: Days;

  constructor({ areas, days }: { areas: AreaTree; days: Days }) {
    this.#areas = areas;
    this.#days = days;
  }

  /** Fills memory from the database; call once before anything else. */
  async load(db: Db): Promise<void> {
    this.#shifts.clear();
    for (const row of await db.selectFrom('shift').selectAll().execute()) this.put(toShift(row));
  }

  get size(): number { return this.#shifts.size; }
  get(id: string): Shift | undefined { return this.#shifts.get(id); }
  all(): Shift[] { return [...this.#shifts.values()]; }
  put(shift: Shift): void { this.#shifts.set(shift.id, shift); }
  remove(id: string): void { this.#shifts.delete(id); }

  get #places() { return { areas: this.#areas, days: this.#days }; }

  /** As `onDuty`. */
  onDuty(area: AreaId, at: EpochMs): OnDutyEntry[] { return onDuty(this.#shifts.values(), this.#places, area, at); }

  /** User names of whoever looks after any of these areas at that time, on any tier. Costs areas × the levels above them, not areas × shifts. */
  usersOnDuty(areas: Iterable<AreaId>, at: EpochMs): Set<string> {
    const running = new Map<AreaId, Shift[]>();
    for (const shift of this.#shifts.values()) if (endOf(shift, this.#days, at) !== undefined) push(running, shift.area, shift);
    const users = new Set<string>();
    if (running.size === 0) return users;
    for (const area of areas) {
      const near = this.#areas.lineage(area).flatMap(({ id }) => running.get(id) ?? []);
      if (near.length > 0) for (const user of usersOf(onDuty(near, this.#places, area, at))) users.add(user);
    }
    return users;
  }
}
