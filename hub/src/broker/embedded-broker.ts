import { createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AuthenticateError, type Client, type PublishPacket } from 'aedes';
import { LIMITS, nativeTopic, type DeviceId } from '@liandong/protocols';
import { outliveAcceptErrors } from '../accept-errors.js';
import type { CommandPublisher } from '../commands/command-publisher.js';
import type { DeviceDirectory, DeviceEntry, SignInWatch } from '../devices/types.js';
import { mayRead } from '../gateways/gateway-topics.js';
import type { Downlink } from '../gateways/types.js';
import type { Ingest } from '../ingest/ingest.js';
import type { JournalWriter } from '../journal/types.js';
import type { Logger } from '../logger.js';
import { StartError } from '../problem.js';
import { PublishTap } from './publish-tap.js';
import type { UplinkSource } from './types.js';

/** A client that has not signed in by then is closed. */
const SIGN_IN_MS = 10_000;
/** A subscriber that takes nothing for this long is closed. */
const DRAIN_MS = 10_000;
const MAX_CONNECTIONS = 20_000;
const TCP_KEEP_ALIVE_MS = 60_000;
/** MQTT 3.1.1 clause 3.2.2.3: bad user name or password. */
const BAD_CREDENTIALS = 4;
/** Messages on their way down at once. */
const MOST_DOWN = 1000;
/** What a device publishes with QoS 2 goes on under this name, which nobody may subscribe to: only the hub speaks to devices. */
const TAKEN_TOPIC = 'taken';

export interface EmbeddedBrokerDependencies {
  host: string;
  port: number;
  directory: DeviceDirectory;
  ingest: Ingest;
  journal: JournalWriter;
  logger: Logger;
  /** Topics that every device signed in may read, such as an edge's alarm. */
  isPublic?: (filter: string) => boolean;
  /** Told who signed in and who failed to. */
  signIns?: SignInWatch;
}

/** One client of ours, from its TCP connection to its end. */
interface Connection {
  readonly tap: PublishTap;
  keepAliveS: number;
  /** Who signed in; undefined before. */
  speaker: DeviceEntry | undefined;
}

/**
 * The broker inside the hub: aedes for sessions, subscriptions, wills and QoS 2; uplinks are tapped off before it.
 * A device signs in with its id and secret, publishes its own topics only and reads its own `command`; a gateway has those below its prefix too.
 */
export class EmbeddedBroker implements UplinkSource, CommandPublisher {
  readonly #dependencies: EmbeddedBrokerDependencies;
  readonly #taps = new Set<PublishTap>();
  readonly #connections = new WeakMap<Client, Connection>();
  readonly #clientsByDevice = new Map<DeviceId, Set<Client>>();
  #aedes: Aedes | undefined;
  #server: Server | undefined;
  #unsubscribe: (() => void)[] = [];
  #isStopping = false;
  #down = 0;
  /** Connections closed for a broken limit or protocol, by fault. */
  readonly faults = new Map<string, number>();

  constructor(dependencies: EmbeddedBrokerDependencies) {
    this.#dependencies = dependencies;
  }

  get connections(): number { return this.#taps.size; }
  /** The port in use, also when 0 was asked for. */
  get port(): number {
    const address = this.#server?.address();
    return typeof address === 'object' && address !== null ? address.port : this.#dependencies.port;
  }

  state() {
    return this.#server?.listening === true ? { state: 'ready' as const, detail: `${this.connections} connections` } : { state: 'down' as const };
  }

  async start(): Promise<void> {
    if (this.#server !== undefined) return;
    this.#isStopping = false;
    this.#aedes = await this.#createAedes();
    const server = createServer({ noDelay: true }, (socket) => this.accept(socket));
    server.maxConnections = MAX_CONNECTIONS;
    this.#server = server;
    const { journal, directory, logger } = this.#dependencies;
    await listen(server, this.#dependencies);
    outliveAcceptErrors(server, { name: 'mqtt', logger });
    this.#unsubscribe = [
      journal.onDrain(() => this.#holdAll(false)),
      directory.onChange((id) => this.#recheck(id)),
    ];
  }

  send({ device, topic, payload }: Downlink): boolean {
    if (!this.#clientsByDevice.has(device) || this.#down >= MOST_DOWN) return false;
    this.publishCommand(topic, payload).catch((error: unknown) => this.#dependencies.logger.debug({ err: error }, 'mqtt downlink failed'));
    return true;
  }

  /** To whoever has subscribed. @throws Error when the broker doesn't run */
  async publishCommand(topic: string, payload: string | Uint8Array, { retain = false } = {}): Promise<void> {
    const aedes = this.#aedes;
    if (aedes === undefined) throw new Error('the broker does not run');
    this.#down += 1;
    try {
      await new Promise<void>((resolve, reject) => {
        aedes.publish({ cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, dup: false, retain }, (error) => error ? reject(error) : resolve());
      });
    } finally {
      this.#down -= 1;
    }
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    const server = this.#server;
    const aedes = this.#aedes;
    this.#server = undefined;
    this.#aedes = undefined;
    const closed = server?.listening === true ? new Promise<void>((resolve) => server.close(() => resolve())) : undefined;
    for (const tap of this.#taps) tap.destroy();
    await closed;
    if (aedes !== undefined) await new Promise<void>((resolve) => aedes.close(resolve));
  }

  async #createAedes(): Promise<Aedes> {
    const aedes = await Aedes.createBroker({
      connectTimeout: SIGN_IN_MS, drainTimeout: DRAIN_MS, maxTopicLevels: 16, maxClientsIdLength: 256,
      preConnect: (client, packet, callback) => {
        const connection = this.#connections.get(client);
        if (connection !== undefined) connection.keepAliveS = packet.keepalive ?? 0;
        packet.keepalive = 0; // the tap watches it: aedes never sees the uplinks
        // Sessions are named by user, so nobody can take over another's by its client id. None outlives its connection: devices only
        // read commands, which time out, and a session for every client id ever seen would fill the memory.
        if (packet.clientId) packet.clientId = `${packet.username ?? ''}/${packet.clientId}`;
        packet.clean = true;
        callback(null, true);
      },
      authenticate: (client, username, password, callback) => this.#authenticate(client, { username, password }, callback),
      authorizeSubscribe: (client, subscription, callback) => {
        const speaker = this.#connections.get(client)?.speaker;
        callback(null, speaker !== undefined && this.#maySubscribe(speaker, subscription.topic) ? subscription : null);
      },
      authorizePublish: (client, packet, callback) => this.#receiveSlowly(client, packet, callback),
    });
    aedes.on('connackSent', (packet, client) => {
      const connection = this.#connections.get(client);
      if (packet.returnCode === 0 && connection !== undefined) connection.tap.open({ limitBytes: LIMITS.frameBytes, keepAliveS: connection.keepAliveS });
    });
    aedes.on('clientDisconnect', (client) => this.#forget(client));
    aedes.on('clientError', (_client, error) => this.#dependencies.logger.debug({ err: error }, 'mqtt client error'));
    aedes.on('connectionError', (_client, error) => this.#dependencies.logger.debug({ err: error }, 'mqtt connection error'));
    return aedes;
  }

  /** A connection, plain or out of its TLS. */
  accept(socket: Socket): void {
    const { ingest, journal } = this.#dependencies;
    socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS); // for clients that announce no MQTT keep-alive
    const tap = new PublishTap({
      transport: socket, limitBytes: LIMITS.frameBytesBeforeSignIn, waitsForSignIn: true,
      onFault: (fault) => {
        this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
        if (fault === 'frame_too_large' && connection.speaker !== undefined) ingest.refuseFrame(connection.speaker);
      },
      onPublish: (frame, done) => {
        ingest.receive({ topic: frame.topic, payload: frame.payload, messageId: frame.messageId, isRedelivery: frame.isRedelivery, speaker: connection.speaker }, done);
        if (journal.isFull) this.#holdAll(true);
      },
    });
    const connection: Connection = { tap, keepAliveS: 0, speaker: undefined };
    this.#taps.add(tap);
    tap.on('close', () => this.#taps.delete(tap));
    tap.on('error', (error) => this.#dependencies.logger.debug({ err: error }, 'mqtt connection error'));
    if (journal.isFull) tap.hold(true);
    const client = this.#aedes?.handle(tap);
    if (client === undefined) tap.destroy();
    else this.#connections.set(client, connection);
  }

  #authenticate(client: Client, { username, password }: { username: string | undefined; password: Buffer | undefined }, callback: AuthenticateCallback): void {
    const entry = username === undefined || password === undefined ? undefined : this.#dependencies.directory.authenticate(username, password);
    const connection = this.#connections.get(client);
    if (entry === undefined || connection === undefined) {
      if (username !== undefined) this.#dependencies.signIns?.failed(username);
      return callback(Object.assign(new Error('bad user name or password'), { returnCode: BAD_CREDENTIALS }), false);
    }
    connection.speaker = entry;
    this.#dependencies.signIns?.succeeded(entry.device.id);
    const clients = this.#clientsByDevice.get(entry.device.id) ?? new Set();
    this.#clientsByDevice.set(entry.device.id, clients.add(client));
    callback(null, true);
  }

  /** QoS 2 and wills; QoS 0 and 1 have been tapped off. The callback holds the PUBREC until the journal has the message. */
  #receiveSlowly(client: Client | null, packet: PublishPacket, callback: (error?: Error | null) => void): void {
    const speaker = client === null ? undefined : this.#connections.get(client)?.speaker;
    // A hub that stops closes every connection: that is no news about the devices.
    if (speaker === undefined || this.#isStopping) return callback(new Error('not taken'));
    packet.retain = false; // nobody may subscribe to uplinks, so nothing is kept for them
    const { topic } = packet;
    packet.topic = TAKEN_TOPIC;
    const { ingest, journal } = this.#dependencies;
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    ingest.receive({ topic, payload, messageId: packet.messageId ?? 0, isRedelivery: packet.dup ?? false, speaker }, () => callback(null));
    if (journal.isFull) this.#holdAll(true);
  }

  /** Its place or prefix may have changed since it signed in. */
  #maySubscribe(speaker: DeviceEntry, filter: string): boolean {
    const entry = this.#dependencies.directory.get(speaker.device.id);
    return entry !== undefined && (this.#dependencies.isPublic?.(filter) === true || filter === commandTopic(entry) || mayRead(entry, filter));
  }

  #forget(client: Client): void {
    const id = this.#connections.get(client)?.speaker?.device.id;
    if (id === undefined) return;
    const clients = this.#clientsByDevice.get(id);
    clients?.delete(client);
    if (clients?.size === 0) this.#clientsByDevice.delete(id);
  }

  /** A device that was removed, retired, moved or got another secret signs in again, or not. */
  #recheck(id: DeviceId): void {
    const entry = this.#dependencies.directory.get(id);
    for (const client of this.#clientsByDevice.get(id) ?? []) {
      const before = this.#connections.get(client)?.speaker;
      const isSame = entry !== undefined && before !== undefined && entry.device.status !== 'retired'
        && entry.secretHash.equals(before.secretHash) && entry.community === before.community;
      if (!isSame) client.close();
    }
  }

  #holdAll(isHeld: boolean): void {
    for (const tap of this.#taps) tap.hold(isHeld);
  }
}

type AuthenticateCallback = (error: AuthenticateError | null, success: boolean | null) => void;

const commandTopic = ({ subdistrict, community, device }: DeviceEntry): string => nativeTopic({ subdistrict, community, device: device.id, kind: 'command' });

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => {
      const sentence = error.code === 'EADDRINUSE' ? `MQTT port ${port} on ${host} is in use. Stop what uses it, or set MQTT_PORT to another port.`
        : `MQTT can not listen on ${host}:${port} (${error.code ?? error.message}). Check MQTT_HOST and MQTT_PORT.`;
      reject(new StartError(sentence, { cause: error }));
    };
    server.once('error', refuse);
    server.listen({ host, port }, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}
