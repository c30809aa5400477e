import type { Rule } from '@liandong/protocols';

const BOOKKEEPING = new Set(['version', 'updatedAt', 'updatedBy']);
/** In place of a list of changes. */
export const NO_CHANGES = 'nothing';

/** What differs between two versions, for the audit log: `clearAt: 70 → 60, schedule: none → {"hours":[6,22]}`. */
export function ruleChangesOf(before: Rule, after: Rule): string {
  const [old, now] = [textsOf(before), textsOf(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].filter((name) => !BOOKKEEPING.has(name) && old.get(name) !== now.get(name));
  return names.length === 0 ? NO_CHANGES : names.map((name) => `${name}: ${old.get(name) ?? 'none'} → ${now.get(name) ?? 'none'}`).join(', ');
}

const textsOf = (rule: Rule): Map<string, string> => new Map(Object.entries(rule).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]));
