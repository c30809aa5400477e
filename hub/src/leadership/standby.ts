import type { Server } from 'node:http';
import type { Feature } from '../feature.js';
import type { Logger } from '../logger.js';
import { Rounds } from '../rounds.js';
import type { TlsPair } from '../tls/tls-pair.js';
import { createHandingOver } from './handing-over.js';
import type { Leader, Lease } from './lease.js';
import { createStandbyServer } from './standby-server.js';

const LOOK_MS = 500;

export interface StandbyDependencies {
  readonly lease: Pick<Lease, 'take' | 'leader'>;
  readonly host: string;
  readonly port: number;
  readonly tls: TlsPair | undefined;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Called once with each new leader: what this hub still holds is handed over. Failures are tried again. The signal ends it when the leader is gone: whoever takes over must not wait for it. */
  readonly handOver: (leader: URL, signal: AbortSignal) => Promise<void>;
  /** Serves screens on the server here; left out, they are passed on like everything else. */
  readonly screens?: ((server: Server, leader: () => URL | undefined) => Feature) | undefined;
  /** This hub leads now. Called once; the lease is held. */
  readonly onLead: () => void;
}

/** A hub that waits to lead: it answers on its own address by passing everything on to the leader, and takes over when that is gone. */
export interface Standby extends Feature { readonly port: number }

export function createStandby({ lease, logger, handOver, screens: screensOn, onLead, ...listening }: StandbyDependencies): Standby {
  let leader: URL | undefined;
  let isFailing = false;
  let isStarted = false;
  /** Told to stop, or leading by now: nothing is looked at any more. */
  let isOver = false;
  const door = createStandbyServer({ ...listening, logger, leader: () => leader, hasScreens: screensOn !== undefined });
  const screens = screensOn?.(door.server, () => leader);
  const handing = createHandingOver({ handOver, onFailure: fail });
  const looks = new Rounds(LOOK_MS, () => look().catch(fail));

  async function look(): Promise<void> {
    if (isOver) return;
    const found = await lease.leader();
    if (found?.isAlive !== true) {
      await handing.end(); // it notes how far it came, in the name of a hub that doesn't lead
      if (await lease.take()) return lead();
    }
    follow(found);
    if (leader !== undefined) handing.to(leader);
    if (!handing.isRunning) isFailing = false;
  }

  /** Told to stop meanwhile, it leaves the lease to whoever gives it back. */
  function lead(): void {
    if (isOver) return;
    isOver = true;
    onLead();
  }

  function fail(error: unknown): void {
    if (!isFailing) logger.warn({ err: error }, 'the standby could not look who leads, or hand over; trying again');
    isFailing = true;
  }

  function follow(found: Leader | undefined): void {
    const next = found?.isAlive === true && found.address !== null ? new URL(found.address) : undefined;
    if (next?.href !== leader?.href) logger.info({ leader: next?.href ?? null }, next === undefined ? 'no hub leads now' : 'standing by for the hub that leads');
    leader = next;
    if (next === undefined) handing.forget();
  }

  return {
    get port() { return door.port; },
    async start() {
      if (isStarted) return;
      isOver = false;
      await screens?.start();
      await door.listen();
      await looks.start();
      isStarted = true;
    },
    async stop() {
      isOver = true;
      isStarted = false;
      const looked = looks.stop();
      await screens?.stop();
      // A look that is under way may still take the lease, or write how far the hand-over came: not after this.
      await looked;
      await handing.end();
      await door.close();
    },
  };
}
