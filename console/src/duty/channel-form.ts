import { NOTICE_EVENTS, TIERS, type Channel, type ChannelPatch, type ChannelType, type NewChannel, type NoticeEvent, type Severity, type Tier } from '@liandong/protocols';

/** A channel as it is typed. `url` and `secret` are never answered by the hub: left empty on an existing one, they stay. */
export interface ChannelForm { type: ChannelType; name: string; isEnabled: boolean; area: string; minSeverity: Severity; tiers: Tier[]; events: NoticeEvent[]; lang: 'zh' | 'en'; url: string; to: string[]; secret: string; allowPrivate: boolean }
export type ChannelFault = 'nameMissing' | 'urlMissing' | 'urlWrong' | 'toMissing' | 'toWrong' | 'tiersMissing' | 'eventsMissing';

export const emptyChannel = (lang: 'zh' | 'en'): ChannelForm => ({ type: 'wecom', name: '', isEnabled: true, area: '', minSeverity: 'major', tiers: [...TIERS], events: [...NOTICE_EVENTS], lang, url: '', to: [], secret: '', allowPrivate: false });
export const formOfChannel = (channel: Channel): ChannelForm => ({
  type: channel.type, name: channel.name, isEnabled: channel.isEnabled, area: channel.area ?? '', minSeverity: channel.minSeverity, tiers: [...channel.tiers], events: [...channel.events], lang: channel.lang,
  url: '', to: [...channel.to ?? []], secret: '', allowPrivate: channel.allowPrivate,
});

const MAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
function isWebAddress(text: string): boolean {
  try { return ['http:', 'https:'].includes(new URL(text).protocol); } catch { return false; }
}

/** By field, what keeps it from being a channel. `isNew`: an existing one has its address already. */
export function channelFaults(form: ChannelForm, isNew: boolean): Partial<Record<'name' | 'url' | 'to' | 'tiers' | 'events', ChannelFault>> {
  const url = form.url.trim();
  return {
    ...(form.name.trim() === '' ? { name: 'nameMissing' } : {}), ...(form.tiers.length === 0 ? { tiers: 'tiersMissing' } : {}), ...(form.events.length === 0 ? { events: 'eventsMissing' } : {}),
    ...(form.type === 'email'
      ? form.to.length === 0 ? { to: 'toMissing' } : form.to.every((address) => MAIL.test(address)) ? {} : { to: 'toWrong' }
      : url === '' ? isNew ? { url: 'urlMissing' } : {} : isWebAddress(url) ? {} : { url: 'urlWrong' }),
  };
}

const shared = ({ name, isEnabled, minSeverity, tiers, events, lang }: ChannelForm) => ({ name: name.trim(), isEnabled, minSeverity, tiers: [...tiers], events: [...events], lang });
const addressed = ({ type, url, to, secret, allowPrivate }: ChannelForm) => type === 'email' ? { to: [...to] } : { ...(url.trim() === '' ? {} : { url: url.trim() }), ...(secret === '' ? {} : { secret }), allowPrivate };

export const toNewChannel = (form: ChannelForm): NewChannel => ({ type: form.type, ...shared(form), ...(form.area === '' ? {} : { area: form.area }), ...addressed(form) });
/** Without an area it tells of all again. */
export const toChannelPatch = (form: ChannelForm): ChannelPatch => ({ ...shared(form), area: form.area === '' ? null : form.area, ...addressed(form) });
