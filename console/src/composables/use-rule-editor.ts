import { computed, ref, shallowRef, watch } from 'vue';
import { familyOf, type Rule } from '@liandong/protocols';
import { ApiError } from '../api/api-error.js';
import { hubApi } from '../api/hub-api.js';
import type { FormFault } from '../rules/rule-faults.js';
import { emptyForm, formOfRule, type RuleForm } from '../rules/rule-form.js';
import { useChanges } from './use-leaving.js';
import { useLoaded } from './use-loaded.js';
import { useGone } from './use-gone.js';
import { useProblemWords } from './use-problem-words.js';
import { useRuleAccess } from './use-rule-access.js';
import { useRuleDraft } from './use-rule-draft.js';

/** Loads, saves and deletes one rule. `id` undefined: a new one, `template` the rule it begins as. */
export function useRuleEditor(source: () => { id: string | undefined; template: string | undefined }) {
  const { problemText } = useProblemWords();
  const [access, gone] = [useRuleAccess(), useGone()];
  const form = ref<RuleForm>(emptyForm());
  const { isChanged, settle } = useChanges(() => form.value);
  const stored = shallowRef<Rule>();
  /** What somebody else saved in the meantime. */
  const theirs = shallowRef<Rule>();
  const [isWorking, problem] = [ref(false), ref<string>()];
  /** Ids that the hub refused as taken: by a rule made meanwhile, or one this person doesn't see. */
  const refused = ref<string[]>([]);
  /** The form holds what was typed before the session ended. */
  const isRestored = ref(false);
  const draftOf = ({ id, template = '' }: ReturnType<typeof source>) => id ?? `new ${template}`; // ids hold no space
  const draft = useRuleDraft(() => isChanged.value ? { of: draftOf(source()), form: form.value } : undefined);
  const { data, error, reload } = useLoaded(source, async ({ id, template }) => {
    const [rules] = await Promise.all([hubApi.ruleList(), access.ready()]);
    const found = rules.find((rule) => rule.id === (id ?? template));
    if (id !== undefined && found === undefined) throw new ApiError('RULE_NOT_FOUND', 404);
    return { rules, found, isNew: id === undefined };
  });
  watch(data, (loaded) => {
    if (loaded === undefined) return;
    show(loaded.found, loaded.isNew);
    const typed = draft.take(draftOf(source()));
    if (typed !== undefined) [form.value, isRestored.value] = [typed, true];
  });

  function show(rule: Rule | undefined, isNew: boolean): void {
    stored.value = isNew ? undefined : rule;
    theirs.value = undefined;
    problem.value = undefined;
    isRestored.value = false;
    // A rule made from another one is a nearer one of its family until somebody says otherwise.
    form.value = rule !== undefined && !isNew ? formOfRule(rule) : atHome(rule === undefined ? emptyForm() : { ...formOfRule(rule), id: '', version: undefined, family: familyOf(rule) });
    settle();
  }
  /** A new rule of somebody bound to an area begins there, if it does not lie within it anyway. */
  const atHome = (made: RuleForm): RuleForm => access.own.value === undefined || access.isOwn(made) ? made : { ...made, areas: [access.own.value], devices: [] };
  async function attempt(act: () => Promise<void>): Promise<boolean> {
    [isWorking.value, problem.value] = [true, undefined];
    try { await act(); return true; } catch (failure) {
      // Said at the id itself, where it can be mended.
      if (failure instanceof ApiError && failure.code === 'RULE_EXISTS') { refused.value = [...refused.value, form.value.id]; return false; }
      problem.value = problemText(failure);
      if (failure instanceof ApiError && failure.code === 'RULE_CHANGED') theirs.value = await hubApi.ruleOf(form.value.id).catch(() => undefined);
      return false;
    } finally { isWorking.value = false; }
  }
  /** Is what is in force still what the form began as? Else somebody was faster, and what they saved is theirs. */
  const isUpToDate = async (): Promise<boolean> => stored.value === undefined || (await attempt(async () => {
    const now = await hubApi.ruleOf(form.value.id);
    if (now.version !== form.value.version) theirs.value = now;
  }) && theirs.value === undefined);
  const save = (rule: Rule) => attempt(async () => { show(stored.value === undefined ? await hubApi.createRule(rule) : await hubApi.replaceRule(rule), false); });
  const remove = () => attempt(async () => { await hubApi.deleteRule(form.value.id); settle(); });
  const takeTheirs = () => { show(theirs.value, false); };
  const dropDraft = () => { if (data.value !== undefined) show(data.value.found, data.value.isNew); };
  /** One's own over theirs, knowing it. */
  const keepMine = () => { form.value.version = theirs.value?.version; stored.value = theirs.value; theirs.value = undefined; problem.value = undefined; };
  const isNew = computed(() => stored.value === undefined);
  const mayWrite = computed(() => stored.value === undefined || access.isOwn(stored.value.scope));
  const beyond = computed((): FormFault[] => mayWrite.value && !access.isOwn(form.value) ? [{ field: 'areas', key: 'beyondArea', values: { area: access.ownName.value } }] : []);
  const missing = computed((): FormFault[] => {
    const { devices = [], areas = [] } = mayWrite.value ? gone(form.value) ?? {} : {};
    return [...(devices.length === 0 ? [] : [{ field: 'devices', key: 'deviceGone', values: { ids: devices.join(' ') } }]), ...(areas.length === 0 ? [] : [{ field: 'areas', key: 'areaGone', values: { ids: areas.join(' ') } }])];
  });
  const rules = computed(() => data.value?.rules ?? []);
  /** Ids that a new rule can't have. */
  const taken = computed(() => isNew.value ? [...rules.value.map(({ id }) => id), ...refused.value] : []);
  return { form, isChanged, stored, theirs, isNew, mayWrite, reach: computed(() => [...beyond.value, ...missing.value]), ownName: access.ownName, rules, taken, refused, isLoaded: computed(() => data.value !== undefined), error, reload, isWorking, problem, isRestored, dropDraft, isUpToDate, save, remove, takeTheirs, keepMine };
}
