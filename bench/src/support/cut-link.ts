import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A link to a local port that can be cut, as a modem's is. */
export interface CutLink { readonly port: number; cut(): void; heal(): void; close(): void }

export async function openCutLink(target: number): Promise<CutLink> {
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    const far = isCut ? undefined : connect(target, '127.0.0.1');
    for (const [one, other] of [[near, far], [far, near]] as const) {
      if (one === undefined) continue;
      open.add(one);
      one.on('error', () => undefined); // what matters is that it closed
      one.on('close', () => { open.delete(one); other?.destroy(); });
    }
    if (far === undefined) return void near.destroy();
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cutAll = (): void => { for (const socket of open) socket.destroy(); };
  return {
    port: (server.address() as AddressInfo).port, // it listens on TCP
    cut() { isCut = true; cutAll(); },
    heal() { isCut = false; },
    close() { server.close(); cutAll(); },
  };
}
