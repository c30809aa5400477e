import type { Alert, ClientEvents, HubEvents, Seq, SocketProblem, SubscribeAnswer } from '@liandong/protocols';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';

export interface SeenAlert { readonly seq: Seq; readonly alert: Alert; /** When it came (epoch ms). */ readonly at: number }

/** A real Socket.IO screen that keeps all it is told, and resumes from the last `seq` it has, as the console does. */
export interface NightScreen {
  /** In the order they came. */
  readonly alerts: readonly SeenAlert[];
  /** Of every change, alerts and devices, in the order they came. */
  readonly seqs: readonly Seq[];
  /** Answers to each `subscribe`. */
  readonly subscriptions: readonly SubscribeAnswer[];
  readonly problems: readonly string[];
  onAlert(listener: (alert: Alert) => void): void;
  /** It has subscribed again after a loss. */
  onResumed(listener: () => void): void;
  ack(alertId: string): Promise<Alert>;
  close(): void;
}

const ANSWER_MS = 5_000;

export function openScreen(url: string, options: Partial<ManagerOptions & SocketOptions>): NightScreen {
  const alerts: SeenAlert[] = [];
  const seqs: Seq[] = [];
  const subscriptions: SubscribeAnswer[] = [];
  const problems: string[] = [];
  const listeners: ((alert: Alert) => void)[] = [];
  const resumed: (() => void)[] = [];
  let since: Seq | undefined;
  const socket: Socket<HubEvents, ClientEvents> = io(url, { transports: ['websocket'], reconnectionDelay: 200, reconnectionDelayMax: 1_000, forceNew: true, ...options });

  const note = (seq: Seq): void => {
    seqs.push(seq);
    since = seq;
  };
  socket.on('alert', ({ seq, alert }, taken) => {
    note(seq);
    alerts.push({ seq, alert, at: Date.now() });
    taken();
    for (const listener of listeners) listener(alert);
  });
  socket.on('device', ({ seq }) => note(seq));
  socket.on('connect', () => {
    socket.emit('subscribe', since === undefined ? {} : { since }, (answer: SubscribeAnswer | SocketProblem) => {
      if ('error' in answer) {
        problems.push(answer.error.code);
        return;
      }
      subscriptions.push(answer);
      if (answer.mode === 'snapshot') since = answer.seq;
      if (subscriptions.length > 1) for (const listener of resumed) listener();
    });
  });
  // Socket.IO gives up by itself when the hub ends a connection on purpose; a screen that is signed in comes back.
  socket.on('disconnect', (reason) => { if (reason === 'io server disconnect') socket.connect(); });

  return {
    alerts, seqs, subscriptions, problems,
    onAlert: (listener) => { listeners.push(listener); },
    onResumed: (listener) => { resumed.push(listener); },
    ack: (alertId) => new Promise((resolve, reject) => {
      socket.timeout(ANSWER_MS).emit('ack', { alertId }, (error, answer) => {
        if (error) reject(error);
        else if ('error' in answer) reject(new Error(answer.error.code));
        else resolve(answer.alert);
      });
    }),
    close: () => { socket.disconnect(); },
  };
}
