import { Type, type Static } from 'typebox';
import { wordsSchema } from '../blank.js';
import { EpochMsSchema, IdSchema, listOf, oneOf } from './common.js';

/** Each role is bound to an area; an admin without one sees everything. */
export const ROLES = ['admin', 'operator', 'installer', 'grid_worker', 'property', 'city'] as const;
export type Role = (typeof ROLES)[number];

export const UsernameSchema = Type.String({ minLength: 1, maxLength: 32, pattern: '^[a-z0-9][a-z0-9._-]*$' });

/** POST /session */
export const SignInSchema = Type.Object({ username: Type.String({ minLength: 1, maxLength: 64 }), password: Type.String({ minLength: 1, maxLength: 256 }) }, { additionalProperties: false });

const Who = { username: Type.String(), name: Type.String(), role: oneOf(ROLES), area: Type.Optional(IdSchema) };
/** What a server is to people: the hub of a sub-district, or the city that pulls from hubs. */
export const SERVES = ['subdistrict', 'city'] as const;
export type Serves = (typeof SERVES)[number];
/** GET /session: who is signed in, and what they are bound to. `serves` is about the server. */
export const SessionSchema = Type.Object({ ...Who, serves: Type.Optional(oneOf(SERVES)) });
export type Session = Static<typeof SessionSchema>;

export const NewUserSchema = Type.Object({
  username: UsernameSchema, name: wordsSchema(64), role: oneOf(ROLES), area: Type.Optional(IdSchema),
  password: Type.String({ minLength: 10, maxLength: 256 }),
}, { additionalProperties: false });
export type NewUser = Static<typeof NewUserSchema>;
export const UserSchema = Type.Object({ ...Who, createdAt: EpochMsSchema });
export type User = Static<typeof UserSchema>;
export const UserListSchema = listOf(UserSchema);

/** POST /tokens → 201 {id, token}; the token is shown once. */
export const NewTokenSchema = Type.Object({
  name: wordsSchema(64), role: oneOf(ROLES), area: Type.Optional(IdSchema), expiresAt: Type.Optional(EpochMsSchema),
}, { additionalProperties: false });
export type NewToken = Static<typeof NewTokenSchema>;
export const NewTokenAnswerSchema = Type.Object({ id: Type.String(), token: Type.String() });
export const TokenSchema = Type.Object({
  id: Type.String(), name: Type.String(), role: oneOf(ROLES), area: Type.Optional(IdSchema), createdBy: Type.String(),
  createdAt: EpochMsSchema, expiresAt: Type.Optional(EpochMsSchema),
});
export type Token = Static<typeof TokenSchema>;
export const TokenListSchema = listOf(TokenSchema);

export const AuditEntrySchema = Type.Object({
  id: Type.Integer(), at: EpochMsSchema, by: Type.String(), action: Type.String(), target: Type.String(), detail: Type.Optional(Type.String()),
});
export type AuditEntry = Static<typeof AuditEntrySchema>;
/** What is done to a device, or in its name: `target` of these is the device. */
export const DEVICE_AUDIT_ACTIONS = [
  'device.created', 'device.changed', 'device.deleted', 'device.credentials-rotated', 'device.claim-code-made', 'device.claimed', 'device.accepted', 'device.photo-stored',
  'command.sent', 'command.done', 'command.failed', 'command.timed-out', 'events.read',
] as const;
export const AuditListSchema = listOf(AuditEntrySchema);
