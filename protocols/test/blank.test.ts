import { describe, expect, it } from 'vitest';
import { isBlank } from '../src/blank.js';

describe('a text', () => {
  it.each(['', ' ', '\u3000\n\t', '\0', '\u0007\u007f\u0085', '\u200b', '\ufeff', '\u00ad', '\u2060 \u202e', '\u3164', '\u2800', '\ufe0f'])('that shows nothing is blank: %j', (text) => { expect(isBlank(text)).toBe(true); });
  it.each(['x', '已派人', '。', '\0x', '👍🏽', '👨\u200d👩\u200d👧', '\ufffd', 'é', '\u{20000}', '-'])('with something to read is not: %j', (text) => { expect(isBlank(text)).toBe(false); });
});
