import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { nativeTopic, type Credentials } from '@liandong/protocols';
import { openScreen } from '../alerts/screen-client.js';
import { connectFrame, DISCONNECT, publishFrame } from '../load/frames.js';
import type { HubClient } from '../programs/hub-client.js';
import { percentile } from '../support/percentile.js';
import { until } from '../support/until.js';

/** From the event at the edge to the alert on a screen at the hub (ms). */
export interface AlarmFigures { readonly alerts: number; readonly p50: number; readonly p99: number; readonly max: number }

export interface Gate { readonly id: string; readonly credentials: Credentials }

/** One gate per alert, so that none is taken for the one before come back. */
export async function addGates(client: HubClient, prefix: string, count: number): Promise<Gate[]> {
  const gates: Gate[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = `${prefix}-${index}`;
    gates.push({ id, credentials: await client.addDevice({ id, name: id, kind: 'access_gate', area: 'bench-village' }) });
  }
  return gates;
}

/** Each gate is forced open once, `everyMs` apart. @throws Error when an alert does not come, or comes twice */
export async function forceGates(gates: readonly Gate[], { mqttPort, hubUrl, token, everyMs }: { mqttPort: number; hubUrl: string; token: string; everyMs: number }): Promise<AlarmFigures> {
  const sentAt = new Map<string, number>();
  const tookMs = new Map<string, number>();
  const screen = await openScreen({
    url: hubUrl, token, onLost: () => undefined,
    onAlert({ alert: { deviceId = '' } }) {
      const at = sentAt.get(deviceId);
      if (at !== undefined && !tookMs.has(deviceId)) tookMs.set(deviceId, performance.now() - at);
    },
  });
  try {
    for (const { id, credentials } of gates) {
      const gate = connect({ host: '127.0.0.1', port: mqttPort, noDelay: true });
      gate.write(connectFrame({ clientId: id, ...credentials }));
      await once(gate, 'data'); // CONNACK
      sentAt.set(id, performance.now());
      gate.write(publishFrame(nativeTopic({ subdistrict: 'bench-street', community: 'bench-village', device: id, kind: 'event' }), JSON.stringify({ id: 'forced', type: 'forced_open', ts: Date.now() }), 1));
      await once(gate, 'data'); // PUBACK
      gate.end(DISCONNECT);
      await sleep(everyMs);
    }
    await until('every alert is on the screen', () => tookMs.size === gates.length, 30_000);
  } finally {
    screen.disconnect();
  }
  const sorted = [...tookMs.values()].sort((a, b) => a - b);
  return { alerts: sorted.length, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: sorted.at(-1) ?? 0 };
}
