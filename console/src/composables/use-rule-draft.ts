import { useSessionStorage } from '@vueuse/core';
import { onScopeDispose } from 'vue';
import { onSessionExpired } from '../api/hub-api.js';
import { emptyForm, type RuleForm } from '../rules/rule-form.js';
import { useSessionStore } from '../stores/session.js';

/** What was typed when the session ended; `of`: which rule it is about. */
interface RuleDraft { readonly user: string; readonly of: string; readonly form: Partial<RuleForm> }

/**
 * Whoever was signed out while writing finds what they wrote when they have signed in again in the same tab. One draft at most, and only of a session that ended by itself: who leaves or signs out was asked, and
 * said that it may go. It is given back once, and to the one who wrote it; somebody else's is dropped.
 */
export function useRuleDraft(unsaved: () => { of: string; form: RuleForm } | undefined) {
  const user = useSessionStore().session?.username;
  const kept = useSessionStorage<RuleDraft | null>('liandong.rule.draft', null, { flush: 'sync', serializer: { read, write: JSON.stringify } });
  onScopeDispose(onSessionExpired(() => {
    const left = unsaved();
    if (left !== undefined && user !== undefined) kept.value = { user, ...left };
  }));
  /** The draft of this rule, if there is one. A member that it lacks, of a console before this one, is as in an empty form. */
  function take(of: string): RuleForm | undefined {
    const draft = kept.value;
    if (draft === null || (draft.user === user && draft.of !== of)) return undefined;
    kept.value = null;
    return draft.user === user ? { ...emptyForm(), ...draft.form } : undefined;
  }
  return { take };
}

/** What this page wrote itself; anything else is no draft. */
function read(text: string): RuleDraft | null {
  try { return JSON.parse(text) as RuleDraft | null; } catch { return null; }
}
