import { describe, expect, it } from 'vitest';
import { readHubNote } from '../../src/live/hub-note.js';
import { zhCN } from '../../src/locales/zh-cn.js';

describe('a note of the hub in a timeline', () => {
  // As hub/src/rules/rule-memory.ts, rules/ending.ts, rules/effects.ts, edges/edge-alert-writer.ts, maintenance/maintenance-windows.ts, edges/in-service.ts and escalation/escalator.ts write them.
  it.each([
    ['maintenance: 换盖\n到中午', 'maintenance', '换盖\n到中午'], ['rule xinghu-fill applies instead', 'otherRule', 'xinghu-fill'], ['rule no longer applies', 'noRule', 'rule no longer applies'], ['rule or device removed', 'removed', 'rule or device removed'],
    ['rule is about something else now', 'otherThing', 'rule is about something else now'], ['moved to garden', 'moved', 'garden'], ['the hours of the rule are over', 'hours', 'the hours of the rule are over'], ['the edge has it', 'edgeHas', 'the edge has it'],
    ['device removed', 'removed', 'device removed'], ['not accepted', 'unwatched', 'not accepted'], ['maintenance', 'unwatched', 'maintenance'], ['retired', 'unwatched', 'retired'], ['chattering', 'chattering', 'chattering'], ['in service again', 'backInService', 'in service again'],
    ['值班 on duty: li.na, wang', 'onDuty', 'li.na, wang'], ['无人值班 nobody on duty', 'nobody', '无人值班 nobody on duty'],
  ])('%s is known, and has words', (note, key, what) => {
    expect(readHubNote(note)).toEqual({ key, what });
    expect(zhCN.timeline.note).toHaveProperty(key);
  });
  it('that is not known stays as it is', () => { expect(readHubNote('a newer hub says more')).toBeUndefined(); });
});
