import { Type, type Static } from 'typebox';
import { SEVERITIES, TIERS } from '../alerts.js';
import { EpochMsSchema, IdSchema, listOf, oneOf } from './common.js';

/** How a message leaves the hub. */
export const CHANNEL_TYPES = ['webhook', 'wecom', 'dingtalk', 'email'] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];
/** What of an alert is told. */
export const NOTICE_EVENTS = ['raised', 'regraded', 'escalated', 'cleared'] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

const editable = {
  name: Type.String({ minLength: 1, maxLength: 64, pattern: '\\S' }), isEnabled: Type.Boolean({ default: true }),
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
/** PATCH /channels/{id} */
export const ChannelPatchSchema = Type.Partial(Type.Object({ ...editable, url: Type.String({ minLength: 1, maxLength: 2000 }), to: Type.Array(Type.String({ minLength: 3, maxLength: 254 }), { minItems: 1, maxItems: 50 }), secret: Type.String({ minLength: 1, maxLength: 256 }), allowPrivate: Type.Boolean() }), { additionalProperties: false });
export type ChannelPatch = Static<typeof ChannelPatchSchema>;
/** Of the url only scheme and host are answered: robots carry their key in it. */
export const ChannelSchema = Type.Object({
  id: Type.String(), type: oneOf(CHANNEL_TYPES), ...editable, urlHost: Type.Optional(Type.String()), to: Type.Optional(Type.Array(Type.String())), hasSecret: Type.Boolean(),
  allowPrivate: Type.Boolean(), waiting: Type.Integer(), lastSentAt: Type.Optional(EpochMsSchema), lastError: Type.Optional(Type.String()), lastErrorAt: Type.Optional(EpochMsSchema),
});
export type Channel = Static<typeof ChannelSchema>;
export const ChannelListSchema = listOf(ChannelSchema);

/** GET /notifications: the outbox, newest first. `key` is the idempotency key the receiver gets: one that was sent twice has the same one twice. */
export const NotificationSchema = Type.Object({
  id: Type.Integer(), key: Type.String(), channel: Type.String(), alertId: Type.String(), event: oneOf(NOTICE_EVENTS), state: oneOf(['waiting', 'sent', 'given_up']),
  at: EpochMsSchema, attempts: Type.Integer(), sentAt: Type.Optional(EpochMsSchema), nextAt: Type.Optional(EpochMsSchema), error: Type.Optional(Type.String()),
});
export type Notification = Static<typeof NotificationSchema>;
export const NotificationListSchema = listOf(NotificationSchema);
