import { Type, type Static } from 'typebox';

/** What can be wrong with a member, by the JSON Schema keyword it breaks. `depth`: of groups within groups, which no keyword counts. */
export const FAULT_KEYWORDS = [
  'required', 'additionalProperties', 'type', 'enum', 'pattern', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems', 'depth',
] as const;
export type FaultKeyword = (typeof FAULT_KEYWORDS)[number];
/** Patterns of the contract that a page has words for. */
export const FAULT_PATTERNS = ['id', 'not_blank', 'not_turned', 'time_of_day'] as const;
export type FaultPattern = (typeof FAULT_PATTERNS)[number];

/**
 * One place of a request that does not fit its schema: `path` is a JSON Pointer, `message` says it in English. For programs and pages: `keyword` is one of FAULT_KEYWORDS, or absent where
 * none says it; `limit` is the bound that was passed (length in characters, items, or the value itself); `expected` are the words of an `enum`, the types of a `type`, or one of
 * FAULT_PATTERNS. Never the value that stood there.
 */
export const FieldFaultSchema = Type.Object({
  path: Type.String(), message: Type.String(), keyword: Type.Optional(Type.String()), limit: Type.Optional(Type.Number()), expected: Type.Optional(Type.Array(Type.String())),
});
export type FieldFault = Static<typeof FieldFaultSchema>;
