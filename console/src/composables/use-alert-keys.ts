import { useEventListener } from '@vueuse/core';

/** What a key asks for on the wall and on an alert's page. */
export type AlertKey = 'next' | 'previous' | 'ack' | 'ack-picked' | 'shelve' | 'assign' | 'escalate' | 'comment' | 'pick' | 'pick-all' | 'open' | 'help' | 'escape';

/** The part of a keyboard event that decides. */
export interface KeyPress {
  readonly key: string; readonly code: string; readonly shiftKey: boolean; readonly ctrlKey: boolean; readonly metaKey: boolean; readonly altKey: boolean; readonly repeat: boolean; readonly isComposing: boolean;
}
const PLAIN: Readonly<Record<string, AlertKey>> = {
  j: 'next', k: 'previous', arrowdown: 'next', arrowup: 'previous', a: 'ack', s: 'shelve', d: 'assign', e: 'escalate', c: 'comment', x: 'pick', enter: 'open', escape: 'escape', '?': 'help', '？': 'help',
};
const MOVING: readonly AlertKey[] = ['next', 'previous'];

/** The meaning of a key press; undefined for every other one. Only moving repeats while a key is held, or a held A would acknowledge the whole night. */
export function alertKeyOf(press: KeyPress): AlertKey | undefined {
  if (press.ctrlKey || press.metaKey || press.altKey || press.isComposing) return undefined;
  // A Chinese input method that is on keeps the letter to itself and says only where the key is.
  const key = press.key === 'Process' && press.code.startsWith('Key') ? press.code.slice(3).toLowerCase() : press.key.toLowerCase();
  const found = press.shiftKey ? key === 'a' ? 'ack-picked' : key === 'x' ? 'pick-all' : key === '?' || key === '？' || (press.code === 'Slash') ? 'help' : undefined : PLAIN[key];
  return found !== undefined && press.repeat && !MOVING.includes(found) ? undefined : found;
}

/** Listens to the page's keys while the component lives. `act` says whether it used the key. Never while somebody types, chooses in a list, or a dialog is open. */
export function useAlertKeys(act: (key: AlertKey) => boolean): void {
  useEventListener(document, 'keydown', (event) => {
    const key = alertKeyOf(event);
    if (key === undefined || event.defaultPrevented || isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
    // Enter on a link or a button means that link or button.
    if (key === 'open' && isControl(event.target)) return;
    if (act(key)) event.preventDefault();
  });
}

const isTyping = (target: EventTarget | null): boolean => target instanceof HTMLElement && (target.isContentEditable || target.closest('input, textarea, select, [role=combobox], [role=listbox], [role=menu], [contenteditable]') !== null);
const isControl = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.closest('a, button, summary') !== null;
