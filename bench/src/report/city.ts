import type { CityResult } from '../city/measure-city.js';
import { whole } from './tables.js';

/** What a pull of one day of 15-minute rows for 200 communities × 12 metrics may take on a quiet machine (s). */
export const PULL_LIMIT_S = 2;
const HEADER = ['city', '', 'rows', 'seconds', 'rows/s', 'pages', 'MB unpacked'];

/** The second column marks what is too slow or wrong. */
export function cityCells(result: CityResult): string[][] {
  if ('failure' in result) return [HEADER, ['city', 'FAILED', ...HEADER.slice(2).map(() => '–')]];
  const { rows, pulls, citySeconds } = result;
  return [
    HEADER,
    ...pulls.map(({ what, format, seconds, pages, bytes }) => [`pull of ${what}, ${format}`, seconds > PULL_LIMIT_S ? `over ${PULL_LIMIT_S} s` : '', whole(rows), seconds.toFixed(2), whole(rows / seconds), whole(pages), (bytes / 1e6).toFixed(0)]),
    ['the city role, to its own database', '', whole(rows), citySeconds.toFixed(2), whole(rows / citySeconds), '–', '–'],
  ];
}

export const cityNotes = (result: CityResult): string[] => 'failure' in result ? [`city FAILED: ${result.failure}`] : [
  'city: one day of 15-minute rows of a real hub through HTTP with gzip, 10,000 rows a page, to the last byte unpacked; every row was there once. The city role takes 2,500 rows a page, checks each and commits it with its cursor; hub and city share the machine',
];
