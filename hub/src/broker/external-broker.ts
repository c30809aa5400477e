import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { MqttClient, type IClientOptions } from 'mqtt';
import { UPLINK_FILTERS, type PartState } from '@liandong/protocols';
import type { Downlink, GatewayTopics } from '../gateways/types.js';
import type { CommandPublisher } from '../commands/command-publisher.js';
import type { Ingest } from '../ingest/ingest.js';
import type { JournalWriter } from '../journal/types.js';
import type { Logger } from '../logger.js';
import { StartError } from '../problem.js';
import { PublishTap, type Transport } from './publish-tap.js';
import type { UplinkSource } from './types.js';

const KEEP_ALIVE_S = 30;
const RECONNECT_MS = 1000;
const CONNECT_MS = 10_000;
/** At a start that does not wait for the broker: what takes the connection and says nothing for this long is no broker, or a sick one. */
const FIRST_ANSWER_MS = 2000;
/** First byte of a CONNACK (clause 3.2.1), the only thing a broker may say first. */
const CONNACK = 0x20;
/** Gateways that change within this time cost one SUBSCRIBE. */
const SETTLE_MS = 200;
/** Messages on their way down at once. */
const MOST_DOWN = 1000;
/** Longest MQTT packet there is (clause 2.2.3); the payload limit is applied to each message. */
const ANY_FRAME_BYTES = 268_435_460;

export interface ExternalBrokerDependencies {
  /** `mqtt://user:password@host:1883` or `mqtts://…`. */
  url: URL;
  /** Stays the same over restarts: the broker keeps our session, and what we have not acknowledged, under it. */
  clientId: string;
  /** How long a start waits for the broker (ms); 0: the first try decides. */
  waitMs: number;
  ingest: Ingest;
  journal: JournalWriter;
  gateways?: GatewayTopics;
  logger: Logger;
}

/**
 * The same ingest behind someone else's broker: a subscriber with a persistent session (clean session off, QoS 1).
 * mqtt.js owns the connection; PUBLISH is tapped off before its one-at-a-time handler and acknowledged in batches after the group commit.
 * MQTT 3.1.1 has no receive window to announce, so the broker's own in-flight limit is the window.
 */
export class ExternalBroker implements UplinkSource, CommandPublisher {
  readonly #dependencies: ExternalBrokerDependencies;
  #client: MqttClient | undefined;
  #tap: PublishTap | undefined;
  #offDrain: (() => void) | undefined;
  #offGateways: (() => void) | undefined;
  #settling: NodeJS.Timeout | undefined;
  /** What gateways' formats need, as far as the broker has agreed. */
  #gatewayFilters: ReadonlySet<string> = new Set();
  #following: Promise<void> = Promise.resolve();
  #down = 0;
  #failure: string | undefined;
  #isSubscribed = false;

  constructor(dependencies: ExternalBrokerDependencies) {
    this.#dependencies = dependencies;
  }

  get connections(): number { return this.#isSubscribed ? 1 : 0; }

  state(): { state: PartState; detail?: string } {
    if (this.#isSubscribed) return { state: 'ready' };
    return { state: 'down', detail: this.#failure ?? 'not connected' };
  }

  /** @throws StartError when the broker can't be reached or refuses us; later losses are healed by reconnecting. */
  async start(): Promise<void> {
    if (this.#client !== undefined) return;
    const { url, journal, gateways, waitMs } = this.#dependencies;
    this.#offDrain = journal.onDrain(() => this.#tap?.hold(false));
    this.#offGateways = gateways?.onChange(() => { this.#settling ??= setTimeout(() => this.#followSoon(), SETTLE_MS); });
    const client = new MqttClient(() => this.#connect(), this.#options());
    this.#client = client;
    client.on('error', (error) => this.#onLost(error.message));
    client.on('close', () => this.#onLost('connection closed'));
    let deadline: NodeJS.Timeout | undefined;
    const isReady = new Promise<void>((resolve, reject) => {
      const giveUp = (): void => reject(new Error(this.#failure ?? 'it does not answer as an MQTT broker does'));
      deadline = setTimeout(giveUp, waitMs > 0 ? waitMs : FIRST_ANSWER_MS);
      if (waitMs === 0) client.once('close', giveUp);
      client.on('connect', () => void this.#subscribe(client).then(resolve, () => {
        this.#tap?.destroy(); // and so connect and ask again
      }));
    });
    try {
      await isReady.finally(() => clearTimeout(deadline));
    } catch (error) {
      await this.stop();
      throw new StartError(`The MQTT broker at ${url.host} can not be used: ${error instanceof Error ? error.message : String(error)}. Check MQTT_URL (address, user and password) and that the broker runs.`, { cause: error });
    }
  }

  /** Behind an external broker nobody knows whether the device is connected. */
  send({ topic, payload }: Downlink): boolean {
    if (!this.#isSubscribed || this.#down >= MOST_DOWN) return false;
    this.publishCommand(topic, payload).catch((error: unknown) => this.#dependencies.logger.debug({ err: error }, 'mqtt downlink failed'));
    return true;
  }

  /** Resolves when the broker has it. @throws Error when there is no connection */
  async publishCommand(topic: string, payload: string | Uint8Array): Promise<void> {
    const client = this.#client;
    if (client === undefined || !this.#isSubscribed) throw new Error('the MQTT broker is not connected');
    this.#down += 1;
    try {
      await client.publishAsync(topic, Buffer.from(payload), { qos: 1 });
    } finally {
      this.#down -= 1;
    }
  }

  async stop(): Promise<void> {
    this.#offDrain?.();
    this.#offGateways?.();
    clearTimeout(this.#settling);
    this.#settling = undefined;
    const client = this.#client;
    this.#client = undefined;
    this.#isSubscribed = false;
    if (client !== undefined) await client.endAsync(true);
    this.#tap?.destroy();
    await this.#following;
  }

  #options(): IClientOptions {
    const { url, clientId } = this.#dependencies;
    return {
      clientId, clean: false, protocolVersion: 4, keepalive: KEEP_ALIVE_S, reconnectPeriod: RECONNECT_MS, connectTimeout: CONNECT_MS, resubscribe: false,
      ...(url.username === '' ? {} : { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }),
    };
  }

  #connect(): PublishTap {
    const { url, ingest, journal, logger } = this.#dependencies;
    const isTls = url.protocol === 'mqtts:';
    const address = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || (isTls ? 8883 : 1883)) };
    const transport: Transport = isTls ? connectTls({ ...address, servername: address.host }) : connectTcp({ ...address, noDelay: true });
    transport.once('data', (chunk: Buffer) => {
      if (chunk[0] === CONNACK) return;
      this.#onLost('what answers there does not speak MQTT');
      tap.destroy();
    });
    const tap = new PublishTap({
      transport, limitBytes: ANY_FRAME_BYTES, waitsForSignIn: false,
      onFault: (fault) => logger.warn({ fault }, 'the MQTT broker broke the protocol; connecting again'),
      onPublish: (frame, done) => {
        ingest.receive({ topic: frame.topic, payload: frame.payload, messageId: frame.messageId, isRedelivery: frame.isRedelivery, speaker: undefined, isKept: frame.isRetained }, done);
        if (journal.isFull) tap.hold(true);
      },
    });
    this.#tap = tap;
    return tap;
  }

  /** @throws Error when the broker refuses */
  async #subscribe(client: MqttClient): Promise<void> {
    try {
      const grants = await client.subscribeAsync([...UPLINK_FILTERS], { qos: 1 });
      const refused = grants.filter((grant) => grant.qos > 2);
      if (refused.length > 0) throw new Error(`it does not let us read ${refused.map((grant) => grant.topic).join(', ')}`);
    } catch (error) {
      this.#onLost(error instanceof Error ? error.message : String(error));
      throw error;
    }
    this.#isSubscribed = true;
    this.#failure = undefined;
    this.#gatewayFilters = new Set();
    this.#followSoon();
    this.#dependencies.logger.info('connected to the MQTT broker');
  }

  #followSoon(): void {
    this.#settling = undefined;
    this.#following = this.#following.then(() => this.#followGateways())
      .catch((error: unknown) => this.#dependencies.logger.warn({ err: error }, 'could not subscribe for the gateways; the next change or connection tries again'));
  }

  /** Subscribes to what registered gateways publish, and no longer to what none does. One filter that is refused leaves the others. */
  async #followGateways(): Promise<void> {
    const client = this.#client;
    const wanted = this.#dependencies.gateways?.filters();
    if (client === undefined || wanted === undefined || !this.#isSubscribed) return;
    const had = this.#gatewayFilters;
    const more = [...wanted].filter((filter) => !had.has(filter));
    const less = [...had].filter((filter) => !wanted.has(filter));
    if (less.length > 0) await client.unsubscribeAsync(less);
    const agreed = new Set([...had].filter((filter) => wanted.has(filter)));
    this.#gatewayFilters = agreed;
    if (more.length === 0) return;
    const grants = await client.subscribeAsync(more, { qos: 1 });
    for (const { topic, qos } of grants) if (qos <= 2) agreed.add(topic);
    const refused = grants.filter(({ qos }) => qos > 2).map(({ topic }) => topic);
    if (refused.length > 0) this.#dependencies.logger.warn({ refused }, 'the MQTT broker refused to let us read what gateways publish; check the rights of MQTT_URL\'s user');
  }

  /** The reason that says most is kept: `connection closed` follows every other. */
  #onLost(reason: string): void {
    if (this.#isSubscribed) this.#dependencies.logger.warn({ reason }, 'lost the MQTT broker; connecting again');
    this.#isSubscribed = false;
    if (reason !== 'connection closed' || this.#failure === undefined) this.#failure = reason;
  }
}
