import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ANSWER_BYTES, CONNACK, connectFrame, DISCONNECT, PUBACK, PublishTemplate } from './frames.js';
import type { DeviceLoad, Span } from './plan.js';

/** Packet ids go round in this; it is also the most one connection can have unanswered. */
const PACKET_IDS = 4096;

export interface DeviceConnectionOptions {
  readonly port: number;
  readonly load: DeviceLoad;
  readonly span: Span;
  /** Most unanswered messages; PACKET_IDS when not given. */
  readonly window?: number;
  /** When message `index` of this connection was due (ms of `performance.now`); undefined: when it is written. */
  readonly dueAt?: (index: number) => number;
  /** A message was acknowledged this long after it was due. */
  readonly onAcknowledged: (latencyMs: number) => void;
  readonly onFailure: (reason: string) => void;
}

/** One device with one MQTT connection. */
export class DeviceConnection {
  readonly #options: DeviceConnectionOptions;
  readonly #socket: Socket;
  readonly #template: PublishTemplate;
  readonly #window: number;
  readonly #dueAt = new Float64Array(PACKET_IDS);
  readonly #answer = Buffer.alloc(ANSWER_BYTES);
  #answerLength = 0;
  #due = 0;
  #sent = 0;
  #acknowledged = 0;
  #onConnack: (() => void) | undefined;

  constructor(options: DeviceConnectionOptions) {
    this.#options = options;
    this.#template = new PublishTemplate(options.load.topic);
    this.#window = Math.min(options.window ?? PACKET_IDS, PACKET_IDS);
    this.#socket = connect({ host: '127.0.0.1', port: options.port, noDelay: true });
    this.#socket.on('data', (bytes) => this.#read(bytes));
    this.#socket.on('error', (error) => this.#fail(error.message));
    this.#socket.on('close', () => this.#fail('the broker closed the connection'));
  }

  /** Resolves when the broker has let it in. */
  async open(): Promise<void> {
    await once(this.#socket, 'connect');
    const accepted = new Promise<void>((resolve) => { this.#onConnack = resolve; });
    this.#socket.write(connectFrame(this.#options.load.login));
    await accepted;
  }

  /** That many more messages are due; they go out as the window allows. */
  send(messages: number): void {
    this.#due += messages;
    this.#pump();
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.end(DISCONNECT);
  }

  #pump(): void {
    const count = Math.min(this.#due - this.#sent, this.#window - (this.#sent - this.#acknowledged));
    if (count <= 0) return;
    const { span, dueAt } = this.#options;
    const now = performance.now();
    const bytes = Buffer.allocUnsafe(count * this.#template.length);
    for (let index = 0; index < count; index += 1) {
      const message = this.#sent + index;
      const slot = message % PACKET_IDS;
      this.#dueAt[slot] = dueAt?.(message) ?? now;
      this.#template.write(bytes, index * this.#template.length, slot + 1, span.baseTs + message * span.stepMs);
    }
    this.#sent += count;
    this.#socket.write(bytes);
  }

  #read(bytes: Buffer): void {
    const now = performance.now();
    for (const byte of bytes) {
      this.#answer[this.#answerLength] = byte;
      this.#answerLength += 1;
      if (this.#answerLength < ANSWER_BYTES) continue;
      this.#answerLength = 0;
      this.#take(now);
    }
    this.#pump();
  }

  #take(now: number): void {
    switch (this.#answer[0]) {
      case PUBACK: {
        this.#acknowledged += 1;
        this.#options.onAcknowledged(now - (this.#dueAt[this.#answer.readUInt16BE(2) - 1] ?? now));
        return;
      }
      case CONNACK:
        if (this.#answer[3] === 0) this.#onConnack?.();
        else this.#fail(`the broker refused ${this.#options.load.login.clientId}, code ${this.#answer[3]}`);
        return;
      default:
        this.#fail(`unexpected packet 0x${this.#answer.toString('hex')}`);
    }
  }

  #fail(reason: string): void {
    this.#options.onFailure(reason);
  }
}
