import type { Rule } from '@liandong/protocols';

/** Members that change nothing of what a rule raises; the hub fills some of them in when it saves. */
const WORDING = new Set(['name', 'message', 'version', 'updatedAt', 'updatedBy']);

/** What a rule raises, and when, as a text: two rules of one text have one back-test. */
export const outcomeOf = (rule: Rule): string => JSON.stringify(rule, (key, value: unknown) => WORDING.has(key) ? undefined : value);
