import { IdSchema, noteSchema } from '@liandong/protocols';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { AppError } from '../problem.js';

const SubscribeSchema = Type.Object({
  areas: Type.Optional(Type.Array(IdSchema, { maxItems: 200 })),
  devices: Type.Optional(Type.Array(IdSchema, { maxItems: 1_000 })),
  since: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
}, { additionalProperties: false });
const AckSchema = Type.Object({
  alertId: Type.String({ minLength: 1, maxLength: 64 }),
  note: Type.Optional(noteSchema(500)),
}, { additionalProperties: false });

const subscribe = Compile(SubscribeSchema);
const ack = Compile(AckSchema);

export type ValidSubscribe = Static<typeof SubscribeSchema>;
export type ValidAck = Static<typeof AckSchema>;

/** No request at all asks for everything. @throws AppError VALIDATION_FAILED */
export function parseSubscribe(request: unknown): ValidSubscribe {
  if (request === undefined) return {};
  if (!subscribe.Check(request)) throw new AppError('VALIDATION_FAILED', 'subscribe takes {areas?, devices?, since?}: up to 200 area ids, up to 1,000 device ids, a seq.');
  return request;
}

/** @throws AppError VALIDATION_FAILED */
export function parseAck(request: unknown): ValidAck {
  if (!ack.Check(request)) throw new AppError('VALIDATION_FAILED', 'ack takes {alertId, note?}, a note of up to 500 characters, none of which turns the direction of the text.');
  return request;
}
