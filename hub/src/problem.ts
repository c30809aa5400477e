import { ERRORS, type ErrorCode, type FieldFault, type Label } from '@liandong/protocols';

/** An error a caller can act on: a code of the catalogue, and in `detail` what is wrong with this very request. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  /** `detail` for a Chinese page, where a person may meet it there. */
  readonly detailZh: string | undefined;

  constructor(code: ErrorCode, words?: string | Label, options?: ErrorOptions) {
    const detail = typeof words === 'object' ? words.en : words;
    super(detail ?? ERRORS[code].en, options);
    this.name = 'AppError';
    this.code = code;
    this.detail = detail;
    this.detailZh = typeof words === 'object' ? words.zh : undefined;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** VALIDATION_FAILED that names the members at fault, for programs and forms, beside the words for people. */
export class FieldError extends AppError {
  readonly faults: readonly FieldFault[];

  constructor(words: string | Label, faults: readonly FieldFault[]) {
    super('VALIDATION_FAILED', words);
    this.faults = faults;
  }
}

/** The same of one member: `path` is a JSON Pointer into the body or the query, `more` says to programs what the schema validator would. */
export const fieldError = (path: string, words: Label, more: Pick<FieldFault, 'keyword' | 'limit' | 'expected'> = {}): FieldError => new FieldError(words, [{ path, message: words.en, ...more }]);

/** The same of two members of which exactly one has to be there. */
export const eitherError = (paths: readonly [string, string], areBoth: boolean, words: Label): FieldError => new FieldError(words, paths.map((path) => ({ path, message: words.en, ...(areBoth ? {} : { keyword: 'required' }) })));

/** TOO_MANY_REQUESTS with the time after which to try again; HTTP answers it as `Retry-After`. */
export class TooManyError extends AppError {
  readonly retryAfterS: number;

  constructor(retryAfterS: number, detail: string | Label) {
    super('TOO_MANY_REQUESTS', detail);
    this.retryAfterS = retryAfterS;
  }
}

/** Stops the start: one plain sentence that says which setting to change. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
