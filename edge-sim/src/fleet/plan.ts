import { createGateTraffic, type GateStep } from '../devices/gate.js';
import { plausibleValues } from '../devices/values.js';
import { createWeather } from '../devices/weather.js';
import { DueHeap } from '../heap.js';
import { streamOf, unitAt } from '../random.js';
import type { Act, Script } from '../scenarios/scenario.js';
import { Stage } from '../scenarios/stage.js';
import { carriedReport, type Report } from './carried.js';
import type { CommandOutcome, SimCommand, SimMessage } from './message.js';
import { modelOf } from './models.js';
import type { SimDevice } from './roster.js';

export interface PlanOptions {
  readonly roster: readonly SimDevice[];
  readonly seed: number;
  /** When the run begins (epoch ms); part of every event's id. */
  readonly startMs: number;
  /** How much faster the day goes by than the wall clock. Intervals and scenarios keep wall-clock time. */
  readonly speed: number;
  /** Simulated time at the start (epoch ms); `startMs` when not given. */
  readonly dayMs?: number;
  /** How many times shorter the pauses between people, and what a gate tells of one of them, get; 1 when not given. Reports keep their device's interval. */
  readonly compress?: number;
  /** Without rare happenings in the baseline: every alert is a scenario's. */
  readonly isCalm: boolean;
  /** Gates tell one event or report per interval instead of Poisson arrivals, so that the whole fleet keeps an exact rate. */
  readonly isPaced: boolean;
  readonly script?: Script | undefined;
}

/** Everything the fleet will say, in order. The same options always give the same messages, byte for byte. */
export interface Plan {
  readonly nextDueMs: number | undefined;
  /** The messages due at or before that time, oldest first; each is given once. */
  takeDue(untilMs: number): SimMessage[];
  /** Does what the hub asks of a device; what it says for it comes out of `takeDue` at that time. Undefined: the device keeps silent. */
  obey(device: string, command: SimCommand, nowMs: number): CommandOutcome | undefined;
}

/** What a device makes of a command. */
type Obey = (command: SimCommand, nowMs: number) => CommandOutcome | undefined;
type Task = (dueMs: number) => void;

export function createPlan(options: PlanOptions): Plan {
  const { roster, seed, startMs, speed, script, dayMs = startMs, compress = 1 } = options;
  const tasks = new DueHeap<Task>();
  const stage = new Stage();
  const weather = createWeather(seed);
  const obeyed = new Map<string, Obey>();
  const carriers = new Map(roster.filter(({ carries }) => carries !== undefined).map((device) => [device.id, device]));
  let out: SimMessage[] = [];
  let events = 0;

  const simMs = (dueMs: number): number => dayMs + (dueMs - startMs) * speed;
  const actAt = (device: SimDevice, dueMs: number) => stage.at(device.id, dueMs - startMs);
  const say = (dueMs: number, device: SimDevice, kind: SimMessage['kind'], body: object): void => {
    out.push({ dueMs, device: device.id, kind, payload: JSON.stringify(body) });
  };
  const sayReport = (dueMs: number, device: SimDevice, report: Report): void => {
    const carrier = device.carriedBy === undefined ? undefined : carriers.get(device.carriedBy.gateway);
    if (carrier === undefined) say(dueMs, device, 'telemetry', report);
    else out.push({ dueMs, device: carrier.id, kind: 'telemetry', ...carriedReport(device, carrier, report) });
  };
  const sayEvent = (dueMs: number, device: SimDevice, { type, data }: Pick<GateStep, 'type' | 'data'>): void => {
    say(dueMs, device, 'event', { id: `${startMs.toString(36)}-${seed}-${(events++).toString(36)}`, ts: dueMs, type, data });
  };
  const sayLater = (fromMs: number, device: SimDevice, steps: readonly GateStep[]): void => {
    for (const step of steps) tasks.push(fromMs + Math.round(step.afterMs / compress), (dueMs) => sayEvent(dueMs, device, step));
  };

  const startReports = (device: SimDevice): void => {
    const model = modelOf(device, { seed, weather, isCalm: options.isCalm });
    if (model === undefined) return;
    const traffic = options.isPaced ? trafficOf(device, options) : undefined;
    const coin = streamOf(seed, `${device.id}/coin`);
    const phase = unitAt(streamOf(seed, `${device.id}/phase`), 0);
    let number = 0;
    let pace = { fromMs: startMs, offset: phase, everyMs: device.reportEveryMs, turn: 0 };
    const planNext = (): void => {
      const { fromMs, offset, everyMs, turn } = pace;
      const mine = pace;
      tasks.push(Math.round(fromMs + (offset + turn) * everyMs), (dueMs) => { if (mine === pace) onTurn(dueMs); });
    };
    const sayValues = (dueMs: number): boolean => {
      const at = actAt(device, dueMs);
      const base = model(simMs(dueMs));
      const { shape } = at?.act.scenario ?? {};
      const values = shape === undefined || at === undefined ? base : shape(at.actMs, base);
      if (values !== undefined) sayReport(dueMs, device, { ts: dueMs, seq: number, values: plausibleValues(values) });
      number += 1;
      return values !== undefined;
    };
    const sayPass = (dueMs: number, [first]: readonly GateStep[]): void => {
      if (first !== undefined) sayEvent(dueMs, device, first);
      number += 1;
    };
    const onTurn: Task = (dueMs) => {
      if (traffic !== undefined && actAt(device, dueMs) === undefined && unitAt(coin, number) < 0.5) sayPass(dueMs, traffic.pass(simMs(dueMs)));
      else sayValues(dueMs);
      pace.turn += 1;
      planNext();
    };
    obeyed.set(device.id, (command, nowMs) => {
      switch (command.type) {
        case 'report_now': return sayValues(nowMs) ? { ok: true } : undefined;
        case 'set_interval':
          pace = { fromMs: nowMs, offset: 1, everyMs: command.seconds * 1000, turn: 0 };
          planNext();
          return { ok: true };
        case 'open_gate':
          if (!isGate(device)) return { ok: false, error: 'not a gate' };
          sayLater(nowMs, device, REMOTE_PASS);
          return { ok: true };
      }
    });
    planNext();
  };

  const startTraffic = (device: SimDevice): void => {
    const traffic = trafficOf(device, options);
    if (traffic === undefined || options.isPaced) return;
    const nextWaitMs = (): number => Math.max(1, Math.round(traffic.waitMs() / compress));
    const arrive: Task = (dueMs) => {
      if (traffic.isHere(simMs(dueMs)) && actAt(device, dueMs) === undefined) sayLater(dueMs, device, traffic.pass(simMs(dueMs)));
      tasks.push(dueMs + nextWaitMs(), arrive);
    };
    tasks.push(startMs + nextWaitMs(), arrive);
  };

  const startTurn = (number: number): void => {
    if (script === undefined) return;
    const turnMs = number * (script.periodMs ?? 0);
    const acts = script.turn(number).map((act): Act => ({ ...act, startsMs: act.startsMs + turnMs }));
    stage.add(acts);
    for (const { device, scenario, startsMs } of acts) sayLater(Math.round(startMs + startsMs), device, scenario.events ?? []);
    if (script.periodMs !== undefined) tasks.push(startMs + turnMs + script.periodMs, () => startTurn(number + 1));
  };

  startTurn(0);
  for (const device of roster) {
    startReports(device);
    startTraffic(device);
  }
  return {
    obey: (device, command, nowMs) => obeyed.get(device)?.(command, nowMs),
    get nextDueMs() { return tasks.nextDueMs; },
    takeDue: (untilMs) => {
      for (let due = tasks.pop(untilMs); due !== undefined; due = tasks.pop(untilMs)) due.item(due.dueMs);
      const taken = out;
      out = [];
      return taken;
    },
  };
}

function trafficOf(device: SimDevice, { seed, isCalm }: PlanOptions): ReturnType<typeof createGateTraffic> | undefined {
  const { id, kind, profile } = device;
  return kind === 'access_gate' || kind === 'vehicle_gate' ? createGateTraffic({ seed, id, kind, profile, isCalm }) : undefined;
}

const isGate = ({ kind }: SimDevice): boolean => kind === 'access_gate' || kind === 'vehicle_gate';
/** What a gate tells when it is opened from afar. */
const REMOTE_PASS: readonly GateStep[] = [
  { afterMs: 0, type: 'granted', data: { method: 'remote' } }, { afterMs: 0, type: 'door_opened', data: {} }, { afterMs: 4000, type: 'door_closed', data: {} },
];
