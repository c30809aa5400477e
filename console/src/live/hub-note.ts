/** What the hub writes into a timeline beside what it does by itself: in one language, or in two at once. */
const FORMS = [
  { key: 'maintenance', form: /^maintenance: ([^]*)$/ }, { key: 'otherRule', form: /^rule (\S+) applies instead$/ }, { key: 'noRule', form: /^(rule no longer applies)$/ }, { key: 'otherThing', form: /^(rule is about something else now)$/ }, { key: 'moved', form: /^moved to (\S+)$/ },
  { key: 'removed', form: /^((?:rule or )?device removed)$/ }, { key: 'hours', form: /^(the hours of the rule are over)$/ }, { key: 'edgeHas', form: /^(the edge has it)$/ }, { key: 'backInService', form: /^(in service again)$/ },
  { key: 'unwatched', form: /^(not accepted|maintenance|retired)$/ }, { key: 'chattering', form: /^(chattering)$/ }, { key: 'onDuty', form: /^值班 on duty: (.*)$/ }, { key: 'nobody', form: /^(无人值班 nobody on duty)$/ },
] as const;
export interface HubNote { readonly key: (typeof FORMS)[number]['key']; readonly what: string }

/** Which of the hub's own notes it is, a key below `timeline.note`, and what it speaks of; undefined for one that isn't known. */
export function readHubNote(note: string): HubNote | undefined {
  for (const { key, form } of FORMS) {
    const what = form.exec(note)?.[1];
    if (what !== undefined) return { key, what };
  }
  return undefined;
}
