import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const document = read('docs/decisions/dependencies.md');

/** Names in the table under a heading. */
function documented(heading: string): string[] {
  const section = document.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? '').sort();
}

interface Manifest { dependencies?: Record<string, string>; devDependencies?: Record<string, string> }

describe('docs/decisions/dependencies.md', () => {
  it.each([['root', 'package.json'], ...['protocols', 'hub', 'edge-sim', 'console'].map((name) => [name, `${name}/package.json`])])('gives a reason for every dependency of %s, and for no other', (heading, path) => {
    const { dependencies, devDependencies } = JSON.parse(read(path ?? '')) as Manifest;
    const declared = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !name.startsWith('@liandong/')).sort();
    expect(documented(heading ?? '')).toEqual(declared);
  });
});
