import { ERRORS, type ErrorCode, type FieldFault, type Problem } from '@liandong/protocols';

/** The hub's own codes, and two that arise on the way to it. */
export type ApiErrorCode = ErrorCode | 'UNREACHABLE' | 'TIMEOUT';

/** A call to the hub that failed. `retryAfterS` is set when the hub asked to wait. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(readonly code: ApiErrorCode, readonly status: number, options: { retryAfterS?: number; detail?: string; detailZh?: string; faults?: readonly FieldFault[]; cause?: unknown } = {}) {
    super(options.detail ?? code, { cause: options.cause });
    this.retryAfterS = options.retryAfterS;
    this.detail = options.detail;
    this.detailZh = options.detailZh;
    this.faults = options.faults ?? [];
  }
  readonly retryAfterS: number | undefined;
  /** What the hub says to do about it, in English. */
  readonly detail: string | undefined;
  /** The same in Chinese, where the hub has it. */
  readonly detailZh: string | undefined;
  /** The places of what was sent that do not fit their schema. */
  readonly faults: readonly FieldFault[];
}

/** May the same call succeed later with nothing changed? The hub could not be reached, was starting or away from its stores, or asked to wait. */
export const isPassing = (error: unknown): boolean => error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);

export const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(ERRORS, code);

/** Reads an RFC 9457 answer; a body that is none becomes INTERNAL, UNAUTHENTICATED or TOO_MANY_REQUESTS by its status. */
export async function problemOf(response: Response): Promise<ApiError> {
  // The body is checked field by field below; a proxy in between may answer anything.
  const body = await response.json().catch(() => ({})) as Partial<Problem>;
  const retryAfter = Number(response.headers.get('retry-after'));
  return errorOf(body, response.status, retryAfter > 0 ? { retryAfterS: retryAfter } : {});
}

/** The same of a problem that came within an answer. */
export function errorOf(body: Partial<Problem>, status: number, more: { retryAfterS?: number } = {}): ApiError {
  return new ApiError(isErrorCode(body.code) ? body.code : codeOfStatus(status), status, {
    ...more,
    ...(typeof body.detail === 'string' ? { detail: body.detail } : {}), ...(typeof body.detailZh === 'string' ? { detailZh: body.detailZh } : {}),
    ...(Array.isArray(body.errors) ? { faults: body.errors.filter(isFault) } : {}),
  });
}

const isFault = (fault: unknown): fault is FieldFault => typeof fault === 'object' && fault !== null && 'path' in fault && typeof fault.path === 'string' && 'message' in fault;

function codeOfStatus(status: number): ApiErrorCode {
  if (status === 401) return 'UNAUTHENTICATED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 404) return 'NOT_FOUND';
  if (status === 429) return 'TOO_MANY_REQUESTS';
  return status === 502 || status === 504 ? 'UNREACHABLE' : 'INTERNAL';
}
