/**
 * Waits for statements of one transaction that were all sent without waiting for each other's answer; they run in the order they were made. Throws the first failure when all are settled:
 * none may come after the rollback.
 */
export async function together(...statements: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(statements)).find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
