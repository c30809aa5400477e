import type { CompiledQuery, DatabaseConnection, QueryExecutorProvider, QueryResult } from 'kysely';
import { breathe } from '../breathe.js';

/**
 * Values of what is made and sent in one go: some twenty alerts with all that belongs to them. Of more, the thread is given up in between, as making statements keeps it; their answers are not waited for before the
 * next are sent. In a storm the thread comes back after some milliseconds only, and meanwhile the transaction stands open: in smaller parts it would take longer, and a critical alert wait for it.
 */
const VALUES_AT_ONCE = 1_000;

/**
 * Runs statements of one transaction of which none needs the answer of another, in their order, and answers in it. They are made as they are taken, and share a message to the database's
 * thread: inside a transaction Kysely hands its connection on only when an answer is there, so that one by one each would wait for the thread and for a turn of this one.
 * Throws what failed first once all that was sent has settled: nothing may come after the rollback. `commits`: they are its last, and the commit goes with them; a database refuses it when one
 * of them has failed.
 */
export async function together(transaction: QueryExecutorProvider, statements: Iterable<CompiledQuery>, { commits = false } = {}): Promise<QueryResult<unknown>[]> {
  return transaction.getExecutor().provideConnection(async (connection) => {
    const asked: Promise<QueryResult<unknown>>[] = [];
    let committed: Promise<void> | undefined;
    let hasFailed = false;
    for (const { group, isLast } of groups(statements)) {
      if (asked.length > 0) await breathe();
      if (hasFailed) break;
      for (const statement of group) {
        const answer = connection.executeQuery<unknown>(statement);
        answer.catch(() => { hasFailed = true; });
        asked.push(answer);
      }
      if (!commits || !isLast) continue;
      committed = (connection as EndedConnection).commit(); // both databases' connections are
      committed.catch(() => undefined); // looked at below
    }
    await Promise.allSettled([...asked, committed]);
    const results = await Promise.all(asked);
    await committed;
    return results;
  });
}

/** One whose transaction may be ended before Kysely does so, which then finds nothing left to do. */
export interface EndedConnection extends DatabaseConnection { commit(): Promise<void> }

interface Group { readonly group: CompiledQuery[]; readonly isLast: boolean }

/** The last one may be empty. */
function* groups(statements: Iterable<CompiledQuery>): Generator<Group> {
  let group: CompiledQuery[] = [];
  let values = 0;
  for (const statement of statements) {
    group.push(statement);
    values += statement.parameters.length;
    if (values < VALUES_AT_ONCE) continue;
    yield { group, isLast: false };
    group = [];
    values = 0;
  }
  yield { group, isLast: true };
}
