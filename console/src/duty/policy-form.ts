import { SEVERITIES, type EscalationPolicy, type Severity } from '@liandong/protocols';
import { figureOf, type Figure } from '../rules/rule-form.js';

/** Minutes as typed; an empty one is no limit. */
export type PolicyForm = Record<Severity, { ack: Figure; resolve: Figure }>;
export type PolicyFault = 'figureWrong' | 'minutesRange' | 'resolveAlone' | 'resolveShort';
const MOST_S = 604_800;

const minutesText = (seconds: number | undefined): Figure => seconds === undefined ? '' : String(Number((seconds / 60).toFixed(4)));
export const formOfPolicy = (policy: EscalationPolicy): PolicyForm =>
  // An entry for every severity, which fromEntries' type cannot say.
  Object.fromEntries(SEVERITIES.map((severity) => [severity, { ack: minutesText(policy[severity]?.ackWithinS), resolve: minutesText(policy[severity]?.resolveWithinS) }])) as PolicyForm;

/** Whole seconds of typed minutes. */
const secondsOf = (text: Figure): number => Math.round(figureOf(text) * 60);
/** A severity without minutes to acknowledge does not escalate, and is left out. */
export function toPolicy(form: PolicyForm): EscalationPolicy {
  return Object.fromEntries(SEVERITIES.flatMap((severity) => {
    const { ack, resolve } = form[severity];
    return ack.trim() === '' ? [] : [[severity, { ackWithinS: secondsOf(ack), ...(resolve.trim() === '' ? {} : { resolveWithinS: secondsOf(resolve) }) }]];
  }));
}
/** What is wrong with the minutes of a severity. */
export function policyFault({ ack, resolve }: PolicyForm[Severity]): PolicyFault | undefined {
  for (const text of [ack, resolve]) {
    if (text.trim() === '') continue;
    const seconds = secondsOf(text);
    if (Number.isNaN(seconds)) return 'figureWrong';
    if (seconds < 1 || seconds > MOST_S) return 'minutesRange';
  }
  if (resolve.trim() === '') return undefined;
  return ack.trim() === '' ? 'resolveAlone' : secondsOf(resolve) < secondsOf(ack) ? 'resolveShort' : undefined;
}
