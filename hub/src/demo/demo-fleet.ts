import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Feature } from '../feature.js';
import type { Logger } from '../logger.js';

const PROGRAM = fileURLToPath(new URL('../../../edge-sim/dist/main.js', import.meta.url));
const RESTART_MS = 5000;
const STOP_MS = 4000;
/** The fleet talks to its own parent on this machine: there is nobody to be taken for. */
const UNCHECKED = { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' };

export interface DemoFleetDependencies {
  hubUrl: string;
  mqttUrl: string;
  /** HTTPS with a certificate that need not name the loopback address. */
  trustsAnyCertificate: boolean;
  /** Where the fleet keeps the secrets it was given. */
  stateFile: string;
  /** A token for the set-up. */
  issueToken(): Promise<{ token: string; revoke(): Promise<void> }>;
  logger: Logger;
}

/** Runs the simulated fleet as its own process: it comes in through REST and MQTT like any other devices. */
export class DemoFleet implements Feature {
  readonly #dependencies: DemoFleetDependencies;
  #child: ChildProcess | undefined;
  #revoke: (() => Promise<void>) | undefined;
  #restart: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(dependencies: DemoFleetDependencies) {
    this.#dependencies = dependencies;
  }

  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    const { hubUrl, mqttUrl, trustsAnyCertificate, stateFile, issueToken, logger } = this.#dependencies;
    const { token, revoke } = await issueToken();
    this.#revoke = revoke;
    const child = spawn(process.execPath, [PROGRAM, '--demo', '--quiet', '--attached', '--rotate', '--hub', hubUrl, '--mqtt', mqttUrl, '--state', stateFile], {
      // Its standard input closes when the hub dies, however it dies: with --attached the fleet goes too.
      env: { LIANDONG_TOKEN: token, ...(trustsAnyCertificate ? UNCHECKED : {}) }, stdio: ['pipe', 'ignore', 'pipe'],
    });
    this.#child = child;
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => { complaint = (complaint + chunk.toString()).slice(-2000); });
    child.on('error', (error) => {
      this.#child = undefined;
      logger.error({ err: error }, 'the simulated fleet did not start');
    });
    child.on('exit', (code) => {
      this.#child = undefined;
      if (this.#isStopping) return;
      logger.warn({ code, complaint }, 'the simulated fleet stopped; starting it again');
      this.#restart = setTimeout(() => void this.#startAgain(), RESTART_MS);
    });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child !== undefined) {
      child.kill('SIGTERM');
      const giveUp = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await once(child, 'exit');
      clearTimeout(giveUp);
    }
    await this.#revoke?.();
    this.#revoke = undefined;
  }

  async #startAgain(): Promise<void> {
    try {
      await this.#revoke?.();
      await this.start();
    } catch (error) {
      this.#dependencies.logger.error({ err: error }, 'the simulated fleet could not be started again');
    }
  }
}
