import { Type, type Static, type TSchema } from 'typebox';
import { ID_PATTERN } from '../ids.js';
import { FieldFaultSchema } from './field-faults.js';

/** An id of an area or a device. */
export const IdSchema = Type.String({ pattern: ID_PATTERN, minLength: 1, maxLength: 32 });

/** Epoch milliseconds. */
export const EpochMsSchema = Type.Integer({ minimum: 0, maximum: 8.64e15 });

/** A time in a query: epoch milliseconds or ISO 8601. `parseTime` turns it into milliseconds. */
export const TimeQuerySchema = Type.String({ minLength: 1, maxLength: 40, description: 'Epoch ms or ISO 8601' });

/** Milliseconds of a time query; undefined when it is neither epoch ms nor ISO 8601. */
export function parseTime(text: string): number | undefined {
  const ms = /^\d{1,16}$/.test(text) ? Number(text) : /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  return Number.isFinite(ms) ? ms : undefined;
}

/** Words in Chinese, and English where there is one. */
export const LabelSchema = Type.Object({ zh: Type.String(), en: Type.String() });
export type Label = Static<typeof LabelSchema>;

/** A place in WGS-84 degrees. */
export const LocationSchema = Type.Object({
  lng: Type.Number({ minimum: -180, maximum: 180 }),
  lat: Type.Number({ minimum: -90, maximum: 90 }),
}, { additionalProperties: false });
export type Location = Static<typeof LocationSchema>;

/** Of what several people may edit at once. `updatedAt` and `updatedBy` are set by the hub and of no effect in a body. */
export const EditFields = {
  /** Counted by the hub. In a body of PUT: the version that was read; another one by then is CHANGED_MEANWHILE, and without it nothing is compared. */
  version: Type.Optional(Type.Integer({ minimum: 0 })),
  updatedAt: Type.Optional(EpochMsSchema),
  updatedBy: Type.Optional(Type.String()),
};

/** RFC 9457 problem details; `code` is one of ERRORS, `detailZh` is `detail` in Chinese where the hub has it; `errors` are the places of a request that does not fit its schema. */
export const ProblemSchema = Type.Object({
  type: Type.String(), title: Type.String(), status: Type.Integer(), code: Type.String(),
  detail: Type.Optional(Type.String()), detailZh: Type.Optional(Type.String()),
  errors: Type.Optional(Type.Array(FieldFaultSchema)),
});
export type Problem = Static<typeof ProblemSchema>;

/** A list; `next` is the cursor of the following page and is absent on the last one. */
export const listOf = <T extends TSchema>(item: T) => Type.Object({ data: Type.Array(item), next: Type.Optional(Type.String()) });

export const LimitQuery = Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 }));
export const CursorQuery = Type.Optional(Type.String({ minLength: 1, maxLength: 200 }));
/** One of a fixed list of words. The type is spelled out: an Enum of a generic array is inferred as any string or number. */
export const oneOf = <const T extends readonly string[]>(words: T) => Type.Unsafe<T[number]>(Type.Enum([...words]));
