import { describe, expect, it } from 'vitest';
import { DEVICE_AUDIT_ACTIONS, DEVICE_KINDS, DEVICE_STATUSES, GATE_EVENTS, SEVERITIES, TIERS, ALERT_CHANGES, ALERT_ENDS } from '@liandong/protocols';
import { en } from '../../src/locales/en.js';
import { zhCN } from '../../src/locales/zh-cn.js';

type Tree = { [key: string]: string | Tree };
const entries = (tree: Tree, path = ''): [string, string][] => Object.entries(tree).flatMap(([key, value]) => typeof value === 'string' ? [[path + key, value] as [string, string]] : entries(value, `${path}${key}.`));
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe('the two languages', () => {
  const [chinese, english] = [new Map(entries(zhCN)), new Map(entries(en))];
  it('have the same keys', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  });
  it('fill in the same things', () => {
    for (const [key, text] of chinese) expect(placeholders(english.get(key) ?? ''), key).toEqual(placeholders(text));
  });
  it('leave no Chinese in the English, but for the name of the other language', () => {
    expect([...english].filter(([key, text]) => /[\u4e00-\u9fff]/.test(text) && key !== 'controls.toChinese')).toEqual([]);
  });
  it('have a word for every key that the hub may send', () => {
    const wanted = [...SEVERITIES.map((key) => `severity.${key}`), ...TIERS.map((key) => `tier.${key}`), ...DEVICE_KINDS.map((key) => `kind.${key}`), ...DEVICE_STATUSES.map((key) => `status.${key}`), ...GATE_EVENTS.map((key) => `event.${key}`), ...ALERT_CHANGES.map((key) => `alert.change.${key}`), ...ALERT_ENDS.map((key) => `alert.end.${key}`), ...DEVICE_AUDIT_ACTIONS.map((key) => `audit.action.${key}`)];
    expect(wanted.filter((key) => !chinese.has(key))).toEqual([]);
  });
});
