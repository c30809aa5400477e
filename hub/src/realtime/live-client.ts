import { AppError } from '../problem.js';
import { freeRequest, writeTogether } from './connection.js';
import { socketProblem } from './problems.js';
import { parseAck } from './requests.js';
import type { Screen } from './screen.js';
import { isSamePrincipal } from './sign-in.js';
import type { LiveSocket } from './socket-server.js';
import type { createSubscriptions } from './subscriptions.js';
import type { TelemetryFeed } from './telemetry-feed.js';
import type { AlertService } from '../alerts/types.js';
import type { IdentityService } from '../identity/types.js';
import type { Principal } from '../identity/principal.js';
import type { FeedLogger } from './types.js';

export interface LiveClient {
  readonly socket: LiveSocket;
  readonly screen: Screen;
  /** Disconnects when the session has ended or its rights have changed. Never rejects. */
  recheck(): Promise<void>;
  /** Resolves when nothing of it runs any more. */
  close(): Promise<void>;
}

export interface LiveClientDeps {
  readonly socket: LiveSocket;
  readonly screen: Screen;
  readonly identity: Pick<IdentityService, 'authenticate'>;
  readonly alerts: Pick<AlertService, 'ack'>;
  readonly subscriptions: ReturnType<typeof createSubscriptions>;
  readonly telemetry: TelemetryFeed;
  /** Tells a screen that has just subscribed how the hub is: it need not wait for the next round. */
  readonly greet: (client: Pick<LiveClient, 'socket' | 'screen'>) => void;
  readonly logger: FeedLogger;
}

/** Calls of one client that may be waiting for their answer. */
const PENDING_CALLS = 32;

/** The calls of one connected client, one after the other and each answered; one without a callback is left alone. */
export function createLiveClient({ socket, screen, identity, alerts, subscriptions, telemetry, greet, logger }: LiveClientDeps): LiveClient {
  let pending = 0;
  let queue: Promise<void> = Promise.resolve();

  /** Asked anew: identity answers from memory, and a session may have been revoked a moment ago. */
  async function caller(): Promise<Principal> {
    const principal = await identity.authenticate(socket.data.credentials);
    if (principal === undefined) throw new AppError('UNAUTHENTICATED');
    return principal;
  }

  function call(answer: unknown, run: (reply: (result: unknown) => void) => Promise<void>): void {
    if (typeof answer !== 'function') return;
    const reply = (result: unknown): void => { (answer as (result: unknown) => void)(result); }; // Socket.IO's own function, or a client's nothing
    if (pending >= PENDING_CALLS) {
      reply(socketProblem(new AppError('TOO_MANY_REQUESTS'), logger));
      return;
    }
    pending += 1;
    queue = queue.then(() => run(reply)).catch((error: unknown) => reply(socketProblem(error, logger))).finally(() => { pending -= 1; });
  }

  async function subscribe(request: unknown, reply: (result: unknown) => void): Promise<void> {
    const { scope, answer, from } = await subscriptions.open(await caller(), screen, request);
    reply(answer);
    if (!socket.connected) return;
    screen.follow(scope, from);
    telemetry.join(socket, scope);
    greet({ socket, screen });
  }

  async function ack(request: unknown, reply: (result: unknown) => void): Promise<void> {
    const principal = await caller();
    const { alertId, note } = parseAck(request);
    reply({ alert: await alerts.ack(principal, alertId, note) });
  }

  freeRequest(socket);
  writeTogether(socket);
  socket.on('subscribe', (...args: unknown[]) => {
    const [request, answer] = typeof args[0] === 'function' ? [undefined, args[0]] : args;
    call(answer, (reply) => subscribe(request, reply));
  });
  socket.on('ack', (request: unknown, answer: unknown) => call(answer, (reply) => ack(request, reply)));

  return {
    socket,
    screen,
    async recheck() {
      try {
        const principal = await identity.authenticate(socket.data.credentials);
        if (principal !== undefined && isSamePrincipal(principal, socket.data.principal)) return;
        socket.disconnect(true); // tells the client not to come back by itself: it must sign in, or ask for its new rights
      } catch (error) {
        logger.error({ err: error, screen: socket.id }, 'A live session could not be checked; the next round tries again.');
      }
    },
    async close() {
      telemetry.leave(socket);
      await Promise.all([screen.close(), queue]);
    },
  };
}
