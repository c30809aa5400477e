import { LIMITS, isBlank, type Alert, type AlertAssign, type AlertShelve, type EpochMs } from '@liandong/protocols';
import type { Principal } from '../identity/principal.js';
import { AppError, eitherError, fieldError } from '../problem.js';
import type { PlannedStep } from './alert-writer.js';

/** What a person asks for, as a step of the alert; undefined: there is nothing to do. */
export type Decide = (alert: Alert, at: EpochMs) => PlannedStep | undefined;

/** The first acknowledgement stands; what somebody who comes later wrote with theirs is kept as a comment. Who sends the same again, because an answer was lost, adds nothing. */
export const acknowledge = ({ name }: Principal, note: string | undefined): Decide => ({ acked }) => {
  if (!acked) return { step: 'acked', detail: { by: name }, note };
  return note === undefined || isBlank(note) ? undefined : { step: 'commented', detail: { by: name }, note, isSaidOnce: true };
};

/** @throws AppError VALIDATION_FAILED */
export function shelve({ name }: Principal, { until, durationS, reason }: AlertShelve): Decide {
  if ((until === undefined) === (durationS === undefined)) throw eitherError(['/until', '/durationS'], until !== undefined, { zh: '到什么时候，或多久，两者取其一。', en: 'Give either `until` or `durationS`.' });
  return (_alert, at) => {
    const end = until ?? at + (durationS ?? 0) * 1000;
    if (end <= at) throw fieldError('/until', { zh: '搁置的结束时间已经过去。', en: '`until` is in the past.' }, { keyword: 'minimum', limit: at + 1 });
    if (end > at + LIMITS.longestShelfMs) throw fieldError('/until', { zh: '最多搁置七天。', en: '`until` is more than seven days away.' }, { keyword: 'maximum', limit: at + LIMITS.longestShelfMs });
    return { step: 'shelved', detail: { by: name, until: end, reason }, audit: { action: 'alert.shelved', detail: `until ${new Date(end).toISOString()}: ${reason}` } };
  };
}

export const unshelve = ({ name }: Principal, note: string | undefined): Decide => () =>
  ({ step: 'unshelved', detail: { by: name }, note, audit: { action: 'alert.unshelved' } });

export const assign = ({ name }: Principal, { assignee, note }: AlertAssign): Decide => () =>
  ({ step: 'assigned', detail: { by: name, assignee }, note, audit: { action: 'alert.assigned', detail: assignee ?? 'nobody' } });

export const escalate = ({ name }: Principal, note: string | undefined): Decide => () => ({ step: 'escalated', detail: { by: name }, note });

export const clear = ({ name }: Principal, note: string): Decide => ({ active, manualClear }) => {
  if (active && manualClear !== true) throw new AppError('ALERT_CLEAR_REFUSED');
  return { step: 'cleared', detail: { by: name }, note, audit: { action: 'alert.cleared', detail: note } };
};
