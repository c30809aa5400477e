import { expect, it } from 'vitest';
import { parseOptions } from '../src/options.js';

it('measures all paths in full size unless told otherwise', () => {
  expect(parseOptions([])).toMatchObject({ paths: ['a', 'b', 'c'], messagesPerS: 6000, liveSeconds: 20, messages: 200_000 });
});

it('takes the paths in their own order, and counts over those of --quick', () => {
  expect(parseOptions(['--quick', '--paths', 'C,a', '--messages', '5000'])).toMatchObject({ paths: ['a', 'c'], messages: 5000, messagesPerS: 2000 });
});

it.each([['--rate', '0'], ['--rate', 'fast'], ['--messages', '99'], ['--seconds', '-1'], ['--paths', 'a,x']])('refuses %s %s by name', (name, value) => {
  expect(() => parseOptions([`${name}=${value}`])).toThrow(name);
});
