import { parseArgs } from 'citty';
import { ARGUMENTS } from './arguments.js';
import { scenarioByName } from './scenarios/catalogue.js';
import { NIGHT, NIGHT_COMPRESS } from './scenarios/night/night.js';
import type { Scenario } from './scenarios/scenario.js';

export interface Options {
  readonly hubUrl: string;
  readonly brokerUrl: string;
  readonly token: string;
  readonly stateFile: string | undefined;
  /** May devices whose secret is not known be given a new one? */
  readonly mayRotate: boolean;
  /** Begins every device id; empty for the fleet that is a hub's own. */
  readonly prefix: string;
  readonly devices: number;
  readonly messagesPerSecond: number | undefined;
  readonly seed: number;
  readonly scenarios: readonly Scenario[];
  /** The scripted night, instead of scenarios. */
  readonly night: { readonly compress: number } | undefined;
  readonly durationMs: number | undefined;
  readonly speed: number;
  readonly isDemo: boolean;
  readonly isQuiet: boolean;
  readonly isAttached: boolean;
}

export type ParsedOptions =
  | { readonly wants: 'help' | 'list' }
  | { readonly wants: 'run'; readonly options: Options }
  /** One sentence per bad option. */
  | { readonly wants: 'nothing'; readonly faults: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the command line and the environment. Never throws: every bad option is in `faults`. */
export function parseOptions(argv: readonly string[], env: Environment): ParsedOptions {
  const raw: Readonly<Record<string, unknown>> & { readonly _: readonly string[] } = parseArgs(['-h'].includes(argv[0] ?? '') ? ['--help'] : [...argv], ARGUMENTS);
  if (raw['help'] === true) return { wants: 'help' };
  if (raw['list'] === true) return { wants: 'list' };

  const faults = [
    ...Object.keys(raw).filter((key) => key !== '_' && !Object.hasOwn(ARGUMENTS, key)).map((key) => `--${key}: there is no such option.`),
    ...raw._.map((word) => `${word}: options begin with --.`),
  ];
  const text = (name: string, variable?: string): string | undefined => {
    const value = raw[name] ?? (variable === undefined ? undefined : env[variable] || undefined);
    return typeof value === 'string' ? value : undefined;
  };
  const number = (name: string, { min, max, isWhole = false }: { min: number; max: number; isWhole?: boolean }): number | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    const parsed = value.trim() === '' ? NaN : Number(value);
    if (parsed >= min && parsed <= max && (!isWhole || Number.isSafeInteger(parsed))) return parsed;
    faults.push(`--${name}: "${value}" is not a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}.`);
    return undefined;
  };
  const address = (name: string, variable: string, fallback: string, protocols: readonly string[]): string => {
    const value = text(name, variable) ?? fallback;
    if (!isAddress(value, protocols)) faults.push(`--${name} (${variable}): "${value}" is not an address that begins with ${protocols.map((one) => `${one}//`).join(' or ')}.`);
    return value;
  };
  const token = text('token', 'LIANDONG_TOKEN')?.trim() ?? '';
  if (token === '') faults.push('LIANDONG_TOKEN (or --token): missing; an admin makes one with POST /api/v1/tokens.');
  else if (/[^\x21-\x7e]/.test(token)) faults.push('LIANDONG_TOKEN (or --token): holds characters a token never has.');
  const state = text('state');
  if (state === '') faults.push('--state: a file name is missing.');
  const prefix = text('prefix') ?? '';
  if (!/^([a-z0-9][a-z0-9-]{0,7})?$/.test(prefix)) faults.push(`--prefix: "${prefix}" is not up to 8 small letters, digits and hyphens.`);
  const isNight = text('scenario')?.trim() === NIGHT.name;
  const scenarios = isNight ? [] : namedScenarios(text('scenario'), faults);
  if (raw['demo'] === true && scenarios.length > 0) faults.push('--demo and --scenario: use one of them; the demo has its own script.');

  const compress = number('compress', { min: 1, max: 480 });
  if (compress !== undefined && !isNight) faults.push('--compress: only the night can be made shorter; name it with --scenario night.');
  if (isNight) for (const name of NOT_AT_NIGHT) if (raw[name] !== undefined && raw[name] !== false) faults.push(`--${name} and --scenario night: the night has its own fleet and its own clock.`);

  const options: Options = {
    hubUrl: address('hub', 'LIANDONG_HUB', 'http://127.0.0.1:8080', ['http:', 'https:']),
    brokerUrl: address('mqtt', 'LIANDONG_MQTT', 'mqtt://127.0.0.1:1883', ['mqtt:', 'mqtts:']),
    token, stateFile: state, mayRotate: raw['rotate'] === true, prefix, scenarios, night: isNight ? { compress: compress ?? NIGHT_COMPRESS } : undefined,
    devices: number('devices', { min: 1, max: 20_000, isWhole: true }) ?? 60,
    messagesPerSecond: number('rate', { min: 0.01, max: 100_000 }),
    seed: number('seed', { min: 0, max: 2 ** 31 - 1, isWhole: true }) ?? 1,
    durationMs: seconds(number('duration', { min: 0.1, max: 31_536_000 })),
    speed: number('speed', { min: 0.01, max: 10_000 }) ?? 1,
    isDemo: raw['demo'] === true, isQuiet: raw['quiet'] === true, isAttached: raw['attached'] === true,
  };
  return faults.length > 0 ? { wants: 'nothing', faults } : { wants: 'run', options };
}

const NOT_AT_NIGHT = ['devices', 'rate', 'speed', 'demo'];

const seconds = (value: number | undefined): number | undefined => value === undefined ? undefined : Math.round(value * 1000);

function isAddress(value: string, protocols: readonly string[]): boolean {
  return URL.canParse(value) && protocols.includes(new URL(value).protocol) && new URL(value).hostname !== '';
}

function namedScenarios(list: string | undefined, faults: string[]): Scenario[] {
  if (list === undefined) return [];
  return [...new Set(list.split(',').map((name) => name.trim()))].flatMap((name) => {
    const scenario = scenarioByName.get(name);
    if (name === NIGHT.name) faults.push('--scenario: the night is played alone.');
    else if (scenario === undefined) faults.push(`--scenario: there is no "${name}"; there are ${[...scenarioByName.keys(), NIGHT.name].join(', ')}.`);
    return scenario ?? [];
  });
}
