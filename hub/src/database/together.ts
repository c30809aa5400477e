/**
 * The answers of statements of one transaction of which none needs that of another; they run in the order they were made. Throws what failed first, by time (what comes after it fails for
 * its sake), once all are settled: none may come after the rollback.
 */
export async function together<Answers extends readonly unknown[]>(...statements: { [Index in keyof Answers]: Promise<Answers[Index]> }): Promise<Answers> {
  const failures: unknown[] = [];
  const outcomes = await Promise.allSettled(statements.map((statement) => statement.catch((error: unknown) => {
    failures.push(error);
    throw error;
  })));
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw failures[0];
    return outcome.value;
  }) as unknown as Answers; // one for each, in their order
}
