import { io, type Socket } from 'socket.io-client';

/** What of an `alert` event the benchmark looks at. */
export interface ScreenAlert { readonly seq: number; readonly alert: { readonly ruleId: string; readonly deviceId?: string; readonly [other: string]: unknown } }

/** A Socket.IO screen that takes every alert and says so, as the console does. Resolves when it has subscribed. */
export async function openScreen({ url, token, onAlert, onLost }: { url: string; token: string; onAlert: (alert: ScreenAlert) => void; onLost: (reason: string) => void }): Promise<Socket> {
  const socket = io(url, { transports: ['websocket'], reconnection: false, forceNew: true, auth: { token } });
  socket.on('alert', (alert: ScreenAlert, taken?: () => void) => {
    onAlert(alert);
    taken?.();
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('connect_error', reject);
    socket.on('connect', () => resolve());
  });
  const answer = await socket.emitWithAck('subscribe', {}) as object; // as the contract says
  if ('error' in answer) throw new Error(`subscribe: ${JSON.stringify(answer.error)}`);
  socket.on('disconnect', onLost);
  return socket;
}
