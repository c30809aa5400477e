/** SQLSTATE of a transaction that was refused because another hub leads by now; of a class that neither the standard nor PostgreSQL uses. */
export const FENCED = 'LD001';

/** The one table that is written without the writers' lock: a renewal may not wait. */
export const LEASE_TABLE = 'lease';

/** What every writing transaction of this process checks: that nobody has taken the lease over since. */
export interface Fence {
  /** Term of the lease this process holds, or held last; undefined: it never held one, and nothing is checked. */
  term: number | undefined;
  /** A transaction found that another process leads. */
  onFenced: () => void;
}

/** The check, in the transaction and behind its lock: whoever takes the lease over needs the same lock. */
export const fenceSql = (term: number): string =>
  `do $$ begin if not exists (select from ${LEASE_TABLE} where name = 'leader' and term = ${Math.trunc(term)}) then raise exception 'another hub leads' using errcode = '${FENCED}'; end if; end $$`;
