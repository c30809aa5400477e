import { Type, type Static } from 'typebox';
import { CODECS, COMMAND_TYPES, DEVICE_KINDS, DEVICE_STATUSES, PAYLOAD_CODECS } from '../devices.js';
import { REFUSAL_REASONS, type RefusalReason } from '../refusals.js';
import { CursorQuery, EpochMsSchema, IdSchema, LimitQuery, LocationSchema, listOf, oneOf } from './common.js';

const Name = Type.String({ minLength: 1, maxLength: 64, pattern: '\\S' });
/** Installation facts; a bin measured by distance needs depth and dead zone in millimetres. */
export const InstallSchema = Type.Object({
  depthMm: Type.Optional(Type.Integer({ minimum: 1, maximum: 20_000 })),
  deadZoneMm: Type.Optional(Type.Integer({ minimum: 0, maximum: 20_000 })),
  heightMm: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
  doorName: Type.Optional(Type.String({ maxLength: 64 })),
}, { additionalProperties: false });

const editable = {
  name: Name,
  area: IdSchema,
  /** The gateway that carries the device, and how it names it: devEui, friendly name, serial. */
  gateway: Type.Optional(IdSchema),
  externalId: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  /** For uplinks that carry raw bytes. */
  payloadCodec: Type.Optional(oneOf(PAYLOAD_CODECS)),
  /** Of a gateway: it may publish below this, such as `application/5` or `zigbee2mqtt`. */
  topicPrefix: Type.Optional(Type.String({ minLength: 1, maxLength: 128, pattern: '^[^#+/\\s\\u0000][^#+\\s\\u0000]*$' })),
  location: Type.Optional(LocationSchema),
  install: Type.Optional(InstallSchema),
  reportingIntervalS: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400, default: 60, description: 'Seconds between reports' })),
};

/** POST /devices. `area` is a community or a grid. */
export const NewDeviceSchema = Type.Object({
  id: IdSchema, kind: oneOf(DEVICE_KINDS), codec: Type.Optional(oneOf(CODECS)), ...editable,
}, { additionalProperties: false });
export type NewDevice = Static<typeof NewDeviceSchema>;

/** PATCH /devices/{id}; `status` moves a device into or out of maintenance, or retires it. */
export const DevicePatchSchema = Type.Partial(Type.Object({ ...editable, status: oneOf(['maintenance', 'provisioned', 'retired']) }), { additionalProperties: false });
export type DevicePatch = Static<typeof DevicePatchSchema>;

export const DeviceSchema = Type.Object({
  id: IdSchema, name: Name, kind: oneOf(DEVICE_KINDS), area: IdSchema, codec: oneOf(CODECS),
  gateway: Type.Optional(IdSchema), externalId: Type.Optional(Type.String()), payloadCodec: Type.Optional(Type.String()), topicPrefix: Type.Optional(Type.String()),
  location: Type.Optional(LocationSchema), install: Type.Optional(InstallSchema),
  reportingIntervalS: Type.Integer(), status: oneOf(DEVICE_STATUSES), 
  /** `false` until an installer has seen a first plausible reading: its alerts don't count yet. Absent: accepted. */
  accepted: Type.Optional(Type.Boolean()), lastSeenAt: Type.Optional(EpochMsSchema),
});
export type Device = Static<typeof DeviceSchema>;
export const DeviceListSchema = listOf(DeviceSchema);

/** The only time a secret is shown. */
export const CredentialsSchema = Type.Object({ username: Type.String(), password: Type.String() });
export type Credentials = Static<typeof CredentialsSchema>;
export const NewDeviceAnswerSchema = Type.Object({ device: DeviceSchema, credentials: CredentialsSchema });
export const CredentialsAnswerSchema = Type.Object({ credentials: CredentialsSchema });

/** GET /devices */
export const DeviceQuerySchema = Type.Object({
  area: Type.Optional(IdSchema), kind: Type.Optional(oneOf(DEVICE_KINDS)), status: Type.Optional(oneOf(DEVICE_STATUSES)),
  q: Type.Optional(Type.String({ maxLength: 64, description: 'Part of the id or name' })), limit: LimitQuery, cursor: CursorQuery,
}, { additionalProperties: false });
export type DeviceQuery = Static<typeof DeviceQuerySchema>;

/** GET /devices/{id}/refusals: counts by reason since the device was made, and the latest refused payload. */
export const RefusalsSchema = Type.Object({
  counts: Type.Partial(Type.Object(Object.fromEntries(Object.keys(REFUSAL_REASONS).map((reason) => [reason, Type.Integer()])))),
  last: Type.Optional(Type.Object({
    at: EpochMsSchema, reason: Type.String(), detail: Type.Optional(Type.String()), topic: Type.String(),
    payload: Type.String({ description: 'First 2 KiB as text; credentials masked; empty when it carried biometric data' }),
  })),
});
/** Spelled out because the schema's keys are computed. */
export interface Refusals {
  counts: Partial<Record<RefusalReason, number>>;
  last?: { at: number; reason: RefusalReason; detail?: string; topic: string; payload: string };
}

/** GET /devices/discovered: external devices that a gateway speaks of and nobody has registered yet. */
export const DiscoveredSchema = Type.Object({
  gateway: IdSchema, externalId: Type.String(), name: Type.Optional(Type.String()), model: Type.Optional(Type.String()),
  firstSeenAt: EpochMsSchema, lastSeenAt: EpochMsSchema, count: Type.Integer(), sample: Type.String({ description: 'Latest payload, first 2 KiB' }),
});
export type Discovered = Static<typeof DiscoveredSchema>;
export const DiscoveredListSchema = listOf(DiscoveredSchema);

/** POST /devices/{id}/commands */
export const NewCommandSchema = Type.Object({ type: oneOf(COMMAND_TYPES), data: Type.Optional(Type.Record(Type.String(), Type.Unknown())) }, { additionalProperties: false });
export type NewCommand = Static<typeof NewCommandSchema>;
export const CommandSchema = Type.Object({
  id: Type.String(), device: IdSchema, type: oneOf(COMMAND_TYPES), data: Type.Optional(Type.Record(Type.String(), Type.Unknown())), by: Type.String(),
  at: EpochMsSchema, state: oneOf(['pending', 'done', 'failed', 'timed_out']), answeredAt: Type.Optional(EpochMsSchema), error: Type.Optional(Type.String()),
});
export type Command = Static<typeof CommandSchema>;
export const CommandListSchema = listOf(CommandSchema);

/** POST /devices/claim. The code is used up when the answer is 200. */
export const ClaimSchema = Type.Object({
  code: Type.String({ minLength: 8, maxLength: 64 }), name: Type.Optional(Name), area: IdSchema, location: Type.Optional(LocationSchema),
  datum: Type.Optional(oneOf(['WGS-84', 'GCJ-02'])), install: Type.Optional(InstallSchema), reportingIntervalS: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
}, { additionalProperties: false });
export type Claim = Static<typeof ClaimSchema>;
