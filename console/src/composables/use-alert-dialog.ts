import { ref, type Ref } from 'vue';

/** What is being asked about which alerts. */
export type DialogKind = 'shelve' | 'assign' | 'escalate' | 'comment' | 'clear' | 'bulk' | 'more' | 'keys';
export interface OpenDialog { readonly kind: DialogKind; readonly ids: readonly string[] }
export interface AlertDialog { readonly open: Ref<OpenDialog | undefined>; show(kind: DialogKind, ...ids: string[]): void; close(): void }

/** The one dialog of a page; the browser gives the focus back to where it was. */
export function useAlertDialog(): AlertDialog {
  const open = ref<OpenDialog>();
  return { open, show: (kind, ...ids) => { open.value = { kind, ids }; }, close: () => { open.value = undefined; } };
}
