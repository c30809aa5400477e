import { describe, expect, it } from 'vitest';
import { newTokenValue, typable } from '../../src/identity/secrets.js';

/** 0xf8 is 111110 00: a hyphen in base64url. */
const hyphenFirst = (times: number) => (count: number): Buffer => Buffer.alloc(count, times-- > 0 ? 0xf8 : 0x41);

describe('a secret that people hand on', () => {
  it('never begins with a hyphen, which `--token` would take for an option', () => {
    expect(Buffer.alloc(3, 0xf8).toString('base64url')).toMatch(/^-/);
    expect(typable(hyphenFirst(2), 3)).toBe('QUFB');
    expect(newTokenValue(hyphenFirst(1))).toMatch(/^QUFB/);
  });
});
