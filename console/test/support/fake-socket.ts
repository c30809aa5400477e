import type { SubscribeAnswer, SubscribeRequest } from '@liandong/protocols';
import type { LiveSocket } from '../../src/live/live-socket.js';

type Listener = (...args: never[]) => void;
type Answer = (failure: Error | null, answer?: SubscribeAnswer | { error: { code: string; title: string } }) => void;

/** Stands in for socket.io-client's socket: the one outside system of the live store. */
export function createFakeSocket() {
  const listeners = new Map<string, Listener>();
  const requests: { request: SubscribeRequest; answer: Answer }[] = [];
  const fake = {
    connected: false, active: true, connects: 0, engineCloses: 0,
    on: (event: string, listener: Listener) => { listeners.set(event, listener); return fake; },
    removeAllListeners: () => { listeners.clear(); return fake; },
    connect: () => { fake.connects += 1; return fake; },
    disconnect: () => { fake.active = false; fake.hear('disconnect'); return fake; },
    timeout: () => ({ emit: (_event: string, request: SubscribeRequest, answer: Answer) => { requests.push({ request, answer }); } }),
    io: { engine: { close: () => { fake.engineCloses += 1; fake.hear('disconnect'); } } },
    /** Plays an event of the hub or of the transport. */
    hear(event: string, ...args: unknown[]): void {
      if (event === 'connect') [fake.connected, fake.active] = [true, true];
      if (event === 'disconnect') fake.connected = false;
      // Events carry whatever the test gives; the listener's own types hold in the store.
      (listeners.get(event) as ((...given: unknown[]) => void) | undefined)?.(...args);
    },
  };
  // Only the part of the interface that the store uses is there.
  return { fake, requests, socket: fake as unknown as LiveSocket };
}
