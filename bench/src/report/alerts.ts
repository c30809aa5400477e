import type { LatencyResult } from '../alerts/measure-latency.js';
import type { RulesResult } from '../alerts/measure-rules.js';
import type { StormResult, StormTurns } from '../alerts/measure-storm.js';
import type { Latency } from '../alerts/probe.js';
import type { AlertReport, Measured } from '../alerts/run-alerts.js';
import { isWhole } from './run-report.js';
import { median } from '../support/percentile.js';
import { whole } from './tables.js';

export interface Section { readonly cells: readonly (readonly string[])[]; readonly notes: readonly string[] }

/** What each has to hold to: throughput may differ by so many per cent, p99 may be so many times the other's. */
export const RULES_TARGET_PERCENT = 10;
export const ECHO_TARGET_TIMES = 3;
export const STORM_TARGET_TIMES = 2;

/** A table and its notes for each that was measured. */
export const alertSections = ({ rules, alerts, storm, yielding, outrun }: AlertReport): Section[] => [
  ...(rules === undefined ? [] : [sectionOf('rules', rules, rulesSection)]),
  ...(alerts === undefined ? [] : [sectionOf('alert latency', alerts, latencySection)]),
  ...(storm === undefined ? [] : [sectionOf('storm', storm, (result) => stormSection('storm', result))]),
  ...(yielding === undefined ? [] : [sectionOf('yielding', yielding, (result) => stormSection('yielding', result))]),
  ...(outrun === undefined ? [] : [sectionOf('outrun', outrun, (result) => stormSection('outrun', result))]),
];

function sectionOf<Result>(name: string, result: Measured<Result>, section: (result: Result & { loadBefore: number }) => Section): Section {
  if ('failure' in result && typeof result.failure === 'string') return { cells: [[name, ''], ['FAILED', result.failure]], notes: [] };
  const measured = result as Result & { loadBefore: number }; // the only other member of the union
  const { cells, notes } = section(measured);
  return { cells, notes: [...notes, `${name}: load before it ${measured.loadBefore.toFixed(2)}`] };
}

const verdict = (isMet: boolean): string => isMet ? 'met' : 'MISSED';
const ms = (value: number): string => value.toFixed(1);

function rulesSection({ rounds, messages, few, many }: RulesResult): Section {
  const percent = (1 - many.messagesPerS / few.messagesPerS) * 100;
  const cpuPercent = (many.cpuUsPerMessage / few.cpuUsPerMessage - 1) * 100;
  return {
    cells: [
      ['rules in force', '', 'messages/s', 'CPU µs a message', 'peak MiB'],
      ...[few, many].map(({ rules, messagesPerS, cpuUsPerMessage, peakRssMiB }) => [whole(rules), '', whole(messagesPerS), cpuUsPerMessage.toFixed(1), whole(peakRssMiB)]),
    ],
    notes: [
      `rules: with 10,000 the embedded hub takes ${signed(-percent)} % messages/s (target: within ${RULES_TARGET_PERCENT} %, ${verdict(Math.abs(percent) <= RULES_TARGET_PERCENT || percent < 0)}) at ${signed(cpuPercent)} % CPU a message; medians of ${rounds} drains of ${whole(messages)} messages each, by turns, on two hubs that differ in their rules alone`,
    ],
  };
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;

const latencyRow = (name: string, { count, p50, p99, max }: Latency): string[] => [name, '', whole(count), ms(p50), ms(p99), ms(max)];

function latencySection({ alertsPerS, messagesPerS, rounds, seconds, echo, hub }: LatencyResult): Section {
  const times = hub.p99 / echo.p99;
  return {
    cells: [['publish → screen', '', 'alerts', 'p50 ms', 'p99', 'max'], latencyRow('bare echo', echo), latencyRow('hub', hub)],
    notes: [
      `alert latency: p99 of the hub is ${times.toFixed(1)} times the bare echo's (target: at most ${ECHO_TARGET_TIMES}, ${verdict(times <= ECHO_TARGET_TIMES)}), p50 ${(hub.p50 / echo.p50).toFixed(1)} times; ${alertsPerS} critical alerts/s among ${whole(messagesPerS)} messages/s of telemetry, ${rounds} turns of ${seconds.toFixed(0)} s each, from when the event was due to the screen's event`,
      'alert latency: the echo is aedes and Socket.IO in one process that passes an event on as it comes: it keeps nothing, checks nothing and lets everyone in',
    ],
  };
}

type StormName = 'storm' | 'yielding' | 'outrun';

/** Of the storm that outruns the hub it is asked that all is told, and how long what is critical waits; how much that may be depends on the machine. Of several turns the median is held to the aim. */
function stormSection(name: StormName, { turns }: StormTurns): Section {
  const [{ alerts, seconds, criticalsPerS, messagesPerS, screens }] = turns;
  const ratios = turns.map(({ quiet, storm }) => storm.p99 / quiet.p99);
  const times = median(ratios);
  const ofTurns = turns.length === 1 ? '' : ` (median of ${ratios.map((ratio) => ratio.toFixed(1)).join(', ')})`;
  return {
    cells: [['critical alert, publish → screen', '', 'alerts', 'p50 ms', 'p99', 'max', 'hub peak MiB', 'stolen %'], ...turns.flatMap((turn, index) => stormRows(turns.length === 1 ? '' : ` ${index + 1}`, name, turn))],
    notes: [
      `${name}: p99 of the critical ones is ${times.toFixed(1)} times their quiet one${ofTurns}${name !== 'outrun' ? ` (target: at most ${STORM_TARGET_TIMES}, ${verdict(times <= STORM_TARGET_TIMES)})` : ''}; ${whole(alerts)} warnings in ${seconds} s with ${criticalsPerS} critical alerts/s among them and ${whole(messagesPerS)} messages/s of telemetry, ${screens} screens`,
      `${name}: accepted in ${turns.map(({ acceptedInS }) => acceptedInS.toFixed(1)).join(', ')} s, on every screen after ${turns.map(({ shownInS }) => shownInS.toFixed(1)).join(', ')} s`,
      ...(name === 'yielding' ? ['yielding: the load but for the probe runs with nice 10, in its quiet time too: it stands for devices and screens that are elsewhere'] : []),
      ...new Set(turns.map((turn) => wholeNote(name, turn))),
    ],
  };
}

const stormRows = (turn: string, name: StormName, { quiet, storm, peakRssMiB, stolenPercent }: StormResult): string[][] => [
  [...latencyRow(`quiet${turn}`, quiet), whole(peakRssMiB.quiet), stolenPercent.quiet.toFixed(1)],
  [...latencyRow(`${name}${turn}`, storm), whole(peakRssMiB.storm), stolenPercent.storm.toFixed(1)],
];

function wholeNote(name: StormName, turn: StormResult): string {
  const { alerts, rows, different, fewestShown, again, lost } = turn;
  return isWhole(turn)
    ? `${name}: all ${whole(alerts)} are in the database and on every screen exactly once`
    : `${name}: FAILED, ${whole(rows)} rows of ${whole(different)} different alerts in the database, ${whole(fewestShown)} on the screen with fewest, ${again} changes twice or out of order, ${lost} screens lost`;
}
