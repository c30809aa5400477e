import { existsSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { parseOptions, USAGE } from './options.js';
import { alertSections } from './report/alerts.js';
import { backtestCells, backtestNotes } from './report/backtest.js';
import { cityCells, cityNotes } from './report/city.js';
import { codecCells, codecNotes } from './report/codecs.js';
import { edgeCells, edgeNotes } from './report/edge.js';
import { fleetsCells, fleetsNotes } from './report/fleets.js';
import { writeMarkdown } from './report/markdown.js';
import { createProgress } from './report/progress.js';
import { isRight, type RunReport } from './report/run-report.js';
import { figureCells, figureNotes, textTable } from './report/tables.js';
import { verdictsOf } from './report/verdicts.js';
import { run } from './run.js';
import type { Resources } from './support/resources.js';

const PARENT_POLL_MS = 500;

/** Exit codes: 0 every row of every measured path is there and every codec decodes right, 1 not so or nothing measured, 2 bad options. */
async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 2;
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  if (!existsSync('/proc/self/stat')) {
    console.error('The benchmark reads CPU times from /proc, so it needs Linux.');
    return 1;
  }
  const resources = new Set<Resources>();
  endWithUs(resources);
  let stage = '';
  const report = await run({
    options, progress: createProgress(process.stdout, () => stage),
    onStage: (now) => { stage = now; },
    onResources: (owned) => resources.add(owned),
  });
  print(report);
  if (options.jsonFile !== undefined) writeFileSync(options.jsonFile, `${JSON.stringify(report, null, 2)}\n`);
  if (options.markdownFile !== undefined) writeMarkdown(options.markdownFile, report);
  return isRight(report) ? 0 : 1;
}

function readOptions() {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return undefined;
  }
}

/** Whatever ends this process, the servers and folders go too. npm may die without passing a signal on: then the parent is lost. */
function endWithUs(resources: ReadonlySet<Resources>): void {
  process.on('exit', () => { for (const owned of resources) owned.releaseNow(); });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(128 + constants.signals[signal]));
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => { if (process.ppid !== parent) process.exit(1); }, PARENT_POLL_MS).unref();
}

function print(report: RunReport): void {
  const { cpu, cores, loadBefore } = report.machine;
  const machine = `${cpu}, ${cores} cores, load ${loadBefore.toFixed(1)} before the run`;
  if (report.results.length > 0) {
    show(figureCells(report), [`CPU in µs a message, times in ms; ${machine}`, ...report.workloads, ...figureNotes(report), ...verdictsOf(report)]);
  }
  if (report.codecs.length > 0) show(codecCells(report.codecs), [machine, ...codecNotes(report.codecs)]);
  if (report.backtest !== undefined) show(backtestCells(report.backtest), [machine, ...backtestNotes(report.backtest)]);
  if (report.city !== undefined) show(cityCells(report.city), [machine, ...cityNotes(report.city)]);
  if (report.edge !== undefined) show(edgeCells(report.edge), [machine, ...edgeNotes(report.edge)]);
  if (report.fleets !== undefined) show(fleetsCells(report.fleets), [machine, ...fleetsNotes(report.fleets)]);
  for (const { cells, notes } of alertSections(report.alerts)) show(cells, [machine, ...notes]);
}

const show = (cells: readonly (readonly string[])[], notes: readonly string[]): void =>
  console.log(`\n${textTable(cells)}\n\n${notes.map((line) => `- ${line}`).join('\n')}`);

process.exit(await main());
