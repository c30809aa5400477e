import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Aedes } from 'aedes';

export interface Heard { readonly topic: string; readonly payload: string; readonly retain: boolean; readonly client: string }

/** A real broker on loopback that checks each device's secret, and keeps all it hears. */
export interface TestBroker {
  readonly url: string;
  readonly port: number;
  readonly heard: Heard[];
  readonly clients: () => number;
  /** Cuts every connection without a word. */
  cut(): void;
  /** Reads nothing more, as a process that hangs. */
  freeze(): void;
  close(): Promise<void>;
}

export async function startBroker({ secrets, port = 0, acks = () => true }: { secrets: ReadonlyMap<string, string>; port?: number; acks?: (heard: Heard) => boolean }): Promise<TestBroker> {
  const heard: Heard[] = [];
  const aedes = await Aedes.createBroker({
    authenticate: (_client, username, password, done) => {
      if (secrets.get(username ?? '') === password?.toString()) done(null, true);
      else done(Object.assign(new Error('no'), { returnCode: 5 }), false);
    },
    authorizePublish: (client, packet, done) => {
      const message = { topic: packet.topic, payload: packet.payload.toString(), retain: packet.retain, client: client?.id ?? '' };
      heard.push(message);
      if (acks(message)) done(null);
      else client?.conn.destroy();
    },
  });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    aedes.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  const cut = (): void => { for (const socket of sockets) socket.destroy(); };
  return {
    url: `mqtt://127.0.0.1:${address.port}`, port: address.port, heard, clients: () => aedes.connectedClients, cut,
    freeze: () => { for (const socket of sockets) socket.removeAllListeners('readable').removeAllListeners('data').pause(); },
    close: () => new Promise((resolve) => {
      cut();
      aedes.close(() => server.close(() => resolve()));
    }),
  };
}
