import { computed, inject, provide, ref, type InjectionKey, type Ref } from 'vue';
import { faultsOf } from '../rules/rule-faults.js';
import { toRule, type RuleForm } from '../rules/rule-form.js';
import { useWords } from './use-words.js';

function build(form: Ref<RuleForm>) {
  const { t, metricName, eventName } = useWords();
  /** What is still missing is not blamed before somebody has tried to go on. */
  const isStrict = ref(false);
  const faults = computed(() => faultsOf(form.value));
  const rule = computed(() => faults.value.length === 0 ? toRule(form.value) : undefined);
  function faultOf(field: string): string | undefined {
    const found = faults.value.find((fault) => fault.field === field && (isStrict.value || !/Missing$|^emptyGroup$|^neverClears$/.test(fault.key)));
    if (found === undefined) return undefined;
    const { metric, event, ...numbers } = found.values ?? {};
    return t(`ruleFault.${found.key}`, { ...numbers, ...(metric === undefined ? {} : { metric: metricName(String(metric)) }), ...(event === undefined ? {} : { event: eventName(String(event)) }) });
  }
  return { form, faults, rule, isStrict, faultOf };
}
type RuleFormContext = ReturnType<typeof build>;
const KEY: InjectionKey<RuleFormContext> = Symbol('rule-form');

/** The form of the rule that is being edited, for every part of the editor below. */
export function provideRuleForm(form: Ref<RuleForm>): RuleFormContext {
  const context = build(form);
  provide(KEY, context);
  return context;
}
export function useRuleForm(): RuleFormContext {
  const context = inject(KEY);
  if (context === undefined) throw new Error('useRuleForm outside of a rule editor');
  return context;
}
