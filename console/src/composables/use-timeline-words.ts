import type { AlertCondition, AlertTimelineEntry } from '@liandong/protocols';
import { formatMoment } from '../format/time.js';
import { readHubNote } from '../live/hub-note.js';
import { useClockStore } from '../stores/clock.js';
import { useMeasureWords } from './use-measure-words.js';
import { usePeople } from './use-people.js';
import { useWords } from './use-words.js';

/** An entry of an alert's timeline as a sentence: who did what, to which tier or person, until when. `condition`: what its values are of. */
export function useTimelineWords(condition: () => AlertCondition | undefined) {
  const { t, te } = useWords();
  const clock = useClockStore();
  const [{ nameOf }, { valueText }] = [usePeople(), useMeasureWords()];

  function wordsOf(entry: AlertTimelineEntry): string {
    const { change, by, tier, until, severity, value, endedBy } = entry;
    const who = by === undefined || by === '' ? undefined : entry.byName ?? nameOf(by);
    const assignee = entry.assignee === undefined ? undefined : entry.assigneeName ?? nameOf(entry.assignee);
    const named = { who: who ?? '', tier: tier === undefined ? '' : t(`tier.${tier}`), assignee: assignee ?? '', at: until === undefined ? '' : minuteOf(until) };
    switch (change) {
      case 'acked': case 'unacked': case 'commented': case 'unshelved': return who === undefined ? plain(change) : t(`timeline.${change}`, named);
      case 'assigned': return assignee === undefined ? t('timeline.unassigned', named) : who === undefined || by === entry.assignee ? t('timeline.taken', named) : t('timeline.assigned', named);
      case 'shelved': return who === undefined ? plain(change) : t(until === undefined ? 'timeline.shelved' : 'timeline.shelvedUntil', named);
      case 'escalated': return tier === undefined ? plain(change) : t(who === undefined ? 'timeline.escalated' : 'timeline.escalatedBy', named);
      case 'cleared': return who === undefined ? join([plain(endedBy === undefined ? change : 'ended'), figureOf(value)]) : t('timeline.clearedBy', named);
      case 'raised': case 'regraded': case 'repeated': case 'reraised': case 'inhibited': case 'released': case 'grouped': case 'ungrouped':
        return join([plain(change), severity === undefined || change === 'repeated' ? '' : t(`severity.${severity}`), figureOf(value), who ?? '']);
      // A newer hub may know more.
      default: return plain(change);
    }
  }
  const figureOf = (value: number | undefined): string => value === undefined ? '' : valueText(condition(), value);
  const plain = (change: string): string => te(`alert.change.${change}`) ? t(`alert.change.${change}`) : t('alert.change.other');
  const join = (parts: readonly string[]): string => parts.filter(Boolean).join(' · ');
  /** `10:15` today, `11-22 10:15` on another day. */
  const minuteOf = (at: number): string => { const moment = formatMoment(at, clock.hubNow); return moment.length === 8 ? moment.slice(0, 5) : moment; };
  /** What calls for somebody, what a person did, what has recovered. */
  const toneOf = ({ change, by, endedBy }: AlertTimelineEntry): string =>
    change === 'cleared' && endedBy === undefined ? 'good' : ['raised', 'regraded', 'reraised', 'escalated'].includes(change) ? 'bad' : by === undefined ? '' : 'person';
  /** A note as people wrote it; what the hub wrote by itself in the language in use. */
  function noteOf({ by, note }: AlertTimelineEntry): string | undefined {
    const known = note === undefined || by !== undefined ? undefined : readHubNote(note);
    if (known === undefined) return note;
    return t(`timeline.note.${known.key}`, { what: known.key === 'onDuty' ? known.what.split(', ').map(nameOf).join(t('ruleWords.pause')) : known.what });
  }
  return { wordsOf, noteOf, toneOf };
}
