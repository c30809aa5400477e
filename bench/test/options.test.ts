import { expect, it } from 'vitest';
import { parseOptions } from '../src/options.js';

it('measures all paths in full size unless told otherwise', () => {
  expect(parseOptions([])).toMatchObject({ paths: ['a', 'b', 'c'], messagesPerS: 6000, liveSeconds: 20, messages: 200_000, codecs: { cpuMs: 1000 } });
});

it('takes the paths in their own order, and counts over those of --quick', () => {
  expect(parseOptions(['--quick', '--paths', 'C,a', '--messages', '5000'])).toMatchObject({ paths: ['a', 'c'], messages: 5000, messagesPerS: 2000 });
});

it('measures the codecs alone, or leaves them out', () => {
  expect(parseOptions(['--paths', 'codecs'])).toMatchObject({ paths: [], codecs: { cpuMs: 1000 } });
  expect(parseOptions(['--paths', 'b'])).toMatchObject({ paths: ['b'], codecs: undefined });
});

it('measures a city\'s pull by name, and with all the rest', () => {
  expect(parseOptions(['--paths', 'city'])).toMatchObject({ paths: [], backtest: undefined, city: { communities: 200, metrics: 12 } });
  expect([parseOptions([]), parseOptions(['--paths', 'a'])]).toMatchObject([{ city: { communities: 200 } }, { city: undefined }]);
});

it('measures rules, alerts and the storm by name, and with all the rest', () => {
  expect(parseOptions(['--paths', 'rules,storm'])).toMatchObject({ paths: [], codecs: undefined, rules: { rounds: 6 }, alerts: undefined, storm: { alerts: 50_000, seconds: 60 }, yielding: { alerts: 50_000, loadYields: true }, outrun: { alerts: 50_000, seconds: 15 } });
  expect(parseOptions([])).toMatchObject({ rules: { messages: 100_000 }, alerts: { alertsPerS: 20 }, storm: { screens: 10 } });
});

it.each([['--rate', '0'], ['--rate', 'fast'], ['--messages', '99'], ['--seconds', '-1'], ['--paths', 'a,x']])('refuses %s %s by name', (name, value) => {
  expect(() => parseOptions([`${name}=${value}`])).toThrow(name);
});
