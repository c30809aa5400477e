/**
 * The answers of statements of one transaction that are all sent without waiting for each other; they run in the order they were made. Throws the first failure once all are settled:
 * none may come after the rollback.
 */
export async function together<Answers extends readonly unknown[]>(...statements: { [Index in keyof Answers]: Promise<Answers[Index]> }): Promise<Answers> {
  const outcomes = await Promise.allSettled(statements);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }) as unknown as Answers; // one for each, in their order
}
