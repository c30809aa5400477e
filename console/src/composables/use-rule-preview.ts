import { refDebounced } from '@vueuse/core';
import { computed, type Ref } from 'vue';
import type { Rule, RulePreview } from '@liandong/protocols';
import { hubApi } from '../api/hub-api.js';
import { useLoaded } from './use-loaded.js';

const PAUSE_MS = 500;

/** Whom the rule would concern, asked anew a moment after it changed. `preview` is absent while it is not that of the rule as it stands. */
export function useRulePreview(rule: Ref<Rule | undefined>) {
  // The version it was read with says nothing of whom it concerns.
  const text = computed(() => rule.value === undefined ? undefined : JSON.stringify({ ...rule.value, version: undefined }));
  const asked = refDebounced(text, PAUSE_MS);
  const { data, error, isLoading, reload } = useLoaded(() => asked.value, async (of): Promise<{ of: string; preview: RulePreview } | undefined> => {
    if (of === undefined) return undefined;
    // What was written just above.
    return { of, preview: await hubApi.previewRule(JSON.parse(of) as Rule) };
  });
  const preview = computed(() => data.value !== undefined && data.value.of === text.value && error.value === undefined ? data.value.preview : undefined);
  return { preview, error: computed(() => text.value === asked.value ? error.value : undefined), isLoading, reload };
}
