import { computed, shallowRef, watch } from 'vue';
import { familyOf, type Rule } from '@liandong/protocols';
import { createRuleWords } from '../rules/rule-words.js';
import { useFleetStore } from '../stores/fleet.js';
import { useWords } from './use-words.js';

/** Sentences about rules in the language in use; `rules` are those whose names may be needed. */
export function useRuleWords(rules: () => readonly Rule[]) {
  const { t, ofLabel, ruleTitle, areaName, eventName } = useWords();
  const fleet = useFleetStore();
  const names = shallowRef(new Map<string, string>());
  watch(rules, (all) => { names.value = new Map(all.flatMap((rule) => [[familyOf(rule), ruleTitle(rule)] as const, [rule.id, ruleTitle(rule)] as const])); }, { immediate: true });
  const ruleName = (id: string): string => names.value.get(id) ?? id;
  const words = computed(() => createRuleWords({
    t: (key, values) => t(key, values ?? {}), ofLabel, areaName, ruleName, eventName, deviceName: (id) => fleet.byId.get(id)?.name ?? id,
  }));
  return { words, ruleName };
}
