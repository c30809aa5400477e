import type { AlertEnd } from '@liandong/protocols';

/** Why an alert ends that has not recovered. `note`: its words in the timeline, which a console says in its reader's language. */
export interface Ending { readonly endedBy: AlertEnd; readonly note: string }

export const HOURS_OVER: Ending = { endedBy: 'schedule', note: 'the hours of the rule are over' };
export const DEVICE_REMOVED: Ending = { endedBy: 'device-removed', note: 'device removed' };
/** `why`: see `whyUnwatched`. */
export const outOfService = (why: string): Ending => ({ endedBy: 'out-of-service', note: why });
export const ruleOff = (note: string): Ending => ({ endedBy: 'rule-off', note });
export const NO_RULE = ruleOff('rule no longer applies');
export const OTHER_THING = ruleOff('rule is about something else now');
