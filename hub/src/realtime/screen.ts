import type { Area, Seq } from '@liandong/protocols';
import type { ChangeLog } from '../changes/change-log.js';
import type { ChangeTail } from './change-tail.js';
import { backlogOf, dropToResume } from './connection.js';
import { acknowledging, InFlight } from './in-flight.js';
import type { Lens, Scope, Scopes } from './scope.js';
import type { LiveSocket } from './socket-server.js';
import { ToldChange } from './told-change.js';
import type { FeedLogger, ScreenState } from './types.js';

/** Delivers changes to one socket: each one of its scope exactly once and in order of `seq`, whatever the socket's pace. */
export interface Screen {
  readonly state: ScreenState;
  /** Everything in scope up to here was sent; undefined before the first subscription. */
  readonly position: Seq | undefined;
  /** What it asked to see; undefined before the first subscription. */
  readonly scope: Scope | undefined;
  /** Sends what follows `from`: the log first, then live. Replaces an earlier subscription. */
  follow(scope: Scope, from: Seq): void;
  /** Sends nothing more until `follow`; gives the function that takes the pause back. */
  pause(): () => void;
  /** Changes that have just happened, in their order. */
  offer(changes: readonly ToldChange[]): void;
  /** An area that was made or changed; has no `seq`, and nothing is kept for a screen that is away. */
  offerArea(area: Area): void;
  /** Called at a steady pace; drops the socket when an alert stays unacknowledged for `ackSweeps` calls. */
  sweep(): void;
  /** Resolves when it no longer reads the log. */
  close(): Promise<void>;
}

export interface ScreenLimits {
  /** Unacknowledged alerts in flight; more wait in the change log. */
  readonly inFlightAlerts: number;
  /** Sweeps an alert may stay unacknowledged. */
  readonly ackSweeps: number;
}

interface Following { readonly scope: Scope; position: Seq; isLive: boolean }

const PAGE = 200;
const BACKLOG_PACKETS = 256;

export function createScreen({ socket, changes, tail, scopes, limits, logger }: {
  socket: LiveSocket; changes: Pick<ChangeLog, 'after'>; tail: Pick<ChangeTail, 'seq' | 'recent'>; scopes: Pick<Scopes, 'lens'>; limits: ScreenLimits; logger: FeedLogger;
}): Screen {
  let following: Following | undefined;
  let paused: Following | undefined;
  let isClosed = false;
  let isReading = false;
  let reading: Promise<void> = Promise.resolve();
  let sweeps = 0;
  const inFlight = new InFlight(limits.inFlightAlerts);

  // What is sent by polling while a client changes over to WebSocket could be lost or overtaken, so it waits that moment.
  const isCongested = (): boolean => socket.conn.upgrading || inFlight.isFull || backlogOf(socket) >= BACKLOG_PACKETS;

  function send(told: ToldChange): void {
    const id = told.tell(socket);
    if (id !== undefined) inFlight.add(id, told.seq, sweeps);
  }

  function deliver(to: Following, told: ToldChange, sees: Lens): void {
    const { change } = told;
    to.position = change.seq;
    if (change.kind === 'alert' && !to.scope.hasAlerts) return;
    const device = change.kind === 'alert' ? change.alert.deviceId : change.device.id;
    if (change.movedTo !== undefined && sees(change.movedTo, device)) return; // to this screen it hasn't left: the next change tells where it is
    if (sees(change.area, device)) send(told);
  }

  /** Room for half of what may be in flight: with less, a page would be read for every single alert that is acknowledged. */
  const hasRoom = (): boolean => !isCongested() && inFlight.size * 2 <= limits.inFlightAlerts;

  /** Starts reading the log unless there is nothing to read, no room, or it is being read already. */
  function readOn(): void {
    if (isReading || isClosed || following === undefined || following.isLive || !hasRoom()) return;
    isReading = true;
    reading = readLog();
  }

  async function readLog(): Promise<void> {
    try {
      while (!isClosed && following !== undefined && !following.isLive && !isCongested()) await readPage(following);
    } catch (error) {
      if (!isClosed) logger.error({ err: error, screen: socket.id }, 'The change log could not be read for a screen; it is dropped and resumes.');
      dropToResume(socket);
    } finally {
      isReading = false;
    }
  }

  async function readPage(to: Following): Promise<void> {
    const target = tail.seq;
    // No await between this check and the flag: the next change is either in the log read above or offered.
    if (to.position >= target) {
      to.isLive = true;
      return;
    }
    // Not more than can be sent: what is left over would be read again.
    const limit = Math.min(PAGE, limits.inFlightAlerts - inFlight.size);
    const page = tail.recent(to.position, limit) ?? (await changes.after(to.position, limit))?.map((change) => new ToldChange(change));
    if (isClosed || to !== following) return;
    if (page === undefined) {
      logger.warn({ screen: socket.id }, 'A screen fell behind what the change log keeps; it is dropped and starts from a snapshot.');
      dropToResume(socket);
      return;
    }
    const sees = scopes.lens(to.scope);
    for (const told of page) {
      if (to !== following || isCongested()) return;
      deliver(to, told, sees);
    }
    if (page.length === 0) to.position = target;
  }

  acknowledging(socket, inFlight, readOn);
  socket.conn.on('drain', readOn);
  socket.conn.on('upgrade', readOn);

  return {
    get state() {
      const oldest = inFlight.oldestSeq;
      const sentSeq = (following ?? paused)?.position;
      return {
        id: socket.id, user: socket.data.principal.name, isSubscribed: sentSeq !== undefined, sentSeq, inFlight: inFlight.size,
        receivedSeq: oldest === undefined || sentSeq === undefined ? sentSeq : Math.min(oldest - 1, sentSeq),
      };
    },
    get position() { return (following ?? paused)?.position; },
    get scope() { return (following ?? paused)?.scope; },
    follow(scope, from) {
      if (isClosed) return;
      following = { scope, position: from, isLive: false };
      paused = undefined;
      readOn();
    },
    pause() {
      paused = following;
      following = undefined;
      return () => {
        if (paused !== undefined) this.follow(paused.scope, paused.position);
      };
    },
    offer(told) {
      const to = following;
      if (isClosed || to?.isLive !== true) return;
      const sees = scopes.lens(to.scope);
      for (const one of told) {
        if (one.seq <= to.position) continue;
        if (isCongested()) {
          to.isLive = false;
          return;
        }
        deliver(to, one, sees);
      }
    },
    offerArea(area) {
      const scope = (following ?? paused)?.scope;
      if (scope !== undefined && scopes.lens(scope)(area.id, undefined)) socket.emit('area', { area });
    },
    sweep() {
      sweeps += 1;
      const oldest = inFlight.oldestSweep;
      if (oldest !== undefined && sweeps - oldest > limits.ackSweeps) {
        logger.warn({ screen: socket.id, unacknowledged: inFlight.size }, 'A screen does not acknowledge alerts; it is dropped and resumes.');
        dropToResume(socket);
      } else readOn();
    },
    async close() {
      isClosed = true;
      following = undefined;
      inFlight.clear();
      socket.conn.off('drain', readOn);
      socket.conn.off('upgrade', readOn);
      await reading;
    },
  };
}
