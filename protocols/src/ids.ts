/** An id of an area or a device: lower-case letters, digits and hyphens, 1–32 long, not starting with a hyphen. */
export const ID_PATTERN = '^[a-z0-9][a-z0-9-]{0,31}$';

const idExpression = new RegExp(ID_PATTERN);

/** Is this text an id as the contract defines it? A trailing newline is not accepted. */
export const isId = (text: string): boolean => idExpression.test(text) && !text.endsWith('\n');

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;
export type AreaId = string;
export type DeviceId = string;
/** A position in a totally ordered log; starts at 1, never reused. */
export type Seq = number;
