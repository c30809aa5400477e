import type { Channel, ChannelPatch, ChannelType, NewChannel, NoticeEvent, Severity, Tier } from '@liandong/protocols';
import type { Selectable, Updateable } from 'kysely';
import type { Database } from '../database/schema.js';
import { failureOf } from './stored-failure.js';
import type { StoredChannel } from './types.js';

type ChannelRow = Selectable<Database['channel']>;

/** Casts: the columns were written from a checked channel. */
export function toStoredChannel(row: ChannelRow): StoredChannel {
  return {
    id: row.id, type: row.type as ChannelType, name: row.name, isEnabled: row.enabled === 1, area: row.area ?? undefined, minSeverity: row.min_severity as Severity,
    tiers: JSON.parse(row.tiers) as Tier[], events: JSON.parse(row.events) as NoticeEvent[], lang: row.lang as 'zh' | 'en',
    url: row.url ?? undefined, secret: row.secret ?? undefined, to: row.recipients === null ? [] : JSON.parse(row.recipients) as string[], allowPrivate: row.allow_private === 1,
    lastSentAt: row.last_sent_at ?? undefined, lastError: row.last_error ?? undefined, lastErrorAt: row.last_error_at ?? undefined,
  };
}

/** As people see it: of the url only scheme and host, of the secret only that there is one. */
export function toChannel({ url, secret, to, area, tiers, events, lastSentAt, lastError, lastErrorAt, ...same }: StoredChannel, waiting: number): Channel {
  return {
    ...same, tiers: [...tiers], events: [...events], hasSecret: secret !== undefined, waiting,
    ...(area === undefined ? {} : { area }), ...(url === undefined ? {} : { urlHost: hostOf(url) }), ...(to.length === 0 ? {} : { to: [...to] }),
    ...(lastSentAt === undefined ? {} : { lastSentAt }), ...lastFailure(lastError), ...(lastErrorAt === undefined ? {} : { lastErrorAt }),
  };
}

export function toRow({ id, at, ...channel }: NewChannel & { id: string; at: number }): ChannelRow {
  return {
    id, type: channel.type, name: channel.name, enabled: channel.isEnabled ? 1 : 0, area: channel.area ?? null, min_severity: channel.minSeverity,
    tiers: JSON.stringify(channel.tiers), events: JSON.stringify(channel.events), lang: channel.lang, url: channel.url ?? null, secret: channel.secret ?? null,
    recipients: channel.to === undefined ? null : JSON.stringify(channel.to), allow_private: channel.allowPrivate === true ? 1 : 0,
    created_at: at, last_sent_at: null, last_error: null, last_error_at: null,
  };
}

/** Only the columns that the patch names. */
export const toChangedColumns = (patch: ChannelPatch): Updateable<Database['channel']> => ({
  ...(patch.name === undefined ? {} : { name: patch.name }),
  ...(patch.isEnabled === undefined ? {} : { enabled: patch.isEnabled ? 1 : 0 }),
  ...(patch.area === undefined ? {} : { area: patch.area }), // null: every area
  ...(patch.minSeverity === undefined ? {} : { min_severity: patch.minSeverity }),
  ...(patch.tiers === undefined ? {} : { tiers: JSON.stringify(patch.tiers) }),
  ...(patch.events === undefined ? {} : { events: JSON.stringify(patch.events) }),
  ...(patch.lang === undefined ? {} : { lang: patch.lang }),
  ...(patch.url === undefined ? {} : { url: patch.url }),
  ...(patch.secret === undefined ? {} : { secret: patch.secret }),
  ...(patch.to === undefined ? {} : { recipients: JSON.stringify(patch.to) }),
  ...(patch.allowPrivate === undefined ? {} : { allow_private: patch.allowPrivate ? 1 : 0 }),
});

function lastFailure(text: string | undefined): Pick<Channel, 'lastError' | 'lastErrorZh'> {
  if (text === undefined) return {};
  const { error, errorZh } = failureOf(text);
  return { lastError: error, ...(errorZh === undefined ? {} : { lastErrorZh: errorZh }) };
}

function hostOf(url: string): string {
  const { protocol, host } = new URL(url); // it was checked when it was stored
  return `${protocol}//${host}`;
}
