import { setTimeout as sleep } from 'node:timers/promises';
import { Publisher } from '../load/publisher.js';
import { serveParent } from '../support/fork-program.js';
import { until } from '../support/until.js';
import { CRITICAL_EVENTS, criticalRuleId } from './bench-rules.js';
import type { ProbeAnswer, ProbeOrder } from './probe.js';
import { openScreen } from './screen-client.js';

const TICK_MS = 1;
const GIVE_UP_MS = 60_000;

/**
 * Publishes events of gates and has a screen that waits for each to come back, on one clock. `open` connects; `send` sends at a fixed rate, each when it is
 * due however late the others are, and answers how long each took from when it was due.
 */
const waiting = new Map<string, number>();
const publishers: Publisher[] = [];
let gates: Extract<ProbeOrder, { type: 'open' }>['gates'] = [];
let latenciesMs: number[] = [];
let runs = 0;

const say = (message: ProbeAnswer): void => { process.send?.(message); };
const fail = (reason: string): void => { process.send?.({ type: 'failed', reason }); };

async function open({ url, token, mqttPort, gates: given, seen: rule }: Extract<ProbeOrder, { type: 'open' }>): Promise<void> {
  gates = given;
  await openScreen({
    url, token, onLost: fail,
    onAlert({ alert: { deviceId, ruleId } }) {
      const key = `${deviceId ?? ''} ${ruleId}`;
      const dueAt = waiting.get(key);
      if (dueAt === undefined) return;
      waiting.delete(key);
      latenciesMs.push(performance.now() - dueAt);
    },
  });
  publishers.push(...gates.map(({ login }) => new Publisher({ port: mqttPort, login, onFailure: fail })));
  for (const publisher of publishers) await publisher.open();
  keyOf = rule === 'rule' ? criticalRuleId : (event) => event;
  say({ type: 'opened' });
}
let keyOf: (event: string) => string = criticalRuleId;

async function send({ first, count, perS }: Extract<ProbeOrder, { type: 'send' }>): Promise<void> {
  latenciesMs = [];
  runs += 1;
  const startedAt = performance.now();
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.floor((performance.now() - startedAt) * perS / 1000) + 1);
    for (; sent < due; sent += 1) {
      const at = (first + sent) % gates.length;
      const event = CRITICAL_EVENTS[Math.floor((first + sent) / gates.length) % CRITICAL_EVENTS.length] ?? 'denied';
      const gate = gates[at];
      if (gate === undefined) continue;
      waiting.set(`${gate.login.clientId} ${keyOf(event)}`, startedAt + sent * 1000 / perS);
      publishers[at]?.publish(gate.topic, JSON.stringify({ id: `${runs}-${first + sent}`, ts: Date.now(), type: event, data: { method: 'card' } }));
    }
    await sleep(TICK_MS);
  }
  await until('every event has come to the screen', () => waiting.size === 0, GIVE_UP_MS);
  say({ type: 'sent', latenciesMs });
}

serveParent<ProbeOrder>((order) => order.type === 'open' ? open(order) : send(order));
