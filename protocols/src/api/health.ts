import { Type, type Static } from 'typebox';

/** `degraded`: works without this part for now; `down`: does not. */
export const PART_STATES = ['ready', 'degraded', 'down'] as const;
export type PartState = (typeof PART_STATES)[number];

/** GET /readyz: 200 when no part is down, else 503. */
export const ReadySchema = Type.Object({
  status: Type.Enum([...PART_STATES]),
  parts: Type.Record(Type.String(), Type.Object({ state: Type.Enum([...PART_STATES]), detail: Type.Optional(Type.String()) })),
});
export type Ready = Static<typeof ReadySchema>;
