import { FENCED } from './postgres/fence.js';
import { DatabaseAwayError } from './postgres/database-away.js';

/** By codes of libSQL, and of PostgreSQL (appendix A): out of resources (53), a failing system (58), read only, or another hub leads. */
const OF_ALL = new RegExp(`^(SQLITE_(BUSY|LOCKED|NOMEM|READONLY|IOERR|CORRUPT|FULL|CANTOPEN|PROTOCOL|NOTADB)|53|58|25006$|${FENCED}$)`);

/** Is it the database that failed, rather than what was to be written? Then whatever is written next would fail as well. */
export const isDatabaseFailure = (error: unknown): boolean => error instanceof DatabaseAwayError || OF_ALL.test((error as { code?: unknown } | undefined)?.code?.toString() ?? '');
