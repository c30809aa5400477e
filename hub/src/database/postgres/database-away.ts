import { AppError } from '../../problem.js';

/** The database server refused, lost or did not answer a connection: DATABASE_UNAVAILABLE. `cause` is what the driver says; a log shows it, callers are not told. */
export class DatabaseAwayError extends AppError {
  constructor(cause: unknown) {
    super('DATABASE_UNAVAILABLE', undefined, { cause });
  }
}

/** What the driver says. A refused connection to a name with two addresses is an AggregateError without words of its own. */
export function reasonOf(error: unknown): string {
  const { code, message } = causeOf(error) as { code?: string; message?: string };
  return message !== undefined && message !== '' ? message : code ?? String(error);
}

/** The driver's own error, with its SQLSTATE or system code. */
export const causeOf = (error: unknown): unknown => error instanceof DatabaseAwayError ? error.cause : error;
