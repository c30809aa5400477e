import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP link to a port of this machine that can be cut and healed. */
export interface CutLink {
  readonly port: number;
  /** Resets what is open and refuses what comes. */
  cut(): void;
  heal(): void;
  close(): Promise<void>;
}

/** Starts healed. */
export async function openCutLink(target: () => number): Promise<CutLink> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server: Server = createServer((near) => {
    if (isCut) return void near.resetAndDestroy();
    const far = connect(target(), '127.0.0.1');
    for (const [one, other] of [[near, far], [far, near]] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => { sockets.delete(one); other.destroy(); });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port, // it listens on TCP
    cut() {
      isCut = true;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    heal() { isCut = false; },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
