import { describe, expect, it } from 'vitest';
import { codeInScan, groupCode, isWholeCode, MAX_CODE_LENGTH, normaliseCode } from '../../src/install/claim-code.js';

describe('a claim code', () => {
  it.each([['7f3k 92ab-qx4m.0tzw', '7F3K92ABQX4M0TZW'], ['OIl0', '0110'], ['７Ｆ３Ｋ', '7F3K'], ['北关', ''], ['', '']])('typed as %j is %j to the hub', (typed, code) => { expect(normaliseCode(typed)).toBe(code); });
  it.each([['', ''], ['7', '7'], ['7F3K9', '7F3K-9'], ['7f3k-92abqx4m', '7F3K-92AB-QX4M']])('%j is shown as %j', (typed, shown) => { expect(groupCode(typed)).toBe(shown); });
  it('is shown the same however often it is grouped', () => { expect(groupCode(groupCode('7f3k92abqx'))).toBe(groupCode('7f3k92abqx')); });
  it('is never longer than the hub takes', () => { expect(normaliseCode('A'.repeat(500))).toHaveLength(MAX_CODE_LENGTH); });
  it('is worth sending from eight letters on', () => { expect([isWholeCode('ABCD-EFG'), isWholeCode('ABCD-EFGH')]).toEqual([false, true]); });
  it.each([
    ['https://hub.example/install?code=7F3K-92AB-QX4M-0TZW', '7F3K92ABQX4M0TZW'], ['http://10.0.0.4:8080/install?code=7f3k92abqx4m0tzw&kind=waste_bin', '7F3K92ABQX4M0TZW'], [' 7F3K-92AB-QX4M-0TZW\n', '7F3K92ABQX4M0TZW'],
    ['https://maker.example/?sn=6700', undefined], ['LW:D0:24E124FFFEF00001:24E124136C330777', undefined], ['{"sn":"12345678"}', undefined], ['https://', undefined], ['', undefined],
  ])('in the scan %j is %j', (text, code) => { expect(codeInScan(text)).toBe(code); });
});
