import { connect, type Socket } from 'node:net';
import { ANSWER_BYTES, CONNACK, connectFrame, DISCONNECT, PUBACK, publishFrame, type Login } from './frames.js';

const LAST_PACKET_ID = 65_535;

/** One MQTT connection that publishes whatever it is given, at QoS 1. */
export class Publisher {
  readonly #socket: Socket;
  readonly #login: Login;
  readonly #answer = Buffer.alloc(ANSWER_BYTES);
  #answerLength = 0;
  #packetId = 0;
  #onConnack: (() => void) | undefined;
  /** Published and not acknowledged yet. */
  unacknowledged = 0;

  constructor({ port, login, onFailure }: { port: number; login: Login; onFailure: (reason: string) => void }) {
    this.#login = login;
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.#socket.on('data', (bytes) => this.#read(bytes, onFailure));
    this.#socket.on('error', (error) => onFailure(error.message));
    this.#socket.on('close', () => onFailure(`the broker closed the connection of ${login.clientId}`));
  }

  /** Resolves when the broker has let it in. */
  async open(): Promise<void> {
    const accepted = new Promise<void>((resolve) => { this.#onConnack = resolve; });
    this.#socket.write(connectFrame(this.#login)); // kept until there is a connection
    await accepted;
  }

  publish(topic: string, payload: string): void {
    this.#packetId = this.#packetId % LAST_PACKET_ID + 1;
    this.unacknowledged += 1;
    this.#socket.write(publishFrame(topic, payload, this.#packetId));
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.end(DISCONNECT);
  }

  #read(bytes: Buffer, onFailure: (reason: string) => void): void {
    for (const byte of bytes) {
      this.#answer[this.#answerLength] = byte;
      this.#answerLength += 1;
      if (this.#answerLength < ANSWER_BYTES) continue;
      this.#answerLength = 0;
      if (this.#answer[0] === PUBACK) this.unacknowledged -= 1;
      else if (this.#answer[0] === CONNACK && this.#answer[3] === 0) this.#onConnack?.();
      else onFailure(`the broker answered ${this.#login.clientId} with 0x${this.#answer.toString('hex')}`);
    }
  }
}
