import type { Alert } from '@liandong/protocols';
import { describe, expect, it } from 'vitest';
import { illegalStep } from '../../src/alerts/illegal-step.js';
import type { AlertStep } from '../../src/alerts/life-cycle.js';
import { START } from '../rules/rig.js';

const alert = (more: Partial<Alert>): Alert => ({
  id: 'a1', ruleId: 'fill', deviceId: 'bin', area: 'east', kind: 'waste_bin', severity: 'major', tier: 'community', active: true, acked: false, raisedAt: START, lastAt: START, count: 1,
  message: { zh: '满', en: 'full' }, seq: 1, ...more,
});

describe('a step that is illegal', () => {
  it.each<[AlertStep, Partial<Alert>, string, string, string]>([
    ['unacked', {}, 'ALERT_STATE', '告警现在未恢复、未确认。可以：确认、备注、搁置、派单、升级。', 'The alert is active and not acknowledged. What may be done: ack, comment, shelve, assign, escalate.'],
    ['unshelved', { acked: true }, 'ALERT_STATE', '告警现在未恢复、已确认，没有搁置。可以：撤销确认、备注、搁置、派单、升级。', 'The alert is active and acknowledged, and not shelved. What may be done: unack, comment, shelve, assign, escalate.'],
    [
      'escalated', { tier: 'city', shelvedUntil: START, manualClear: true }, 'ALERT_STATE', '告警现在未恢复、未确认，已在最高一级（市级）。可以：确认、备注、搁置、取消搁置、派单、手动恢复。',
      "The alert is active and not acknowledged, and at the city's tier, above which there is none. What may be done: ack, comment, shelve, unshelve, assign, clear.",
    ],
    ['shelved', { active: false }, 'ALERT_NOT_ACTIVE', '告警现在已恢复、未确认。可以：确认、备注。', 'The alert is cleared and not acknowledged. What may be done: ack, comment.'],
    ['unacked', { active: false, acked: true, shelvedUntil: START }, 'ALERT_NOT_ACTIVE', '告警现在已恢复、已确认。可以：备注、取消搁置。', 'The alert is cleared and acknowledged. What may be done: comment, unshelve.'],
  ])('(%s of %o) is refused with how the alert is and what may be done', (step, more, code, detailZh, detail) => {
    expect(illegalStep(alert(more), step)).toMatchObject({ code, detail, detailZh });
  });
});
