import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { alertSections } from './alerts.js';
import { backtestCells, backtestNotes } from './backtest.js';
import { cityCells, cityNotes } from './city.js';
import { codecCells, codecNotes } from './codecs.js';
import { edgeCells, edgeNotes } from './edge.js';
import { fleetsCells, fleetsNotes } from './fleets.js';
import type { RunReport } from './run-report.js';
import { verdictsOf } from './verdicts.js';
import { figureCells, figureNotes, markdownTable } from './tables.js';

const BEGIN = '<!-- figures of `npm run bench -- --markdown`: begin -->';
const END = '<!-- figures of `npm run bench -- --markdown`: end -->';

/** Writes the figures; in a file that has the markers, only what is between them. */
export function writeMarkdown(file: string, report: RunReport): void {
  const section = `${BEGIN}\n${markdownOf(report)}\n${END}`;
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  const isMarked = begin >= 0 && end > begin;
  if (text !== '' && !isMarked) throw new Error(`${file} has no markers to write between; it is left as it was`);
  writeFileSync(file, isMarked ? text.slice(0, begin) + section + text.slice(end + END.length) : `${section}\n`);
}

export function markdownOf(report: RunReport): string {
  const { machine } = report;
  const verdicts = verdictsOf(report);
  const facts = [
    ['Date', report.startedAt.slice(0, 10)],
    ['Machine', `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, data on ${machine.fileSystem}`],
    ['System', `${machine.system}, kernel ${machine.kernel}, Node ${machine.node}`],
    ['Load before the run', machine.loadBefore.toFixed(2)],
    ['Commit', machine.commit],
    ['Whole run', `${Math.round(report.seconds)} s`],
  ];
  return [
    markdownTable([['', ''], ...facts]),
    ...(report.results.length === 0 ? [] : [markdownTable(figureCells(report)), 'CPU in µs a message, user and system, all threads; peak memory of broker, hub or Telegraf, and InfluxDB; times in ms.', list([...report.workloads, ...figureNotes(report)])]),
    ...(verdicts.length === 0 ? [] : ['Who does better, the best first:', list(verdicts)]),
    ...(report.codecs.length === 0 ? [] : [markdownTable(codecCells(report.codecs)), list(codecNotes(report.codecs))]),
    ...(report.backtest === undefined ? [] : [markdownTable(backtestCells(report.backtest)), list(backtestNotes(report.backtest))]),
    ...(report.city === undefined ? [] : [markdownTable(cityCells(report.city)), list(cityNotes(report.city))]),
    ...(report.edge === undefined ? [] : [markdownTable(edgeCells(report.edge)), list(edgeNotes(report.edge))]),
    ...(report.fleets === undefined ? [] : [markdownTable(fleetsCells(report.fleets)), list(fleetsNotes(report.fleets))]),
    ...alertSections(report.alerts).flatMap(({ cells, notes }) => [markdownTable(cells), list(notes)]),
    ...(report.paths.length === 0 ? [] : ['Versions and settings:', list(report.paths.map(({ path, title, lines, skipped }) => `${path.toUpperCase()} ${title}: ${skipped === undefined ? lines.join('; ') : `skipped, ${skipped}`}`))]),
  ].join('\n\n');
}

const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');
