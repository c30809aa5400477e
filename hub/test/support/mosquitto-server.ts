import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { runChild, startChild, type Child } from './child.js';
import { findProgram } from './find-program.js';
import { freePort } from './free-port.js';
import { waitFor } from './wait-for.js';

/** What brings Mosquitto and its clients, for `describeWithServer`. */
export const MOSQUITTO_HINT = 'apt-get install mosquitto mosquitto-clients';

/** Path of the `mosquitto` program, or undefined when it is not installed. */
export const findMosquitto = (): string | undefined => findProgram('mosquitto');

export interface MosquittoOptions {
  /** Lines added to mosquitto.conf. */
  config?: string[];
  /** User name → plain password; the file is hashed by mosquitto_passwd. Without users and password lines anybody may sign in. */
  users?: Record<string, string>;
  /** Ready lines of a password file, as `user:$7$…`. */
  passwordLines?: string[];
  /** Lines of an ACL file. */
  acl?: string[];
  /** Keep sessions and retained messages over a restart. Off by default. */
  isPersistent?: boolean;
  /** A port of `freePort()` unless given. */
  port?: number;
}

/** A real Mosquitto on a loopback port with its own folder. */
export interface MosquittoServer {
  readonly port: number;
  /** `mqtt://127.0.0.1:<port>` */
  readonly url: string;
  readonly folder: string;
  log(): string;
  /** Starts it again after `stop` or `kill`, on the same port and folder. No-op while it runs. */
  start(): Promise<void>;
  /** Ends it by SIGTERM; a persistent one writes its state. The folder stays. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Puts new password or ACL lines in place and makes it read them. */
  reload(files: { passwordLines?: string[]; acl?: string[] }): Promise<void>;
  /** Stops it and removes its folder. */
  dispose(): Promise<void>;
}

/** @throws Error when Mosquitto is not installed or refuses its settings; the message holds its own words */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<MosquittoServer> {
  const program = findMosquitto();
  if (!program) throw new Error(`mosquitto not found: ${MOSQUITTO_HINT}`);
  const port = options.port ?? await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'liandong-mosquitto-'));
  const configFile = join(folder, 'mosquitto.conf');
  await writeFiles(folder, options);
  await writeFile(configFile, configLines(folder, port, options).join('\n'));
  let child: Child | undefined;
  let log = '';

  const server: MosquittoServer = {
    port, folder, url: `mqtt://127.0.0.1:${String(port)}`,
    log: () => log + (child?.stderr() ?? ''),
    async start() {
      if (child?.isRunning()) return;
      log += child?.stderr() ?? '';
      const started = child = startChild(program, ['-c', configFile]);
      await waitFor('Mosquitto listens', () => !started.isRunning() || accepts(port));
      if (!started.isRunning()) throw new Error(`Mosquitto ended: ${started.stderr()}`);
    },
    async stop() { await child?.end('SIGTERM'); },
    async kill() { await child?.end('SIGKILL'); },
    async restart() { await server.stop(); await server.start(); },
    async reload(files) {
      await writeFiles(folder, files);
      const reloads = () => server.log().split('Reloading config').length;
      const before = reloads();
      child?.signal('SIGHUP');
      await waitFor('Mosquitto reads its files', () => reloads() > before);
    },
    async dispose() { await server.stop(); await rm(folder, { recursive: true, force: true }); },
  };
  try {
    await server.start();
  } catch (error) {
    await server.dispose();
    throw error;
  }
  return server;
}

function configLines(folder: string, port: number, options: MosquittoOptions): string[] {
  const hasUsers = options.users !== undefined || options.passwordLines !== undefined;
  return [
    `listener ${String(port)} 127.0.0.1`,
    // Started by root it would become the user `mosquitto`, who can't read the folder.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    `allow_anonymous ${hasUsers ? 'false' : 'true'}`,
    ...(hasUsers ? [`password_file ${join(folder, 'passwd')}`] : []),
    ...(options.acl ? [`acl_file ${join(folder, 'acl')}`] : []),
    ...(options.isPersistent ? ['persistence true', `persistence_location ${folder}/`] : []),
    'log_dest stderr',
    ...(options.config ?? []),
    '',
  ];
}

async function writeFiles(folder: string, { users, passwordLines, acl }: Pick<MosquittoOptions, 'users' | 'passwordLines' | 'acl'>): Promise<void> {
  // Mosquitto warns about files that others may read.
  const mode = 0o600;
  const passwd = join(folder, 'passwd');
  if (acl) await writeFile(join(folder, 'acl'), [...acl, ''].join('\n'), { mode });
  if (users) {
    await writeFile(passwd, Object.entries(users).map(([user, password]) => `${user}:${password}\n`).join(''), { mode });
    const tool = findProgram('mosquitto_passwd');
    if (!tool) throw new Error(`mosquitto_passwd not found: ${MOSQUITTO_HINT}`);
    const { code, stderr } = await runChild(tool, ['-U', passwd]);
    if (code !== 0) throw new Error(`mosquitto_passwd: ${stderr}`);
  }
  if (passwordLines) await writeFile(passwd, [...passwordLines, ''].join('\n'), { mode, flag: users ? 'a' : 'w' });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => { resolve(false); });
  });
}
