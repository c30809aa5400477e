import { computed, inject, provide, ref, type InjectionKey, type Ref } from 'vue';
import { faultsOf, takenFaults, type FormFault } from '../rules/rule-faults.js';
import { toRule, type RuleForm } from '../rules/rule-form.js';
import { useWords } from './use-words.js';

/** Not blamed while somebody is still writing it. */
const WHEN_LEFT = 'idTaken';

function build(form: Ref<RuleForm>, taken: Ref<readonly string[]>, reach: Ref<readonly FormFault[]>) {
  const { t, metricName, eventName } = useWords();
  /** What is still missing is not blamed before somebody has tried to go on. */
  const isStrict = ref(false);
  /** The id that was there when its field was left. */
  const leftId = ref<string>();
  const faults = computed(() => [...takenFaults(form.value, taken.value), ...faultsOf(form.value), ...reach.value]);
  const rule = computed(() => faults.value.length === 0 ? toRule(form.value) : undefined);
  function shownAt(field: string): FormFault | undefined {
    return faults.value.find((fault) => fault.field === field && (isStrict.value || (fault.key === WHEN_LEFT ? leftId.value === form.value.id : !/Missing$|^emptyGroup$|^neverClears$/.test(fault.key))));
  }
  /** Are the words of this language among what is wrong with them? */
  function isWrong(field: string, part: 'zh' | 'en'): boolean {
    const found = shownAt(field);
    return found !== undefined && (found.part ?? part) === part;
  }
  function faultOf(field: string): string | undefined {
    const found = shownAt(field);
    if (found === undefined) return undefined;
    const { metric, event, ...numbers } = found.values ?? {};
    return t(`ruleFault.${found.key}`, { ...numbers, ...(metric === undefined ? {} : { metric: metricName(String(metric)) }), ...(event === undefined ? {} : { event: eventName(String(event)) }) });
  }
  return { form, taken, faults, rule, isStrict, faultOf, isWrong, leaveId: () => { leftId.value = form.value.id; } };
}
type RuleFormContext = ReturnType<typeof build>;
const KEY: InjectionKey<RuleFormContext> = Symbol('rule-form');

/** The form of the rule that is being edited, for every part of the editor below. `taken`: ids it can't have; `reach`: what is wrong with its scope for who writes it. */
export function provideRuleForm(form: Ref<RuleForm>, taken: Ref<readonly string[]>, reach: Ref<readonly FormFault[]>): RuleFormContext {
  const context = build(form, taken, reach);
  provide(KEY, context);
  return context;
}
export function useRuleForm(): RuleFormContext {
  const context = inject(KEY);
  if (context === undefined) throw new Error('useRuleForm outside of a rule editor');
  return context;
}
