import { Type, type Static } from 'typebox';
import { wordsSchema } from '../blank.js';
import { CODECS, COMMAND_TYPES, DEVICE_KINDS, DEVICE_STATUSES, PAYLOAD_CODECS } from '../devices.js';
import { ACCEPTANCE_CONDITIONS, DIAGNOSES, type AcceptanceCondition, type DiagnosisCode } from '../installation.js';
import { NOISE_CLASSES } from '../noise-limits.js';
import { REFUSAL_REASONS, type RefusalReason } from '../refusals.js';
import { CursorQuery, EpochMsSchema, IdSchema, LimitQuery, LocationSchema, listOf, oneOf } from './common.js';
import { LatestSchema } from './telemetry.js';

const Name = wordsSchema(64);
/** Installation facts; a bin measured by distance needs depth and dead zone in millimetres. */
export const InstallSchema = Type.Object({
  depthMm: Type.Optional(Type.Integer({ minimum: 1, maximum: 20_000 })),
  deadZoneMm: Type.Optional(Type.Integer({ minimum: 0, maximum: 20_000 })),
  heightMm: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
  doorName: Type.Optional(Type.String({ maxLength: 64 })),
  /** Class of sound environment where it stands (GB 3096-2008); noise rules use it before their own. */
  noiseClass: Type.Optional(oneOf(NOISE_CLASSES)),
}, { additionalProperties: false });

/** Chinese maps and phones speak GCJ-02, satellite receivers WGS-84. */
export const DatumSchema = oneOf(['WGS-84', 'GCJ-02']);

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
  /** Of `location` as it is sent; kept and answered is WGS-84. */
  datum: Type.Optional(DatumSchema),
  install: Type.Optional(InstallSchema),
  reportingIntervalS: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400, default: 60, description: 'Seconds between reports' })),
};

/** POST /devices. `area` is a community or a grid. */
export const NewDeviceSchema = Type.Object({
  id: IdSchema, kind: oneOf(DEVICE_KINDS), codec: Type.Optional(oneOf(CODECS)), ...editable,
  /** Prepares the device for an installer: it is made un-accepted, and the answer holds its claim code. */
  claim: Type.Optional(Type.Boolean()),
}, { additionalProperties: false });
export type NewDevice = Static<typeof NewDeviceSchema>;

/** PATCH /devices/{id}; `status` moves a device into or out of maintenance, or retires it. */
export const DevicePatchSchema = Type.Partial(Type.Object({ ...editable, status: oneOf(['maintenance', 'provisioned', 'retired']) }), { additionalProperties: false });
export type DevicePatch = Static<typeof DevicePatchSchema>;

export const DeviceSchema = Type.Object({
  id: IdSchema, name: Type.String(), kind: oneOf(DEVICE_KINDS), area: IdSchema, codec: oneOf(CODECS),
  gateway: Type.Optional(IdSchema), externalId: Type.Optional(Type.String()), payloadCodec: Type.Optional(Type.String()), topicPrefix: Type.Optional(Type.String()),
  location: Type.Optional(LocationSchema), install: Type.Optional(InstallSchema),
  reportingIntervalS: Type.Integer(), status: oneOf(DEVICE_STATUSES),
  /** `false` until an installer has seen a first plausible reading: its alerts don't count yet. Absent: accepted. */
  accepted: Type.Optional(Type.Boolean()), lastSeenAt: Type.Optional(EpochMsSchema),
});
export type Device = Static<typeof DeviceSchema>;
/** GET /devices/{id}. Of the twin, what the hub asked of the device and what the device said it took; absent: nothing yet. */
export const DeviceWithTwinSchema = Type.Object({
  ...DeviceSchema.properties,
  twin: Type.Optional(Type.Object({
    desired: Type.Optional(Type.Record(Type.String(), Type.Unknown())), reported: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  })),
});
export type DeviceWithTwin = Static<typeof DeviceWithTwinSchema>;
export const DeviceListSchema = listOf(DeviceSchema);

/** The only time a secret is shown. */
export const CredentialsSchema = Type.Object({ username: Type.String(), password: Type.String() });
export type Credentials = Static<typeof CredentialsSchema>;
/** POST /devices/{id}/claim-code. The code is shown this once; `url` is the path of the phone's page with it. */
export const ClaimCodeSchema = Type.Object({ code: Type.String(), url: Type.String() });
export type ClaimCode = Static<typeof ClaimCodeSchema>;
export const NewDeviceAnswerSchema = Type.Object({ device: DeviceSchema, credentials: CredentialsSchema, claim: Type.Optional(ClaimCodeSchema) });
export type NewDeviceAnswer = Static<typeof NewDeviceAnswerSchema>;
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
  datum: Type.Optional(DatumSchema), install: Type.Optional(InstallSchema), reportingIntervalS: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
}, { additionalProperties: false });
export type Claim = Static<typeof ClaimSchema>;

/** What a device still lacks; empty: it can be accepted, or was. */
export const AcceptanceSchema = Type.Object({
  accepted: Type.Boolean(),
  lacks: Type.Array(Type.Object({ code: oneOf(wordsOf<AcceptanceCondition>(ACCEPTANCE_CONDITIONS)), zh: Type.String(), en: Type.String() })),
});
export type Acceptance = Static<typeof AcceptanceSchema>;
export const ClaimAnswerSchema = Type.Object({ device: DeviceSchema, credentials: CredentialsSchema, acceptance: AcceptanceSchema });
export type ClaimAnswer = Static<typeof ClaimAnswerSchema>;

/** GET /devices/{id}/installation: what a person who stands in front of the device wants to know. */
export const InstallationSchema = Type.Object({
  lastMessageAt: Type.Optional(EpochMsSchema),
  values: LatestSchema.properties.values,
  /** The latest payload since the hub's start, while the device is not accepted: first 2 KiB as text, what names people masked, nothing of a biometric one. */
  raw: Type.Optional(Type.Object({ topic: Type.String(), payload: Type.String(), at: EpochMsSchema })),
  /** What that payload came to. Of events only the type: their data are about people. */
  decoded: Type.Optional(Type.Object({
    values: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Boolean()])), events: Type.Array(Type.String()),
    refused: Type.Array(Type.Object({ reason: Type.String(), detail: Type.Optional(Type.String()), zh: Type.String(), en: Type.String() })),
  })),
  diagnosis: Type.Object({ code: oneOf(wordsOf<DiagnosisCode>(DIAGNOSES)), zh: Type.String(), en: Type.String(), detail: Type.Optional(Type.String()) }),
  acceptance: AcceptanceSchema, hasPhoto: Type.Boolean(),
});
export type Installation = Static<typeof InstallationSchema>;

/** GET /devices/discovered: latest first. */
export const DiscoveredQuerySchema = Type.Object({ gateway: Type.Optional(IdSchema), limit: LimitQuery, cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })) }, { additionalProperties: false });
export type DiscoveredQuery = Static<typeof DiscoveredQuerySchema>;

/** Labels on one sheet at most. */
export const MOST_LABELS = 200;
/** GET /devices/labels: either of the two. */
export const LabelQuerySchema = Type.Object({
  area: Type.Optional(IdSchema), ids: Type.Optional(Type.String({ maxLength: 33 * MOST_LABELS, description: 'Ids, comma-separated' })),
}, { additionalProperties: false });
export type LabelQuery = Static<typeof LabelQuerySchema>;
/** POST /devices/labels: fresh claim codes for devices nobody has claimed. */
export const NewLabelsSchema = Type.Object({ ids: Type.Array(IdSchema, { minItems: 1, maxItems: MOST_LABELS, uniqueItems: true }) }, { additionalProperties: false });

/** The largest photo of a device (bytes), and its types. */
export const PHOTO_LIMITS = { bytes: 5 * 1024 * 1024, types: ['image/jpeg', 'image/png', 'image/webp'] } as const;

/** Keys of a table of words: `Object.keys` forgets their type. */
function wordsOf<K extends string>(table: Readonly<Record<K, unknown>>): K[] { return Object.keys(table) as K[]; }
