import type { SimDevice } from '../../fleet/roster.js';
import { streamOf, unitAt } from '../../random.js';
import type { Act, Scenario, Script } from '../scenario.js';
import { flappingScene, forcedScene, fullBinScene, minutes, silentScene, smogScene } from './night-scenes.js';

/** Asked for by name as the scenarios are, and alone: it brings its own fleet and its own clock. */
export const NIGHT = { name: 'night', summary: 'eight hours in minutes: gateway outage, smog, flapping bin, forced gates, three alerts to be missed' } as const;
export const NIGHT_HOURS = 8;
/** Eight hours in three minutes. */
export const NIGHT_COMPRESS = 160;

/** What happens in the night. The three that are missed are what an operator who sleeps does not acknowledge. */
export const NIGHT_ACTS = ['missed-critical', 'smog', 'missed-minor', 'bin-full', 'flapping', 'missed-major', 'bin-full-too', 'gateway-out', 'forced-gate'] as const;
export type NightActName = (typeof NIGHT_ACTS)[number];

/** Times since the run began, as long as they take in the run (ms). */
export interface NightAct { readonly name: NightActName; readonly devices: readonly string[]; readonly fromMs: number; readonly toMs: number }

export interface Night {
  readonly acts: readonly NightAct[];
  readonly script: Script;
  readonly lastsMs: number;
  /** Of `gateway-out`: this one's connection is lost without a word. `carried` fall silent with it. */
  readonly gateway: string;
  readonly carried: readonly string[];
}

/** Minutes by which an act may come later, by the seed. */
const JITTER_MIN = 5;

/** The night of a fleet, by its seed: the same one plays the same acts on the same devices at the same minute. */
export function createNight({ roster, seed, compress }: { roster: readonly SimDevice[]; seed: number; compress: number }): Night {
  const start = streamOf(seed, 'night/start');
  const cast = castOf(roster, seed);
  const played: { act: NightAct; scenario: Scenario | undefined; devices: readonly SimDevice[] }[] = [];
  const play = (name: NightActName, fromMin: number, lastsMin: number, devices: readonly SimDevice[], scenario?: Scenario): void => {
    const fromMs = minutes(fromMin + Math.floor(unitAt(start, NIGHT_ACTS.indexOf(name)) * JITTER_MIN)) / compress;
    played.push({ devices, scenario, act: { name, devices: devices.map(({ id }) => id), fromMs, toMs: fromMs + minutes(lastsMin) / compress } });
  };
  play('missed-critical', 20, 80, cast.gates.slice(0, 1), forcedScene('missed-critical', 80));
  play('smog', 60, 90, cast.sensors, smogScene(90));
  play('missed-minor', 60, 200, cast.gates.slice(1, 2), silentScene('missed-minor', 200));
  play('bin-full', 130, 35, cast.bins.slice(0, 1), fullBinScene('bin-full', 35, 84));
  play('flapping', 150, 130, cast.bins.slice(1, 2), flappingScene(130));
  play('missed-major', 200, 120, cast.bins.slice(2, 3), fullBinScene('missed-major', 120, 97));
  play('bin-full-too', 225, 35, cast.bins.slice(3, 4), fullBinScene('bin-full-too', 35, 84));
  play('gateway-out', 300, 90, cast.gateways);
  play('forced-gate', 420, 20, cast.gates.slice(2, 3), forcedScene('forced-gate', 20));
  const acts = played.flatMap(({ act: { fromMs }, scenario, devices }) => scenario === undefined ? [] : devices.map((device): Act => ({ scenario, device, startsMs: fromMs, pace: 1 / compress })));
  const gateway = cast.gateways[0]?.id ?? '';
  return {
    gateway, acts: played.map(({ act }) => act), lastsMs: minutes(NIGHT_HOURS * 60) / compress,
    carried: roster.filter(({ carriedBy }) => carriedBy?.gateway === gateway).map(({ id }) => id),
    script: { turn: (number) => number > 0 ? [] : acts },
  };
}

/** Who plays, by the seed; nobody has two parts, and nobody behind the gateway has another one. */
function castOf(roster: readonly SimDevice[], seed: number) {
  const native = roster.filter(({ carriedBy }) => carriedBy === undefined);
  const ofKind = (kind: SimDevice['kind']): SimDevice[] => shuffled(native.filter((device) => device.kind === kind), streamOf(seed, `night/${kind}`));
  const sensors = ofKind('env_sensor');
  return { gateways: ofKind('gateway'), gates: ofKind('access_gate'), bins: ofKind('waste_bin'), sensors: sensors.filter(({ community }) => community === sensors[0]?.community) };
}

const shuffled = (devices: readonly SimDevice[], stream: number): SimDevice[] =>
  devices.map((device, index) => ({ device, order: unitAt(stream, index) })).sort((a, b) => a.order - b.order).map(({ device }) => device);
