import { parseArgs } from 'node:util';
import type { LatencySize } from './alerts/measure-latency.js';
import type { RulesSize } from './alerts/measure-rules.js';
import type { StormSize } from './alerts/measure-storm.js';
import type { CitySize } from './city/measure-city.js';
import type { EdgeSize } from './edge/measure-edge.js';
import type { FleetsSize } from './fleets/measure-fleets.js';
import { DEVICES } from './fleet.js';
import { PATH_IDS, type PathId } from './paths/types.js';

export interface Options {
  readonly paths: readonly PathId[];
  /** Undefined: the codecs are not measured. Else how long each is (ms of CPU time). */
  readonly codecs: { readonly cpuMs: number; readonly warmUpMs: number } | undefined;
  /** Undefined: back-tests are not measured. */
  readonly backtest: { readonly devices: number; readonly days: number; readonly seconds: number } | undefined;
  /** Undefined: a city's pull is not measured. */
  readonly city: CitySize | undefined;
  /** Undefined, each: not measured. */
  readonly rules: RulesSize | undefined;
  readonly alerts: LatencySize | undefined;
  readonly storm: StormSize | undefined;
  /** The same storm with a load that leaves the processor to the hub; measured with the first. */
  readonly yielding: StormSize | undefined;
  /** Another storm, that outruns the hub; measured with the first. */
  readonly outrun: StormSize | undefined;
  readonly edge: EdgeSize | undefined;
  readonly fleets: FleetsSize | undefined;
  /** Of the live workload. */
  readonly messagesPerS: number;
  readonly liveSeconds: number;
  /** Of the drained backlog. */
  readonly messages: number;
  readonly warmUpMessages: number;
  readonly jsonFile: string | undefined;
  readonly markdownFile: string | undefined;
}

export const USAGE = `npm run bench -- [options]
  --paths a,b,rules  a: embedded hub, b: Mosquitto + hub + InfluxDB, c: Mosquitto + Telegraf + InfluxDB,
                     codecs: what decoding a message costs, rules: the hub with 10 and with 10,000 rules,
                     alerts: from a publish to a screen, by the hub and by a bare echo, storm: 50,000 alerts in a minute, three times, also with a load that yields, and in a quarter of one,
                     backtest: a rule over 30 days of 1,000 devices while others report,
                     city: a pull of a day's aggregates of 200 communities,
                     edge: an edge cut off from its hub, killed and back with a backlog,
                     fleets: what a message costs with 100 and with 10,000 devices (all)
  --rate N           messages a second of the live workload (6000)
  --seconds N        how long it lasts (20)
  --backlog N        messages that wait at the edge (100000)
  --messages N       messages of the drained backlog (200000)
  --quick            small counts, to see that it works; the figures mean nothing
  --json FILE        writes every figure
  --markdown FILE    writes the tables; a FILE that has them gets them between its markers`;

const FULL = {
  rate: 6000, seconds: 20, messages: 200_000, warmUp: 20_000, codecs: { cpuMs: 1000, warmUpMs: 250 }, backtest: { devices: 1000, days: 30, seconds: 20 }, city: { communities: 200, metrics: 12 },
  rules: { rounds: 6, messages: 100_000, warmUpMessages: 20_000 },
  alerts: { alertsPerS: 20, seconds: 16, messagesPerS: 1000 },
  storm: { rounds: 3, alerts: 50_000, seconds: 60, criticalsPerS: 10, quietSeconds: 30, messagesPerS: 500, screens: 10 },
  outrun: { rounds: 1, alerts: 50_000, seconds: 15, criticalsPerS: 40, quietSeconds: 5, messagesPerS: 500, screens: 10 },
  // The aim is for a million; a tenth keeps the whole run short. --backlog sets it.
  edge: { backlog: 100_000, messagesPerS: 200, alerts: 60, everyMs: 250, idleS: 20 },
  fleets: { few: 100, many: 10_000, messagesPerS: 3000, seconds: 20, rounds: 2 },
};
const QUICK: typeof FULL = {
  rate: 2000, seconds: 3, messages: 10_000, warmUp: 2000, codecs: { cpuMs: 100, warmUpMs: 50 }, backtest: { devices: 100, days: 3, seconds: 3 }, city: { communities: 20, metrics: 12 },
  rules: { rounds: 2, messages: 10_000, warmUpMessages: 2000 },
  alerts: { alertsPerS: 20, seconds: 3, messagesPerS: 500 },
  storm: { rounds: 2, alerts: 2000, seconds: 4, criticalsPerS: 10, quietSeconds: 3, messagesPerS: 200, screens: 3 },
  outrun: { rounds: 1, alerts: 2000, seconds: 1, criticalsPerS: 40, quietSeconds: 1, messagesPerS: 200, screens: 3 },
  fleets: { few: 100, many: 1000, messagesPerS: 500, seconds: 2, rounds: 1 },
  edge: { backlog: 5000, messagesPerS: 100, alerts: 5, everyMs: 200, idleS: 1 },
};

/** @throws Error that names the option at fault */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      paths: { type: 'string' }, rate: { type: 'string' }, seconds: { type: 'string' }, messages: { type: 'string' }, backlog: { type: 'string' },
      quick: { type: 'boolean' }, json: { type: 'string' }, markdown: { type: 'string' }, help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const defaults = values.quick === true ? QUICK : FULL;
  const wanted = values.paths === undefined ? PARTS : partsOf(values.paths);
  return {
    paths: PATH_IDS.filter((id) => wanted.includes(id)),
    codecs: wanted.includes('codecs') ? defaults.codecs : undefined,
    backtest: wanted.includes('backtest') ? defaults.backtest : undefined,
    city: wanted.includes('city') ? defaults.city : undefined,
    rules: wanted.includes('rules') ? defaults.rules : undefined,
    alerts: wanted.includes('alerts') ? defaults.alerts : undefined,
    storm: wanted.includes('storm') ? defaults.storm : undefined,
    yielding: wanted.includes('storm') ? { ...defaults.storm, rounds: 1, loadYields: true } : undefined,
    outrun: wanted.includes('storm') ? defaults.outrun : undefined,
    fleets: wanted.includes('fleets') ? defaults.fleets : undefined,
    edge: wanted.includes('edge') ? { ...defaults.edge, backlog: whole('--backlog', values.backlog, defaults.edge.backlog, DEVICES) } : undefined,
    messagesPerS: whole('--rate', values.rate, defaults.rate, 1),
    liveSeconds: whole('--seconds', values.seconds, defaults.seconds, 1),
    messages: whole('--messages', values.messages, defaults.messages, DEVICES),
    warmUpMessages: defaults.warmUp,
    jsonFile: values.json,
    markdownFile: values.markdown,
  };
}

const PARTS: readonly string[] = [...PATH_IDS, 'codecs', 'backtest', 'city', 'rules', 'alerts', 'storm', 'edge', 'fleets'];

function partsOf(text: string): string[] {
  const wanted = text.toLowerCase().split(',').map((part) => part.trim());
  const unknown = wanted.find((part) => !PARTS.includes(part));
  if (unknown !== undefined) throw new Error(`--paths takes ${PARTS.join(', ')}, not "${unknown}"`);
  return wanted;
}

function whole(name: string, text: string | undefined, fallback: number, min: number): number {
  if (text === undefined) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= min) return value;
  throw new Error(`${name} takes a whole number of ${min} or more, not "${text}"`);
}
