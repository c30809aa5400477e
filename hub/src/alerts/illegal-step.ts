import type { Alert, Label } from '@liandong/protocols';
import { AppError } from '../problem.js';
import { applyStep, nextTier, stateOf, type AlertState, type AlertStep } from './life-cycle.js';

const STATES: Readonly<Record<AlertState, Label>> = {
  active: { zh: '未恢复、未确认', en: 'active and not acknowledged' }, active_acked: { zh: '未恢复、已确认', en: 'active and acknowledged' },
  cleared: { zh: '已恢复、未确认', en: 'cleared and not acknowledged' }, cleared_acked: { zh: '已恢复、已确认', en: 'cleared and acknowledged' },
};
/** What a person may do to an alert, as the console and the API call it. */
const DEEDS = {
  acked: { zh: '确认', en: 'ack' }, unacked: { zh: '撤销确认', en: 'unack' }, commented: { zh: '备注', en: 'comment' }, shelved: { zh: '搁置', en: 'shelve' }, unshelved: { zh: '取消搁置', en: 'unshelve' },
  assigned: { zh: '派单', en: 'assign' }, escalated: { zh: '升级', en: 'escalate' }, cleared: { zh: '手动恢复', en: 'clear' },
} as const satisfies Partial<Record<AlertStep, Label>>;

/** The step is illegal for the alert as it is: says how it is, and what may be done. ALERT_NOT_ACTIVE when it has cleared, else ALERT_STATE. */
export function illegalStep(alert: Alert, step: AlertStep): AppError {
  const state = STATES[stateOf(alert)];
  const [reason, may] = [reasonOf(alert, step), deedsOf(alert)];
  return new AppError(alert.active ? 'ALERT_STATE' : 'ALERT_NOT_ACTIVE', {
    zh: `告警现在${state.zh}${reason.zh}。可以：${may.map(({ zh }) => zh).join('、')}。`, en: `The alert is ${state.en}${reason.en}. What may be done: ${may.map(({ en }) => en).join(', ')}.`,
  });
}

/** Where its state alone does not say why. */
function reasonOf({ tier, shelvedUntil }: Alert, step: AlertStep): Label {
  if (step === 'unshelved' && shelvedUntil === undefined) return { zh: '，没有搁置', en: ', and not shelved' };
  if (step === 'escalated' && nextTier(tier) === undefined) return { zh: '，已在最高一级（市级）', en: ", and at the city's tier, above which there is none" };
  return { zh: '', en: '' };
}

function deedsOf(alert: Alert): Label[] {
  const { lastAt: at, manualClear } = alert;
  const steps = Object.keys(DEEDS) as (keyof typeof DEEDS)[]; // the table's own
  return steps.filter((step) => (step !== 'cleared' || manualClear === true) && applyStep(alert, step, { at, until: at }) !== undefined).map((step) => DEEDS[step]);
}
