import { connect, type MqttClient } from 'mqtt';
import type { Feature } from '../feature.js';
import { Listeners } from '../listeners.js';
import type { Logger } from '../logger.js';
import type { EdgeConfig } from './edge-config.js';

const CONNECT_MS = 10_000;
const KEEP_ALIVE_S = 15;
/** A hub that is there and does not confirm for this long is taken for lost: a link that resets is found out by trying. */
const CONFIRM_MS = 30_000;
const RETRY_FIRST_MS = 500;
const RETRY_LONGEST_MS = 30_000;
/** MQTT 3.1.1 clause 3.2.2.3: bad user name or password, not authorised. */
const REFUSED = new Set([4, 5]);

export interface HubLinkDependencies {
  readonly config: EdgeConfig;
  readonly random: () => number;
  readonly logger: Logger;
}

/**
 * The connection to the hub's broker: made again for ever, with growing pauses. A connection lost takes all that it did not confirm with it; what is sent again is
 * decided by who sent it, so the MQTT library keeps and repeats nothing.
 */
export class HubLink implements Feature {
  readonly #dependencies: HubLinkDependencies;
  readonly #unconfirmed = new Set<(error: Error) => void>();
  readonly #listeners: Listeners;
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retryMs = RETRY_FIRST_MS;
  #isUp = false;
  #isRunning = false;
  #failure: string | undefined;

  constructor(dependencies: HubLinkDependencies) {
    this.#dependencies = dependencies;
    this.#listeners = new Listeners({ onError: (error) => { dependencies.logger.error({ err: error }, 'a part could not follow the connection to the hub'); } });
  }

  get isUp(): boolean { return this.#isUp; }
  /** Why the latest try failed, or the connection before it ended; undefined while it is up. */
  get failure(): string | undefined { return this.#isUp ? undefined : this.#failure ?? 'not connected yet'; }

  /** Told when it goes up and down; how it is says `isUp`, as whoever was told before may have dropped it again. */
  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  async start(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#connect();
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drop('stopped');
  }

  /** Resolves when the hub has it. @throws Error when the connection is lost first; it may have arrived all the same */
  async publish(topic: string, payload: Buffer): Promise<void> {
    const client = this.#client;
    if (client === undefined || !this.#isUp) throw new Error('not connected');
    let timer: NodeJS.Timeout | undefined;
    let giveUp: ((error: Error) => void) | undefined;
    const isLost = new Promise<never>((_resolve, reject) => {
      giveUp = reject;
      this.#unconfirmed.add(reject);
      timer = setTimeout(() => this.#drop(`the hub did not confirm within ${CONFIRM_MS / 1000} s`), CONFIRM_MS);
    });
    try {
      await Promise.race([client.publishAsync(topic, payload, { qos: 1 }), isLost]);
    } finally {
      clearTimeout(timer);
      if (giveUp !== undefined) this.#unconfirmed.delete(giveUp);
    }
  }

  #connect(): void {
    const { config: { mqttUrl, ca, id }, logger } = this.#dependencies;
    const client = this.#open();
    if (client === undefined) return this.#retry();
    this.#client = client;
    client.on('connect', () => {
      if (client !== this.#client) return;
      this.#isUp = true;
      this.#retryMs = RETRY_FIRST_MS;
      logger.info({ hub: mqttUrl.host, edge: id, isTrustedByFile: ca !== undefined }, 'connected to the hub');
      this.#listeners.tell();
    });
    client.on('error', (error) => { if (client === this.#client) this.#fail(describe(error, id)); });
    client.on('close', () => { if (client === this.#client) this.#drop(undefined); });
  }

  /** Undefined when the secret can't be read. */
  #open(): MqttClient | undefined {
    const { config: { mqttUrl, ca, id, secret } } = this.#dependencies;
    try {
      return connect(mqttUrl.href, {
        username: id, password: secret(), clientId: `edge-${id}`, clean: true, reconnectPeriod: 0, connectTimeout: CONNECT_MS, keepalive: KEEP_ALIVE_S, queueQoSZero: false,
        ...(ca === undefined ? {} : { ca }),
      });
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  /** Told once per reason, not once per try. */
  #fail(reason: string): void {
    if (reason !== this.#failure) this.#dependencies.logger.warn({ hub: this.#dependencies.config.mqttUrl.host, reason }, 'no connection to the hub; it is tried again, and nothing is lost meanwhile');
    this.#failure = reason;
  }

  #drop(reason: string | undefined): void {
    const client = this.#client;
    if (client === undefined) return;
    this.#client = undefined;
    if (reason !== undefined || this.#isUp) this.#fail(reason ?? 'the connection was closed');
    const wasUp = this.#isUp;
    this.#isUp = false;
    client.on('error', () => undefined); // what it says of its end is of no interest
    client.end(true);
    for (const giveUp of [...this.#unconfirmed]) giveUp(new Error('the connection to the hub was lost'));
    if (wasUp) this.#listeners.tell();
    this.#retry();
  }

  #retry(): void {
    if (!this.#isRunning) return;
    // Spread, so that a hub that is back is not met by all of its edges in one moment.
    this.#timer = setTimeout(() => this.#connect(), this.#retryMs * (0.5 + this.#dependencies.random() / 2));
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_LONGEST_MS);
  }
}

function describe(error: Error, id: string): string {
  const { code } = error as { code?: unknown };
  if (typeof code === 'number' && REFUSED.has(code)) return `the hub refuses the credential of edge ${id}: look at EDGE_ID and EDGE_SECRET, or rotate its secret at the hub`;
  return error.message !== '' ? error.message : typeof code === 'string' ? code : error.name; // an AggregateError says nothing but its code
}
