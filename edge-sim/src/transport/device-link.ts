import { nativeTopic, type TopicKind } from '@liandong/protocols';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { CommandOutcome, SimCommand, SimMessage } from '../fleet/message.js';
import type { Random } from '../random.js';
import type { Limiter } from '../run/limiter.js';
import type { Scheduler } from '../run/scheduler.js';
import { backoffMs } from './backoff.js';
import { readCommand } from './command.js';
import { EventOutbox } from './event-outbox.js';
import type { Traffic } from './traffic.js';

export interface DeviceLinkDeps {
  readonly brokerUrl: string;
  readonly device: { readonly id: string; readonly subdistrict: string; readonly community: string };
  readonly secret: string;
  readonly scheduler: Scheduler;
  /** Shared by the fleet: how many may shake hands at once. */
  readonly handshakes: Limiter;
  readonly random: Random;
  /** Between two tries to connect; eight seconds when not given (ms). */
  readonly longestPauseMs?: number | undefined;
  readonly traffic: Traffic;
  /** The broker refused the device's secret. */
  readonly onRefused: (device: string) => void;
  /** Does what the hub asks; undefined: the device keeps silent. Without it the device takes no commands. */
  readonly onCommand?: ((command: SimCommand) => CommandOutcome | undefined) | undefined;
}

const HANDSHAKE_MS = 10_000;
const KEEPALIVE_S = 60;
/** A connection that lasted this long starts the pauses from the shortest again. */
const STEADY_MS = 10_000;
const UNACKED_LIMIT = 100;
const EVENTS_LIMIT = 200;
/** Commands that are known again when they are delivered twice. */
const COMMANDS_LIMIT = 20;
/** MQTT 3.1.1 §3.2.2.3: bad user name or password, not authorised. */
const REFUSED_CODES = new Set([4, 5]);

/**
 * One device's connection: signs in as the device, announces itself (retained status, with the opposite as the will) and publishes
 * at QoS 1. Each connection is a new client, so that nothing but the events it still owes is carried over a reconnect.
 */
export class DeviceLink {
  readonly #deps: DeviceLinkDeps;
  readonly #events = new EventOutbox(EVENTS_LIMIT);
  readonly #answered = new Map<string, CommandOutcome | undefined>();
  #client: MqttClient | undefined;
  #closing: MqttClient | undefined;
  #isOnline = false;
  #isStarted = false;
  #failures = 0;
  #unacked = 0;

  constructor(deps: DeviceLinkDeps) { this.#deps = deps; }

  get isOnline(): boolean { return this.#isOnline; }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#connect();
  }

  /** Says goodbye with a retained offline status. Resolves when the connection is closed; `force` doesn't wait for answers. */
  async stop({ force = false } = {}): Promise<void> {
    this.#isStarted = false;
    const client = this.#client ?? this.#closing;
    if (client === undefined) return;
    this.#closing = client;
    if (force) {
      this.#lost(client);
      client.end(true);
      client.stream.destroy(); // a polite end that is under way makes `end(true)` do nothing
      return;
    }
    if (this.#isOnline) await client.publishAsync(this.#topic('status'), OFFLINE('stopped'), { qos: 1, retain: true }).catch((error: Error) => this.#fail(error));
    this.#lost(client);
    await client.endAsync(!client.connected);
    this.#closing = undefined;
  }

  send({ kind, payload, topic }: SimMessage): void {
    if (kind === 'event') {
      if (this.#events.add(payload).hasDropped) this.#deps.traffic.dropped += 1;
      if (this.#isOnline) this.#publishEvent(payload);
    } else if (this.#isOnline && this.#unacked < UNACKED_LIMIT) {
      this.#publish(topic ?? this.#topic('telemetry'), payload);
    } else {
      this.#deps.traffic.dropped += 1;
    }
  }

  #connect(): void {
    void this.#deps.handshakes(() => this.#isStarted ? this.#handshake() : Promise.resolve());
  }

  /** Resolves when the attempt is decided, one way or the other. */
  #handshake(): Promise<void> {
    return new Promise((resolve) => {
      const client = mqtt.connect(this.#deps.brokerUrl, this.#options());
      const startedMs = this.#deps.scheduler.now();
      this.#client = client;
      client.on('connect', () => {
        this.#announce(client);
        resolve();
      });
      client.on('error', (error) => {
        this.#fail(error);
        client.end(true);
      });
      client.on('close', () => {
        this.#retry(client, startedMs);
        resolve();
      });
    });
  }

  #options(): IClientOptions {
    const { device, secret } = this.#deps;
    return {
      clientId: device.id, username: device.id, password: secret, protocolVersion: 4, clean: true, keepalive: KEEPALIVE_S,
      connectTimeout: HANDSHAKE_MS, reconnectPeriod: 0, resubscribe: false, queueQoSZero: false,
      will: { topic: this.#topic('status'), payload: Buffer.from(OFFLINE('connection lost')), qos: 1, retain: true },
    };
  }

  #announce(client: MqttClient): void {
    if (!this.#isStarted || client !== this.#client) return;
    this.#isOnline = true;
    this.#deps.traffic.connected += 1;
    client.publish(this.#topic('status'), ONLINE, { qos: 1, retain: true }, (error) => { if (error) this.#fail(error); });
    for (const payload of this.#events.pending()) this.#publishEvent(payload);
    if (this.#deps.onCommand === undefined) return;
    client.on('message', (_topic, payload) => this.#obey(payload.toString()));
    client.subscribe(this.#topic('command'), { qos: 1 }, (error) => { if (error && client === this.#client) this.#fail(error); });
  }

  /** The same command again gets the same answer and does nothing more: QoS 1 may deliver twice. */
  #obey(payload: string): void {
    const received = readCommand(payload, this.#deps.scheduler.now());
    if (received === undefined) return;
    const { id, command } = received;
    const outcome = this.#answered.has(id) ? this.#answered.get(id) : 'ok' in command ? command : this.#deps.onCommand?.(command);
    this.#answered.set(id, outcome);
    const [oldest] = this.#answered.keys();
    if (this.#answered.size > COMMANDS_LIMIT && oldest !== undefined) this.#answered.delete(oldest);
    if (outcome !== undefined) this.#publish(this.#topic('reply'), JSON.stringify({ id, ...outcome }));
  }

  #retry(client: MqttClient, startedMs: number): void {
    if (!this.#lost(client) || !this.#isStarted) return;
    const { scheduler, random, longestPauseMs } = this.#deps;
    this.#failures = scheduler.now() - startedMs > STEADY_MS ? 0 : this.#failures + 1;
    scheduler.after(backoffMs(this.#failures, random, longestPauseMs), () => { if (this.#isStarted) this.#connect(); });
  }

  /** Forgets the client; false when that has happened before. */
  #lost(client: MqttClient): boolean {
    if (client !== this.#client) return false;
    this.#client = undefined;
    if (this.#isOnline) this.#deps.traffic.connected -= 1;
    this.#isOnline = false;
    this.#unacked = 0;
    return true;
  }

  #publishEvent(payload: string): void {
    this.#publish(this.#topic('event'), payload, () => this.#events.settle(payload));
  }

  #publish(topic: string, payload: string, onAck?: () => void): void {
    const client = this.#client;
    if (client === undefined) return;
    this.#unacked += 1;
    this.#deps.traffic.sent += 1;
    client.publish(topic, payload, { qos: 1 }, (error) => {
      if (client === this.#client) this.#unacked -= 1;
      if (error) return client === this.#client ? this.#fail(error) : undefined; // a lost connection is counted once, not per message
      this.#deps.traffic.acked += 1;
      onAck?.();
    });
  }

  #fail(error: Error): void {
    if (!this.#isStarted) return;
    const { traffic, device } = this.#deps;
    const code = 'code' in error ? error.code : undefined;
    traffic.errors += 1;
    const isRefused = typeof code === 'number' && REFUSED_CODES.has(code);
    if (isRefused) this.#deps.onRefused(device.id);
    traffic.lastError = isRefused
      ? `${device.id} may not sign in: its secret is not the hub's (without the state file and with --rotate it is given a new one)`
      : `${device.id}: ${error.message || (typeof code === 'string' ? code : error.name)}`;
  }

  #topic(kind: TopicKind): string {
    const { id, subdistrict, community } = this.#deps.device;
    return nativeTopic({ subdistrict, community, device: id, kind });
  }
}

const ONLINE = JSON.stringify({ online: true });
const OFFLINE = (reason: string): string => JSON.stringify({ online: false, reason });
