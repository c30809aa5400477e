import { severityRank, type AlertWithTimeline } from '@liandong/protocols';
import { nightClock, type NightTruth } from './night-program.js';

export interface NightFacts {
  readonly truth: NightTruth;
  readonly alerts: readonly AlertWithTimeline[];
  /** Epoch ms. */
  readonly killedAt: number;
  readonly readyAt: number;
  /** Messages the webhook got, and how many of them it had before. */
  readonly notices: number;
  readonly repeatedNotices: number;
}

/** What an operator saw of the night, by the clock of the night. Children of a parent are told with it. */
export function nightReport({ truth, alerts, killedAt, readyAt, notices, repeatedNotices }: NightFacts): string {
  const top = alerts.filter(({ groupId }) => groupId === undefined).sort((a, b) => a.raisedAt - b.raisedAt || severityRank(a.severity) - severityRank(b.severity));
  const rows = top.map((alert) => {
    const children = alerts.filter(({ groupId }) => groupId === alert.id).length;
    const tiers = ['community', ...alert.timeline.flatMap(({ change, tier }) => change === 'escalated' && tier !== undefined ? [tier] : [])];
    return [
      nightClock(truth, alert.raisedAt), alert.clearedAt === undefined ? '–' : nightClock(truth, alert.clearedAt), alert.severity,
      `${alert.message.zh}${children > 0 ? `（含 ${children} 条子告警）` : ''}`, tiers.join(' → '), `×${alert.count}`, whoOf(alert),
    ];
  });
  const minutes = Math.round((truth.to - truth.from) * truth.compress / 60_000);
  return [
    `A night of ${minutes} min in ${Math.round((truth.to - truth.from) / 1000)} s (seed ${truth.seed}, ${truth.compress} times shorter)`,
    `hub killed at ${nightClock(truth, killedAt)}, ready again ${((readyAt - killedAt) / 1000).toFixed(1)} s later; ${alerts.length} alerts, ${top.length} of them in front of the operator; ${notices} notices sent, ${repeatedNotices} of them twice`,
    table([['raised', 'cleared', 'severity', 'what', 'tier', 'count', 'acknowledged by'], ...rows]),
  ].join('\n');
}

function whoOf({ timeline }: AlertWithTimeline): string {
  const names = new Set(timeline.flatMap(({ change, by }) => change === 'acked' && by !== undefined ? [by] : []));
  return names.size === 0 ? 'nobody' : [...names].join(', ');
}

function table(cells: readonly (readonly string[])[]): string {
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))));
  return cells.map((row) => row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell))).join('  ').trimEnd()).join('\n');
}

/** Chinese characters and full-width signs take two columns. */
const widthOf = (text: string): number => [...text].reduce((sum, char) => sum + (/[\u2e80-\uffef]/.test(char) ? 2 : 1), 0);
