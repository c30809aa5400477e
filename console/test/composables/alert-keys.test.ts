import { describe, expect, it } from 'vitest';
import { alertKeyOf, type KeyPress } from '../../src/composables/use-alert-keys.js';

const press = (key: string, changes: Partial<KeyPress> = {}): KeyPress => ({ key, code: '', shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, repeat: false, isComposing: false, ...changes });

describe('the keys of the wall', () => {
  it('mean what the list of keys says', () => {
    const keys = ['j', 'ArrowUp', 'a', 's', 'd', 'e', 'c', 'x', 'Enter', '?', 'Escape', 'q'];
    expect(keys.map((key) => alertKeyOf(press(key)))).toEqual(['next', 'previous', 'ack', 'shelve', 'assign', 'escalate', 'comment', 'pick', 'open', 'help', 'escape', undefined]);
    expect(alertKeyOf(press('A', { shiftKey: true }))).toBe('ack-picked');
    expect(alertKeyOf(press('X', { shiftKey: true }))).toBe('pick-all');
    expect(alertKeyOf(press('A'))).toBe('ack'); // caps lock
  });
  it('leave the browser’s own shortcuts and half-typed words alone', () => {
    for (const changes of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { isComposing: true }]) expect(alertKeyOf(press('a', changes))).toBeUndefined();
    expect(alertKeyOf(press('S', { shiftKey: true }))).toBeUndefined();
  });
  it('move on while held, and acknowledge once', () => {
    expect([alertKeyOf(press('j', { repeat: true })), alertKeyOf(press('a', { repeat: true }))]).toEqual(['next', undefined]);
  });
  it('work with a Chinese input method that keeps the letter to itself', () => {
    expect(alertKeyOf(press('Process', { code: 'KeyA' }))).toBe('ack');
    expect(alertKeyOf(press('？', { shiftKey: true, code: 'Slash' }))).toBe('help');
  });
});
