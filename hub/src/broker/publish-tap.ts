import { Duplex } from 'node:stream';
import { FrameSplitter, type Frame } from './frame-splitter.js';
import { PACKET, encodePubacks, parsePublish, type PublishFrame } from './publish-frame.js';

/** The transport under a tap: a TCP or TLS socket. */
export type Transport = Duplex & { setTimeout?(ms: number): unknown };

export interface PublishTapOptions {
  transport: Transport;
  /** Longest frame (bytes) until `open` is called. */
  limitBytes: number;
  /** True: nothing but one CONNECT passes until `open`; what follows waits in the socket. False: open from the start. */
  waitsForSignIn: boolean;
  /** A QoS 0 or 1 PUBLISH; `done` makes its PUBACK go out. Only called once open. */
  onPublish(frame: PublishFrame, done: () => void): void;
  /** The peer broke the protocol or a limit; the connection is closing. */
  onFault(fault: string): void;
}

/**
 * Stands between a socket and an MQTT library. PUBLISH frames are taken off the stream and acknowledged in batches, all else passes through:
 * the library keeps CONNECT, keep-alive, subscriptions, wills and QoS 2, and the hot path never waits for its serial handling.
 * As a frame limiter it closes the connection the moment a packet's declared length is too long, before the body is kept.
 */
export class PublishTap extends Duplex {
  readonly #transport: Transport;
  readonly #options: PublishTapOptions;
  readonly #splitter: FrameSplitter;
  #isOpen: boolean;
  #seenConnect = false;
  #isHeld = false;
  /** The peer does not read its acknowledgements. */
  #isBackedUp = false;
  #wantsMore = true;
  #unread: Buffer | undefined;
  #acks: number[] = [];
  #keepAliveMs = 0;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: PublishTapOptions) {
    super({ allowHalfOpen: false });
    this.#options = options;
    this.#transport = options.transport;
    this.#isOpen = !options.waitsForSignIn;
    this.#splitter = new FrameSplitter(options.limitBytes);
    this.#transport.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#transport.on('end', () => this.push(null));
    this.#transport.on('error', (error) => this.destroy(error));
    this.#transport.on('close', () => this.destroy());
    this.on('drain', () => {
      this.#isBackedUp = false;
      this.#retake();
    });
  }

  /** The peer is signed in: longer frames, and PUBLISH goes to `onPublish`. */
  open({ limitBytes, keepAliveS }: { limitBytes: number; keepAliveS: number }): void {
    this.#isOpen = true;
    this.#splitter.limitBytes = limitBytes;
    // The library never sees most packets, so the 1.5 × keep-alive of clause 3.1.2.10 is watched here.
    this.#keepAliveMs = keepAliveS * 1500;
    this.#watchKeepAlive();
    this.#retake();
  }

  /** Stops reading the socket while the journal is full; what was read already still goes on. */
  hold(isHeld: boolean): void {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    this.#watchKeepAlive();
    if (isHeld) this.#transport.pause();
    else this.#retake();
  }

  override _read(): void {
    this.#wantsMore = true;
    this.#retake();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#transport.write(chunk, encoding, callback);
  }

  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], callback: (error?: Error | null) => void): void {
    this.#transport.write(Buffer.concat(chunks.map(({ chunk, encoding }) => (typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk))), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#transport.end(callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#idleTimer);
    this.#acks = [];
    this.#unread = undefined;
    this.#transport.destroy();
    callback(error);
  }

  get #mayRead(): boolean {
    return !this.destroyed && !this.#isHeld && !this.#isBackedUp && this.#wantsMore && (this.#isOpen || !this.#seenConnect);
  }

  #retake(): void {
    if (!this.#mayRead) return;
    const unread = this.#unread;
    this.#unread = undefined;
    if (unread !== undefined) this.#take(unread);
    if (this.#mayRead) this.#transport.resume();
  }

  #take(chunk: Buffer): void {
    if (this.destroyed) return;
    this.#idleTimer?.refresh();
    if (!this.#mayRead) {
      this.#unread = this.#unread === undefined ? chunk : Buffer.concat([this.#unread, chunk]);
      return void this.#transport.pause();
    }
    const { fault, rest } = this.#splitter.push(chunk, (frame) => this.#onFrame(frame));
    if (fault !== undefined) return void this.#fault(fault);
    if (rest !== undefined) this.#unread = rest;
    if (!this.#mayRead) this.#transport.pause();
  }

  #onFrame({ bytes, headerLength }: Frame): boolean {
    const type = (bytes[0] ?? 0) >> 4;
    if (!this.#isOpen) {
      if (type !== PACKET.connect) return this.#fault('not_connected');
      this.#seenConnect = true;
    } else if (type === PACKET.publish) {
      const frame = parsePublish(bytes, headerLength);
      if (frame === undefined) return this.#fault('malformed_publish');
      if (frame.qos < 2) return this.#publish(frame);
    }
    if (!this.push(bytes)) this.#wantsMore = false;
    return this.#mayRead;
  }

  #publish(frame: PublishFrame): boolean {
    this.#options.onPublish(frame, frame.qos === 0 ? noop : () => this.#acknowledge(frame.messageId));
    return this.#mayRead;
  }

  /** One write for all messages of a commit. */
  #acknowledge(messageId: number): void {
    if (this.destroyed) return;
    if (this.#acks.push(messageId) > 1) return;
    queueMicrotask(() => {
      const acks = this.#acks;
      this.#acks = [];
      if (this.destroyed || acks.length === 0 || this.write(encodePubacks(acks))) return;
      this.#isBackedUp = true;
      this.#transport.pause();
    });
  }

  /** While we don't read, silence says nothing. */
  #watchKeepAlive(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    if (this.#keepAliveMs === 0 || this.#isHeld || this.destroyed) return;
    this.#idleTimer = setTimeout(() => this.#fault('keep_alive_timeout'), this.#keepAliveMs);
  }

  #fault(fault: string): false {
    this.#options.onFault(fault);
    this.destroy();
    return false;
  }
}

const noop = (): void => {};
