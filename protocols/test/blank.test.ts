import { describe, expect, it } from 'vitest';
import { NOT_BLANK_PATTERN, isBlank } from '../src/blank.js';

describe('a text', () => {
  it.each(['', ' ', '\u3000\n\t', '\0', '\u0007\u007f\u0085', '\u200b', '\ufeff', '\u00ad', '\u2060 \u202e', '\u3164', '\u2800', '\ufe0f', '\u{e0020}', '\u{e0001}\u{e007f}', '\u{e0100}\u{e01ef}', '\u{1d173} \u{1d17a}', '\u{1bca0}', '\ud83d', '\udc4d\ud83d'])('that shows nothing is blank: %j', (text) => { expect(isBlank(text)).toBe(true); });
  it.each(['x', '已派人', '。', '\0x', '👍🏽', '👨\u200d👩\u200d👧', '\ufffd', 'é', '\u{20000}', '-', '🏴\u{e0067}\u{e0062}\u{e007f}', '\u845b\u{e0100}', '\u{1d172}', '\u{1d17b}'])('with something to read is not: %j', (text) => { expect(isBlank(text)).toBe(false); });
  it('is asked for by a pattern that can be read without the `u` flag, too', () => { expect(() => new RegExp(NOT_BLANK_PATTERN)).not.toThrow(); });
});
