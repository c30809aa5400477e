import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const textOf = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
const flags = JSON.parse(textOf('scripts/v8-flags.json')) as Record<'hub' | 'edge' | 'city', string[]>;

it('a container is given the flags of V8 that `npm run hub` gives', () => {
  const command = JSON.parse(/^CMD (\[.*\])$/m.exec(textOf('Dockerfile'))?.[1] ?? '[]') as string[];
  expect(command).toEqual(['node', ...flags.hub, 'hub/dist/main.js']);
});

it('flags of V8 that the documents name are those that are given', () => {
  const named = ['docs/operations.md', 'docs/benchmarks.md'].flatMap((file) => textOf(file).match(/--[a-z-]+-space-size(=\d+)?/g) ?? []);
  const given = Object.values(flags).flat();
  expect(named).not.toEqual([]);
  expect(named.filter((flag) => !given.some((one) => one === flag || one.startsWith(`${flag}=`)))).toEqual([]);
});
