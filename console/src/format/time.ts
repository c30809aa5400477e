import type { EpochMs } from '@liandong/protocols';

/** The hub's days and hours are UTC+8 wherever the browser is. */
const ZONE = 'Asia/Shanghai';
const part = (options: Intl.DateTimeFormatOptions, locale = 'zh-CN') => new Intl.DateTimeFormat(locale, { timeZone: ZONE, hourCycle: 'h23', ...options });
const clock = part({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
const minute = part({ hour: '2-digit', minute: '2-digit' });
const isoDay = part({ year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA');
const dayByLocale = new Map<string, Intl.DateTimeFormat>();

/** `09:41:26` */
export const formatClock = (at: EpochMs): string => clock.format(at);
/** `09:41` */
export const formatMinute = (at: EpochMs): string => minute.format(at);
/** `11月23日 周一`, `Mon, Nov 23` */
export function formatDay(at: EpochMs, locale: string): string {
  const format = dayByLocale.get(locale) ?? part({ month: locale === 'en' ? 'short' : 'long', day: 'numeric', weekday: 'short' }, locale);
  dayByLocale.set(locale, format);
  return locale === 'en' ? format.format(at) : format.format(at).replace(/周/, ' 周').replace(/\s+/, ' ');
}
/** `09:41:26` today, `11-22 09:41` before. */
export function formatMoment(at: EpochMs, now: EpochMs): string {
  const day = isoDay.format(at);
  return day === isoDay.format(now) ? formatClock(at) : `${day.slice(5)} ${formatMinute(at)}`;
}

/** Hour of the day, 0–23, at the hub. */
export const hourOfDay = (at: EpochMs): number => Number(formatMinute(at).slice(0, 2));

export type AgeUnit = 's' | 'min' | 'h' | 'd';
/** An age in one unit, rounded down; a moment that lies ahead (clocks differ) has the age 0. */
export function ageParts(ageMs: number): { n: number; unit: AgeUnit } {
  const seconds = Math.max(0, Math.floor(ageMs / 1000));
  if (seconds < 60) return { n: seconds, unit: 's' };
  if (seconds < 3600) return { n: Math.floor(seconds / 60), unit: 'min' };
  if (seconds < 86_400) return { n: Math.floor(seconds / 3600), unit: 'h' };
  return { n: Math.floor(seconds / 86_400), unit: 'd' };
}

/** A waiting time in two units: which phrase, and its numbers. */
export function durationParts(durationMs: number): { key: 's' | 'ms' | 'hm' | 'dh'; s: number; m: number; h: number; d: number } {
  const total = Math.max(0, Math.floor(durationMs / 1000));
  const [s, m, h, d] = [total % 60, Math.floor(total / 60) % 60, Math.floor(total / 3600) % 24, Math.floor(total / 86_400)];
  return { key: d > 0 ? 'dh' : h > 0 ? 'hm' : m > 0 ? 'ms' : 's', s, m, h, d };
}

/** `00:48`, `1:05:09` from an hour on. */
export function stopwatch(durationMs: number): string {
  const total = Math.max(0, Math.floor(durationMs / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const [s, m, h] = [total % 60, Math.floor(total / 60) % 60, Math.floor(total / 3600)];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}
