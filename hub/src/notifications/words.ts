import { NOTICE_EVENTS, type Alert, type AlertEnd, type NoticeEvent, type Severity, type Tier } from '@liandong/protocols';
import { minuteInWords } from '../clock.js';
import type { Digest, Message, Notice } from './types.js';

type Lang = 'zh' | 'en';
type Words<K extends string> = Readonly<Record<K, Readonly<Record<Lang, string>>>>;

/** `ended`: `cleared` of what has not recovered, which is not to be told as good news. */
const EVENTS: Words<NoticeEvent | 'ended'> = {
  raised: { zh: '告警', en: 'Alert' }, regraded: { zh: '告警加重', en: 'Alert got worse' }, escalated: { zh: '告警升级', en: 'Alert escalated' }, cleared: { zh: '告警恢复', en: 'Alert cleared' }, ended: { zh: '告警结束', en: 'Alert ended' },
};
const ENDS: Words<AlertEnd> = {
  'out-of-service': { zh: '设备检修、未投用或已停用', en: 'its device is out of service' }, 'device-removed': { zh: '设备已删除', en: 'its device was removed' },
  'rule-off': { zh: '规则已停用或改变', en: 'its rule was switched off or changed' }, schedule: { zh: '规则的时段已过', en: 'the hours of its rule are over' },
  superseded: { zh: '以边缘机的告警为准', en: 'the alert of the edge stands for it' }, moved: { zh: '设备已移到别的区域', en: 'its device moved to another area' },
};
const SEVERITY: Words<Severity> = {
  critical: { zh: '紧急', en: 'critical' }, major: { zh: '重要', en: 'major' }, minor: { zh: '次要', en: 'minor' }, warning: { zh: '提示', en: 'warning' }, info: { zh: '信息', en: 'info' },
};
const TIER: Words<Tier> = { community: { zh: '社区', en: 'community' }, subdistrict: { zh: '街道', en: 'sub-district' }, city: { zh: '市', en: 'city' } };
const LABELS: Words<'place' | 'severity' | 'since' | 'value' | 'tier' | 'cleared' | 'ended' | 'details'> = {
  place: { zh: '位置', en: 'Place' }, severity: { zh: '级别', en: 'Severity' }, since: { zh: '开始', en: 'Since' }, value: { zh: '数值', en: 'Value' },
  tier: { zh: '处置层级', en: 'Tier' }, cleared: { zh: '恢复', en: 'Cleared' }, ended: { zh: '结束', en: 'Ended' }, details: { zh: '查看详情', en: 'Open the alert' },
};

/** What a message says, before any receiver's markup. `lines`: label and text. Everything is one line without markup of its own. */
export interface Text {
  readonly title: string; readonly severity: Severity | undefined; readonly lines: readonly { readonly label?: string; readonly text: string }[];
  readonly link: { readonly url: string; readonly label: string } | undefined;
}

/** What words are made with. `place`: where an alert is, the widest area first. `publicUrl`: the console's address for people, without a slash at the end. */
export interface WordsContext { readonly lang: Lang; readonly place: (alert: Alert) => string; readonly publicUrl: string | undefined }

/** Every message is signed with the hub's name, which can be the keyword that a DingTalk robot asks for. */
const brand = (lang: Lang): string => lang === 'zh' ? '【联动】' : '[Liandong] ';

export function textOf(message: Message, context: WordsContext): Text {
  switch (message.kind) {
    case 'notice': return noticeText(message.notice, context);
    case 'digest': return digestText(message.digest, context);
    case 'test': return {
      title: brand(context.lang) + (context.lang === 'zh' ? '测试消息' : 'Test message'), severity: undefined, link: undefined,
      lines: [{ text: context.lang === 'zh' ? '通知渠道可以收到消息。' : 'This channel receives messages.' }],
    };
  }
}

export const linkOf = (alert: Alert, publicUrl: string | undefined): string | undefined => publicUrl === undefined ? undefined : `${publicUrl}/alerts/${encodeURIComponent(alert.id)}`;

function noticeText({ event, alert }: Notice, { lang, place, publicUrl }: WordsContext): Text {
  const url = linkOf(alert, publicUrl);
  const line = (label: keyof typeof LABELS, text: string | undefined) => text === undefined ? [] : [{ label: LABELS[label][lang], text: plain(text) }];
  const told = event === 'cleared' && alert.endedBy !== undefined ? 'ended' : event;
  const over = [alert.clearedAt === undefined ? '' : timeText(alert.clearedAt), alert.endedBy === undefined ? '' : ENDS[alert.endedBy][lang]].filter(Boolean).join(' · ');
  return {
    title: `${brand(lang)}${EVENTS[told][lang]}${lang === 'zh' ? '：' : ': '}${plain(alert.message[lang])}`, severity: event === 'cleared' ? undefined : alert.severity,
    lines: [
      ...line('severity', SEVERITY[alert.severity][lang]), ...line('place', place(alert)), ...line('since', timeText(alert.raisedAt)),
      ...line('value', alert.value === undefined ? undefined : String(Math.round(alert.value * 100) / 100)),
      ...line('tier', TIER[alert.tier][lang]), ...(told === 'cleared' || told === 'ended' ? line(told, over === '' ? undefined : over) : []),
    ],
    link: url === undefined ? undefined : { url, label: LABELS.details[lang] },
  };
}

function digestText({ counts, worst, from, to }: Digest, { lang, place, publicUrl }: WordsContext): Text {
  const total = NOTICE_EVENTS.reduce((sum, event) => sum + (counts[event] ?? 0), 0);
  const parts = NOTICE_EVENTS.flatMap((event) => counts[event] === undefined ? [] : [lang === 'zh' ? `${EVENTS[event].zh} ${counts[event]} 条` : `${EVENTS[event].en}: ${counts[event]}`]);
  const shown = worst.map(({ alert }) => ({ text: plain(`${SEVERITY[alert.severity][lang]} · ${alert.message[lang]} · ${place(alert)} · ${timeText(alert.raisedAt)}`) }));
  return {
    title: brand(lang) + (lang === 'zh' ? `${total} 条通知合并` : `${total} notices in one`), severity: worst[0]?.alert.severity,
    lines: [
      { text: `${timeText(from)} – ${timeText(to)}` }, { text: parts.join(lang === 'zh' ? '，' : ', ') },
      ...(shown.length === 0 ? [] : [{ text: lang === 'zh' ? '其中最要紧的：' : 'The worst of them:' }]), ...shown,
    ],
    link: publicUrl === undefined ? undefined : { url: `${publicUrl}/alerts`, label: lang === 'zh' ? '查看全部' : 'See all' },
  };
}

/** Longest piece of text that people typed, in characters. */
const LONGEST = 200;
/** Names and messages are typed by people: on one line, and nothing a robot would take for a link, a mention (`<@all>`) or a heading. */
const plain = (text: string): string => text.replace(/\s+/g, ' ').replace(/</g, '＜').replace(/>/g, '＞').replace(/\]\(/g, '] (').trim().slice(0, LONGEST);

/** Without the year: `11-02 10:00`. */
const timeText = (at: number): string => minuteInWords(at).slice('2026-'.length);
