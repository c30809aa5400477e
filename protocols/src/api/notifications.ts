import { Type, type Static } from 'typebox';
import { SEVERITIES, TIERS } from '../alerts.js';
import { wordsSchema } from '../blank.js';
import { AlertSchema } from './alerts.js';
import { CursorQuery, EpochMsSchema, IdSchema, LimitQuery, listOf, oneOf } from './common.js';

/** How a message leaves the hub. */
export const CHANNEL_TYPES = ['webhook', 'wecom', 'dingtalk', 'email'] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];
/** What of an alert is told. */
export const NOTICE_EVENTS = ['raised', 'regraded', 'escalated', 'cleared'] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

const editable = {
  name: wordsSchema(64), isEnabled: Type.Boolean({ default: true }),
  /** Alerts of this area and below; absent: all the maker may see. */
  area: Type.Optional(IdSchema),
  /** From this severity on. */
  minSeverity: oneOf(SEVERITIES), tiers: Type.Array(oneOf(TIERS), { minItems: 1, maxItems: 3 }), events: Type.Array(oneOf(NOTICE_EVENTS), { minItems: 1, maxItems: 4 }),
  lang: oneOf(['zh', 'en']),
};
/**
 * POST /channels. `url`: of a webhook, a WeCom or a DingTalk robot; `to`: addresses of an e-mail, sent by the hub's SMTP settings. `secret` signs (HMAC-SHA256) and is never
 * answered. `allowPrivate`: an admin lets it reach private, link-local or loopback addresses.
 */
export const NewChannelSchema = Type.Object({
  type: oneOf(CHANNEL_TYPES), ...editable, url: Type.Optional(Type.String({ minLength: 1, maxLength: 2000 })), to: Type.Optional(Type.Array(Type.String({ minLength: 3, maxLength: 254 }), { minItems: 1, maxItems: 50 })),
  secret: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })), allowPrivate: Type.Optional(Type.Boolean()),
}, { additionalProperties: false });
export type NewChannel = Static<typeof NewChannelSchema>;
/** PATCH /channels/{id}; `area` null: no area any more, all the maker may see. */
export const ChannelPatchSchema = Type.Partial(Type.Object({ ...editable, area: Type.Union([IdSchema, Type.Null()]), url: Type.String({ minLength: 1, maxLength: 2000 }), to: Type.Array(Type.String({ minLength: 3, maxLength: 254 }), { minItems: 1, maxItems: 50 }), secret: Type.String({ minLength: 1, maxLength: 256 }), allowPrivate: Type.Boolean() }), { additionalProperties: false });
export type ChannelPatch = Static<typeof ChannelPatchSchema>;
/** Of the url only scheme and host are answered: robots carry their key in it. */
export const ChannelSchema = Type.Object({
  id: Type.String(), type: oneOf(CHANNEL_TYPES), ...editable, name: Type.String(), urlHost: Type.Optional(Type.String()), to: Type.Optional(Type.Array(Type.String())), hasSecret: Type.Boolean(),
  allowPrivate: Type.Boolean(), waiting: Type.Integer(), lastSentAt: Type.Optional(EpochMsSchema), lastError: Type.Optional(Type.String()), /** `lastError` in Chinese. */ lastErrorZh: Type.Optional(Type.String()), lastErrorAt: Type.Optional(EpochMsSchema),
});
export type Channel = Static<typeof ChannelSchema>;
export const ChannelListSchema = listOf(ChannelSchema);

/** Answer of POST /channels/{id}/test: `error` says in words why the message did not get through, `errorZh` in Chinese. */
export const ChannelTestSchema = Type.Object({ ok: Type.Boolean(), error: Type.Optional(Type.String()), errorZh: Type.Optional(Type.String()) });
export type ChannelTest = Static<typeof ChannelTestSchema>;

/** `given_up`: refused for good, or not delivered within 24 h; `error` says why, `errorZh` in Chinese. `withdrawn`: its alert cleared before the message was due. */
export const NOTIFICATION_STATES = ['waiting', 'sent', 'given_up', 'withdrawn'] as const;
export type NotificationState = (typeof NOTIFICATION_STATES)[number];
/**
 * GET /notifications: the outbox, newest first. `key` is the idempotency key the receiver gets: one that was sent twice has the same one twice.
 * `digest` is the key of the message that told it together with others.
 */
export const NotificationSchema = Type.Object({
  id: Type.Integer(), key: Type.String(), channel: Type.String(), alertId: Type.String(), event: oneOf(NOTICE_EVENTS), severity: oneOf(SEVERITIES), tier: oneOf(TIERS), state: oneOf(NOTIFICATION_STATES),
  at: EpochMsSchema, attempts: Type.Integer(), sentAt: Type.Optional(EpochMsSchema), nextAt: Type.Optional(EpochMsSchema), error: Type.Optional(Type.String()), errorZh: Type.Optional(Type.String()), digest: Type.Optional(Type.String()),
});
export type Notification = Static<typeof NotificationSchema>;
export const NotificationListSchema = listOf(NotificationSchema);
export const NotificationQuerySchema = Type.Object({
  channel: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })), state: Type.Optional(oneOf(NOTIFICATION_STATES)), limit: LimitQuery, cursor: CursorQuery,
}, { additionalProperties: false });
export type NotificationQuery = Static<typeof NotificationQuerySchema>;

/**
 * What a webhook is sent. `id` is the idempotency key, also in header `Idempotency-Key`; `alert` is as it was at `at` (hub time), and absent from a test.
 * Signed, when the channel has a secret, by `X-Liandong-Signature: sha256={hex}` = HMAC-SHA256 of `{X-Liandong-Timestamp}.{body}`.
 */
export const WebhookBodySchema = Type.Object({
  id: Type.String(), event: oneOf([...NOTICE_EVENTS, 'test']), at: EpochMsSchema, channel: Type.String(), alert: Type.Optional(AlertSchema), link: Type.Optional(Type.String()),
});
export type WebhookBody = Static<typeof WebhookBodySchema>;
