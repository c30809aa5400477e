import { stat } from 'node:fs/promises';
import type { Feature } from '../feature.js';
import type { Logger } from '../logger.js';
import { readTlsPair, type TlsFiles, type TlsServer } from './tls-pair.js';

const LOOK_MS = 60_000;

export interface TlsReloaderDependencies {
  readonly files: TlsFiles;
  readonly servers: readonly TlsServer[];
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** The process, for its SIGHUP. */
  readonly signals?: Pick<NodeJS.Process, 'on' | 'off'>;
}

export interface TlsReloader extends Feature {
  /** Takes the files in when they have changed, or in any case. A pair that can't be used is logged, and the old one stays. */
  look(options?: { isForced: boolean }): Promise<void>;
}

/** Renewed certificates are taken in without a restart: within a minute, or on SIGHUP at once. */
export function createTlsReloader({ files, servers, logger, signals = process }: TlsReloaderDependencies): TlsReloader {
  let stamp = '';
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  const onSignal = (): void => { void reloader.look({ isForced: true }); };

  const stampOf = async (): Promise<string> => (await Promise.all([stat(files.certFile), stat(files.keyFile)])).map(({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`).join(' ');

  async function reload(isForced: boolean): Promise<void> {
    try {
      const now = await stampOf();
      if (now === stamp && !isForced) return;
      const pair = await readTlsPair(files);
      for (const server of servers) server.setSecureContext(pair);
      stamp = now;
      logger.info({ certFile: files.certFile }, 'took in the TLS certificate');
    } catch (error) {
      // Two files are never replaced at the same moment: the next look may find them matching.
      logger.warn({ err: error }, 'the TLS certificate files can not be used; the earlier certificate stays');
    }
  }

  const reloader: TlsReloader = {
    look({ isForced } = { isForced: false }) {
      looking = looking.then(() => reload(isForced));
      return looking;
    },
    async start() {
      if (timer !== undefined) return;
      stamp = await stampOf();
      timer = setInterval(() => void reloader.look(), LOOK_MS);
      signals.on('SIGHUP', onSignal);
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      signals.off('SIGHUP', onSignal);
      await looking;
    },
  };
  return reloader;
}
