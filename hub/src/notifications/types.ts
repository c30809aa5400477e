import type { Alert, AreaId, ChannelType, EpochMs, Label, NoticeEvent, Severity, Tier } from '@liandong/protocols';

/** A channel as it is stored, its secrets included; these never leave this folder but towards the receiver. */
export interface StoredChannel {
  readonly id: string; readonly type: ChannelType; readonly name: string; readonly isEnabled: boolean;
  /** Undefined: every alert. */
  readonly area: AreaId | undefined;
  readonly minSeverity: Severity; readonly tiers: readonly Tier[]; readonly events: readonly NoticeEvent[]; readonly lang: 'zh' | 'en';
  readonly url: string | undefined; readonly secret: string | undefined; readonly to: readonly string[]; readonly allowPrivate: boolean;
  readonly lastSentAt: EpochMs | undefined; /** As `stored-failure.ts` keeps it. */ readonly lastError: string | undefined; readonly lastErrorAt: EpochMs | undefined;
}

/** One thing to be told: `key` is the idempotency key. */
export interface Notice { readonly key: string; readonly event: NoticeEvent; readonly at: EpochMs; readonly alert: Alert }
/** Many at once, for receivers that take only so many messages a minute: how many of each event, and the worst of them, worst first. */
export interface Digest { readonly key: string; readonly from: EpochMs; readonly to: EpochMs; readonly counts: Readonly<Partial<Record<NoticeEvent, number>>>; readonly worst: readonly Notice[] }
/** What goes out as one message. */
export type Message = { readonly kind: 'notice'; readonly notice: Notice } | { readonly kind: 'digest'; readonly digest: Digest } | { readonly kind: 'test'; readonly key: string; readonly at: EpochMs };

/** How it went. `retry`: it may go better later, not before `afterMs` when the receiver said so; `isSettings`: when somebody has put right what the channel or the receiver is set to. `refused`: the same message will never be taken. `remark`: sent, but not to all. */
export type Outcome =
  | { readonly state: 'sent'; readonly remark?: Label }
  | { readonly state: 'retry'; readonly error: Label; readonly afterMs?: number; readonly isSettings?: boolean }
  | { readonly state: 'refused'; readonly error: Label };

/** Sends one message over one channel. Never rejects. */
export type Deliver = (channel: StoredChannel, message: Message, signal?: AbortSignal) => Promise<Outcome>;

/** Receivers of these take 20 messages a minute (WeCom's and DingTalk's documents; of e-mail, so as not to be taken for spam), so that many at once become a digest. */
export const isPaced = ({ type }: Pick<StoredChannel, 'type'>): boolean => type !== 'webhook';
