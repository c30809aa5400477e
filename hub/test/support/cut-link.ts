import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A TCP link to a port of this machine that can be cut and healed. */
export interface CutLink {
  readonly port: number;
  /** Resets what is open and refuses what comes. */
  cut(): void;
  /** Nothing gets through and nothing ends, as with a cable pulled somewhere in between. What was under way arrives after `heal`. */
  stall(): void;
  /** Each piece of up to 64 KiB takes so much longer, in both directions. */
  slow(pieceMs: number): void;
  heal(): void;
  close(): Promise<void>;
}

/** Starts healed. */
export async function openCutLink(target: () => number): Promise<CutLink> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let pieceMs = 0;
  let stalled: { readonly over: Promise<void>; end(): void } | undefined;

  async function* held(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of pieces) {
      if (pieceMs > 0) await delay(pieceMs);
      await stalled?.over;
      yield piece;
    }
  }
  function heal(): void {
    isCut = false;
    pieceMs = 0;
    stalled?.end();
    stalled = undefined;
  }

  const server: Server = createServer((near) => {
    if (isCut) return void near.resetAndDestroy();
    const far = connect(target(), '127.0.0.1');
    for (const [one, other] of [[near, far], [far, near]] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => { sockets.delete(one); other.destroy(); });
      pipeline(one, held, other).catch(() => { other.destroy(); });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port, // it listens on TCP
    cut() {
      isCut = true;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    stall() {
      let end = (): void => undefined;
      stalled ??= { over: new Promise<void>((resolve) => { end = resolve; }), end: () => end() };
    },
    slow(ms) { pieceMs = ms; },
    heal,
    async close() {
      heal();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
