import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import { ERRORS, METRICS, isBlank, isMetricKey, type EpochMs, type Label, type MetricKey, type MetricValue, type Rule } from '@liandong/protocols';
import { ApiError, type ApiErrorCode } from '../api/api-error.js';
import { ageParts, durationParts } from '../format/time.js';
import { formatCount, formatNumber } from '../format/values.js';
import type { Locale } from '../i18n.js';
import type { DeviceTotals } from '../live/device-totals.js';
import { useAreasStore } from '../stores/areas.js';
import { useClockStore } from '../stores/clock.js';

/** Turns data into the words of the language in use. */
export function useWords() {
  const { t, te, locale } = useI18n();
  const areas = useAreasStore();
  const clock = useClockStore();
  // The locale is only ever set to one of LOCALES.
  const language = computed(() => locale.value as Locale);
  const ofLabel = (label: Label): string => language.value === 'en' ? label.en || label.zh : label.zh || label.en;

  return {
    t, te, language, ofLabel,
    /** What a rule is called; one without a name, from before it needed one, by its id. */
    ruleTitle: ({ id, name }: Pick<Rule, 'id' | 'name'>): string => [ofLabel(name), name.zh, name.en].find((words) => !isBlank(words)) ?? id,
    /** The hub's own sentence in the page's language; in English where it has no other. */
    eitherOf: (en: string | undefined, zh: string | undefined): string => (language.value === 'en' ? en : zh ?? en) ?? '',
    age: (at: EpochMs | undefined): string => at === undefined ? t('age.never') : ageText(clock.hubNow - at),
    ageText,
    duration,
    /** A round time in one unit, as policies mostly have them: `10 分`; else in two. */
    shortDuration: (ms: number): string => ms % 60_000 === 0 ? ageText(ms) : duration(ms),
    areaName: (id: string): string => areas.nameOf(id, language.value),
    /** Community and grid, the community once: a grid's name often begins with it. */
    placeName(id: string): string {
      const community = areas.communityOf(id);
      const own = areas.nameOf(id, language.value);
      return community === undefined || community.id === id || own.startsWith(areas.nameOf(community.id, language.value)) ? own : `${areas.nameOf(community.id, language.value)} · ${own}`;
    },
    metricName: (key: string): string => isMetricKey(key) ? ofLabel(METRICS[key].label) : key,
    valueText: (key: MetricKey, value: MetricValue): string => typeof value === 'boolean' ? t(value ? 'device.yes' : 'device.no') : formatNumber(key, value),
    /** `15 台中 10 台在线，5 台未接入`; parts of which there are none stay unsaid. */
    devicesInWords({ total, online, ...others }: DeviceTotals): string {
      const parts = (['offline', 'unseen', 'maintenance'] as const).flatMap((part) => others[part] === 0 ? [] : [t(`figures.part.${part}`, { n: formatCount(others[part]) })]);
      return [t('figures.part.online', { n: formatCount(online), total: formatCount(total) }), ...parts].join(t('figures.part.join'));
    },
    eventName: (type: string): string => te(`event.${type}`) ? t(`event.${type}`) : `${t('event.other')} (${type})`,
    errorText,
    /** As `errorText`, of what the hub answered for one of many. */
    errorTextOf: (code: ApiErrorCode): string => errorText(new ApiError(code, 0)),
  };

  function duration(ms: number): string {
    const { key, ...numbers } = durationParts(ms);
    return t(`duration.${key}`, numbers);
  }
  function ageText(ms: number): string {
    const { n, unit } = ageParts(ms);
    return t(`age.${unit}`, { n });
  }
  /** What went wrong, in words; never a code. */
  function errorText(error: unknown): string {
    if (!(error instanceof ApiError)) return t('error.title');
    if (error.code === 'UNREACHABLE') return t('error.unreachable');
    return error.code === 'TIMEOUT' ? t('error.timeout') : ofLabel(ERRORS[error.code]);
  }
}
