import { readFileSync } from 'node:fs';

/** What `npm start` and `npm run edge` give Node.js. */
export const V8_FLAGS = JSON.parse(readFileSync(new URL('../../../scripts/v8-flags.json', import.meta.url), 'utf8')) as Readonly<Record<'hub' | 'edge', readonly string[]>>; // in this repository
