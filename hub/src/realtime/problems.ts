import { ERRORS, type SocketProblem } from '@liandong/protocols';
import { AppError } from '../problem.js';
import type { FeedLogger } from './types.js';

/** What a client is told about a failure: an error of the catalogue as it is, anything else as INTERNAL with the cause in the log. */
export function socketProblem(error: unknown, logger: FeedLogger): SocketProblem {
  if (error instanceof AppError && error.code !== 'INTERNAL') return { error: { code: error.code, title: error.message } };
  logger.error({ err: error }, 'A live request failed.');
  return { error: { code: 'INTERNAL', title: ERRORS.INTERNAL.en } };
}
