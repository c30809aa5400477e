import { describe, expect, it } from 'vitest';
import { parseOptions, type Options } from '../src/options.js';

const env = { LIANDONG_TOKEN: 'abc' };
const run = (argv: string[], environment: Record<string, string> = env): Options => {
  const parsed = parseOptions(argv, environment);
  if (parsed.wants !== 'run') throw new Error(JSON.stringify(parsed));
  return parsed.options;
};
const faults = (argv: string[], environment: Record<string, string> = env): readonly string[] => {
  const parsed = parseOptions(argv, environment);
  return parsed.wants === 'nothing' ? parsed.faults : [];
};

describe('the command line', () => {
  it('changes no secrets and no ids unless it is told to', () => {
    expect(run([])).toMatchObject({ mayRotate: false, prefix: '' });
    expect(run(['--rotate', '--prefix', 'x-'])).toMatchObject({ mayRotate: true, prefix: 'x-' });
    for (const prefix of ['X-', '-x', 'a_b', 'nine-char']) expect(faults(['--prefix', prefix])).toHaveLength(1);
  });

  it('needs a token and nothing else', () => {
    expect(run([])).toMatchObject({
      hubUrl: 'http://127.0.0.1:8080', brokerUrl: 'mqtt://127.0.0.1:1883', token: 'abc', devices: 60, seed: 1, speed: 1, scenarios: [], isDemo: false,
      messagesPerSecond: undefined, durationMs: undefined, stateFile: undefined,
    });
    expect(faults([], {})).toEqual([expect.stringContaining('LIANDONG_TOKEN')]);
  });

  it('prefers options to the environment', () => {
    const environment = { LIANDONG_TOKEN: 'abc', LIANDONG_HUB: 'http://hub:1', LIANDONG_MQTT: 'mqtts://broker:2' };
    expect(run([], environment)).toMatchObject({ hubUrl: 'http://hub:1', brokerUrl: 'mqtts://broker:2' });
    expect(run(['--hub', 'https://other', '--mqtt=mqtt://x:3', '--token', 'def'], environment)).toMatchObject({ hubUrl: 'https://other', brokerUrl: 'mqtt://x:3', token: 'def' });
  });

  it('reads numbers, scenarios and switches', () => {
    const options = run(['--devices', '2000', '--rate=0.5', '--seed', '0', '--duration', '1.5', '--speed', '60', '--scenario', 'smog, bin-overflow,smog', '--state', 'a/b.json', '--quiet', '--attached']);
    expect(options).toMatchObject({ devices: 2000, messagesPerSecond: 0.5, seed: 0, durationMs: 1500, speed: 60, stateFile: 'a/b.json', isQuiet: true, isAttached: true });
    expect(options.scenarios.map(({ name }) => name)).toEqual(['smog', 'bin-overflow']);
  });

  it('lists every bad option at once', () => {
    const list = faults(['--devices', '0', '--rate', 'fast', '--seed=1.5', '--speed', '--scenario', 'flood', '--hub', 'ftp://x', '--mqtt', '1883', '--colour', '--state=', '--duration=-1'], {}).join('\n');
    for (const name of ['devices', 'rate', 'seed', 'speed', 'hub', 'mqtt', 'colour', 'state', 'duration', 'token']) expect(list).toContain(`--${name}`);
    expect(list).toContain('fast');
    expect(faults(['--scenario', 'flood'])).toEqual([expect.stringMatching(/no "flood".*bin-overflow.*smog/)]);
    expect(faults(['word'])).toEqual([expect.stringContaining('word')]);
    expect(faults(['--demo', '--scenario', 'smog'])).toEqual([expect.stringContaining('--demo and --scenario')]);
    expect(faults(['--devices', 'Infinity'])).toHaveLength(1);
  });

  it('answers --help and --list without a token', () => {
    expect(parseOptions(['--help'], {}).wants).toBe('help');
    expect(parseOptions(['-h'], {}).wants).toBe('help');
    expect(parseOptions(['--list'], {}).wants).toBe('list');
  });
});
