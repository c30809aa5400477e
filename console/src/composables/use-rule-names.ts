import { computed, type ComputedRef } from 'vue';
import { SILENCE_GROUP, type Label, type Rule } from '@liandong/protocols';
import { ApiError, isPassing } from '../api/api-error.js';
import { hubApi } from '../api/hub-api.js';
import { useLoaded } from './use-loaded.js';
import { useWords } from './use-words.js';

/** `built-in`: the hub's own, no rule; `gone`: deleted since; `unknown`: gone, and nobody kept what it was called. */
export interface NamedRule { readonly name: string; readonly state: 'in-force' | 'built-in' | 'gone' | 'unknown' }

/** What rules are called that raised alerts, whatever became of them since. One that this person may not read, or that could not be read, is missing. */
export function useRuleNames(ids: () => readonly string[]): ComputedRef<ReadonlyMap<string, NamedRule>> {
  const { t, ofLabel } = useWords();
  const wanted = computed(() => [...new Set(ids())].sort().join(' ')); // ids hold no space
  const { data } = useLoaded(() => wanted.value, async (list) => new Map(await Promise.all(list.split(' ').filter((id) => id !== '' && id !== SILENCE_GROUP).map(async (id) => [id, await readRule(id)] as const))));
  return computed(() => {
    const names = new Map<string, NamedRule>();
    for (const id of wanted.value.split(' ')) {
      const found = data.value?.get(id);
      if (id === SILENCE_GROUP) names.set(id, { name: t('alert.silenceGroup'), state: 'built-in' });
      else if (found?.label !== undefined) names.set(id, { name: ofLabel(found.label) || found.label.zh || id, state: found.isGone ? 'gone' : 'in-force' });
      else if (found !== undefined) names.set(id, { name: id, state: 'unknown' });
    }
    return names;
  });
}

interface Found { readonly label: Label | undefined; readonly isGone: boolean }
async function readRule(id: string): Promise<Found | undefined> {
  try {
    return { label: (await hubApi.ruleOf(id)).name, isGone: false };
  } catch (error) {
    if (isPassing(error)) throw error; // asked for again when the hub is back
    if (!(error instanceof ApiError) || error.code !== 'RULE_NOT_FOUND') return undefined;
  }
  return { label: (await lastVersion(id))?.name, isGone: true };
}

/** What a deleted rule was when it was there last; the hub keeps its versions. */
const lastVersion = (id: string): Promise<Rule | undefined> =>
  hubApi.ruleVersions(id).then((versions) => versions.find(({ rule }) => rule !== undefined)?.rule, (error: unknown) => { if (isPassing(error)) throw error; return undefined; }); // then it is unknown
