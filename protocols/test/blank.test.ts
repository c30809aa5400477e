import { describe, expect, it } from 'vitest';
import { Value } from 'typebox/value';
import { AreaSchema } from '../src/api/areas.js';
import { DeviceSchema } from '../src/api/devices.js';
import { NOT_BLANK_PATTERN, TURNED_PATTERN, isBlank, isTurned, noteSchema, wordsSchema } from '../src/blank.js';

describe('a text', () => {
  it.each(['', ' ', '\u3000\n\t', '\0', '\u0007\u007f\u0085', '\u200b', '\ufeff', '\u00ad', '\u2060 \u202e', '\u3164', '\u2800', '\ufe0f', '\u{e0020}', '\u{e0001}\u{e007f}', '\u{e0100}\u{e01ef}', '\u{1d173} \u{1d17a}', '\u{1bca0}', '\ud83d', '\udc4d\ud83d',
    '\ufffc', '\u0301', ' \u0301\u0300', '\u20e3', '\u{1d165}', '\u{1d159}', '\ufffc\u2800\u0301', '\ufff9\ufffb', '\u202a\u202c'])('that shows nothing is blank: %j', (text) => { expect(isBlank(text)).toBe(true); });
  it.each(['x', '已派人', '。', '\0x', '👍🏽', '👨\u200d👩\u200d👧', '\ufffd', 'é', '\u{20000}', '-', '🏴\u{e0067}\u{e0062}\u{e007f}', '\u845b\u{e0100}', 'e\u0301', '\u0bb9\u0bbf', '1', '1\ufe0f\u20e3', '\u{1d15e}', '\ufffc(1)', '社区', 'كاميرا', '☂'])('with something to read is not: %j', (text) => { expect(isBlank(text)).toBe(false); });
  it.each([NOT_BLANK_PATTERN, TURNED_PATTERN])('is asked for by a pattern that can be read without the `u` flag, too', (pattern) => { expect(() => new RegExp(pattern)).not.toThrow(); });
  it.each([...'\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'])('that holds what turns its direction (%j) is neither a reason nor a note', (control) => {
    const text = `do not ${control}open`;
    expect([isTurned(text), Value.Check(wordsSchema(500), text), Value.Check(noteSchema(500), text)]).toEqual([true, false, false]);
  });
  it.each(['مرحبا 123', 'a\u200fb', 'a\u200eb', '👨\u200d👩'])('of right-to-left script, or with marks and joiners, is both: %j', (text) => {
    expect([isTurned(text), Value.Check(wordsSchema(500), text), Value.Check(noteSchema(500), text)]).toEqual([false, true, true]);
  });
  it('is checked when it is written: an area or a device that is called so since before is answered, and read by its edge', () => {
    for (const name of ['\u0301', 'a\u202eb', '']) {
      expect(Value.Check(AreaSchema, { id: 'east', level: 'community', name, nameEn: name })).toBe(true);
      expect(Value.Check(DeviceSchema, { id: 'b', name, kind: 'waste_bin', area: 'east', codec: 'native', reportingIntervalS: 60, status: 'online' })).toBe(true);
    }
  });
});
