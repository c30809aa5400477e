import { StartError } from '../../problem.js';
import { causeOf } from './database-away.js';

/**
 * What no waiting mends, in the words of who set it up (PostgreSQL, appendix A: error codes). Undefined for everything else.
 * Nothing of the server's own message is shown: it may repeat what stands in the address.
 */
export function startErrorOf(error: unknown, place: string): StartError | undefined {
  const words = wordsOf((causeOf(error) as { code?: string }).code);
  return words === undefined ? undefined : new StartError(`PostgreSQL at ${place} ${words}`, { cause: error });
}

function wordsOf(code: string | undefined): string | undefined {
  switch (code) {
    case '28P01': case '28000': return 'does not accept the user or the password in DATABASE_URL.';
    case '3D000': return 'has no such database; create it or correct DATABASE_URL.';
    case '42501': return 'does not let this user make tables; grant it the database\'s schema (or make it the owner), or correct the user in DATABASE_URL.';
    default: return undefined;
  }
}
