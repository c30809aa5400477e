import type { Part } from '../paths/types.js';
import { isGood, type Result, type RunReport } from './run-report.js';

const PARTS: readonly Part[] = ['broker', 'consumer', 'store'];
const HEADER = ['path', 'workload', 'messages/s', 'CPU: broker', 'hub or Telegraf', 'InfluxDB', 'sum', 'peak MiB', 'PUBACK p50', 'p99', 'stored after', 'rows'];
const NONE = '–';

/** The figures as cells, the header first. CPU in µs a message, times in ms. */
export const figureCells = ({ results }: RunReport): string[][] => [HEADER, ...results.map(cellsOf)];

function cellsOf(result: Result): string[] {
  const { path, title, workload, figures } = result;
  const name = `${path.toUpperCase()} ${title}`;
  if (figures === undefined) return [name, workload, ...HEADER.slice(3).map(() => NONE), 'FAILED'];
  const { parts, pubackMs } = figures;
  const isLive = workload === 'live';
  return [
    name, workload, whole(figures.messagesPerS),
    ...PARTS.map((part) => parts[part] === undefined ? NONE : parts[part].cpuUsPerMessage.toFixed(1)), figures.cpuUsPerMessage.toFixed(1),
    PARTS.flatMap((part) => parts[part] === undefined ? [] : [whole(parts[part].peakRssMiB)]).join(' + '),
    isLive ? pubackMs.p50.toFixed(1) : NONE, isLive ? pubackMs.p99.toFixed(1) : NONE, isLive ? whole(figures.storedAfterMs) : NONE,
    isGood(result) ? whole(figures.rows) : `FAILED: ${whole(figures.rows)} of ${whole(figures.expectedRows)}`,
  ];
}

/** What the cells leave out. */
export const figureNotes = ({ results }: RunReport): string[] => results.flatMap(({ path, workload, figures, failure }) => {
  if (figures === undefined) return [`${path.toUpperCase()} ${workload} FAILED: ${failure ?? 'unknown'}`];
  return figures.queueing === undefined ? [] : [`${path.toUpperCase()} drain: queueing the backlog took ${figures.queueing.seconds.toFixed(1)} s and ${figures.queueing.brokerCpuUsPerMessage.toFixed(1)} µs a message of the broker's CPU time, which the broker's figure includes; messages/s is of the draining alone`];
});

/** Columns aligned: text to the left, figures to the right. */
export function textTable(cells: readonly (readonly string[])[]): string {
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) => row.map((cell, column) => column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}

export function markdownTable([header = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), `|${header.map((_, column) => column < 2 ? '---|' : '--:|').join('')}`, ...rows.map(line)].join('\n');
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
