import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { runChild, startChild, type Child } from './child.js';
import { findProgram, isExecutable } from './find-program.js';
import { freePort } from './free-port.js';
import { waitFor } from './wait-for.js';

/** What brings PostgreSQL, for `describeWithServer`. */
export const POSTGRES_HINT = 'apt-get install postgresql-15';

/** Debian keeps the server's programs out of the PATH. */
const FOLDERS = ['/usr/lib/postgresql/15/bin', '/usr/local/opt/postgresql@15/bin', '/opt/homebrew/opt/postgresql@15/bin'];

/** Folder of `initdb` and `postgres`, or undefined when they are not installed. */
export const findPostgres = (): string | undefined => FOLDERS.find((folder) => isExecutable(join(folder, 'initdb'))) ?? findProgram('initdb')?.replace(/\/initdb$/, '');

/** A real PostgreSQL on a loopback port, with a data folder of its own. */
export interface PostgresServer {
  readonly port: number;
  /** Of the superuser's own database. */
  readonly url: string;
  /** A new, empty database. Answers its address. */
  createDatabase(options?: { encoding?: string; /** Address of a database to copy; nobody may be connected to it. */ template?: string }): Promise<string>;
  /** Runs one statement in the superuser's database. */
  query(sql: string): Promise<void>;
  /** Starts it again after `kill`, on the same port and folder. No-op while it runs. */
  start(): Promise<void>;
  /** Ends it and every connection by SIGQUIT: what a crash leaves. */
  kill(): Promise<void>;
  /** Stops it from answering without ending it; `resume` lets it go on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  dispose(): Promise<void>;
}

const USER = 'liandong';
const PASSWORD = 'only-for-tests';
/** It refuses to run as root, and must be able to reach its folder, which therefore is not below a private one. */
const UNPRIVILEGED = { name: 'nobody', uid: 65_534, gid: 65_534 };

export async function startPostgres(programs: string): Promise<PostgresServer> {
  const isRoot = userInfo().uid === 0;
  const port = await freePort();
  const folder = await mkdtemp('/tmp/liandong-postgres-');
  if (isRoot) await chown(folder, UNPRIVILEGED.uid, UNPRIVILEGED.gid);
  const data = join(folder, 'data');
  const command = (program: string, args: string[]): [string, string[]] =>
    isRoot ? ['setpriv', [`--reuid=${UNPRIVILEGED.uid}`, `--regid=${UNPRIVILEGED.gid}`, '--clear-groups', join(programs, program), ...args]] : [join(programs, program), args];
  const urlOf = (database: string): string => `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`;
  let child: Child | undefined;
  let databases = 0;

  const server: PostgresServer = {
    port, url: urlOf('postgres'),
    async createDatabase({ encoding = 'UTF8', template } = {}) {
      databases += 1;
      const name = `test_${databases}`;
      // A locale whose order is not that of code points: repositories must not notice.
      const kind = encoding === 'UTF8' ? "locale_provider icu icu_locale 'zh-CN' locale 'C'" : "locale 'C'";
      await server.query(template === undefined ? `create database ${name} encoding '${encoding}' template template0 ${kind}` : `create database ${name} template ${new URL(template).pathname.slice(1)}`);
      return urlOf(name);
    },
    async query(sql) {
      const client = new Client({ connectionString: server.url });
      await client.connect();
      try {
        await client.query(sql);
      } finally {
        await client.end();
      }
    },
    async start() {
      if (child?.isRunning()) return;
      // fsync off: a test's database needs to survive a killed process, not a power cut.
      const started = child = startChild(...command('postgres', ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F', '-c', 'max_connections=200', '-c', 'log_min_messages=warning']), { cwd: folder });
      await waitFor('PostgreSQL answers', async () => !started.isRunning() || (await server.query('select 1'), true), { timeoutMs: 20_000 });
      if (!started.isRunning()) throw new Error(`PostgreSQL ended: ${started.stderr()}`);
    },
    async kill() { await child?.end('SIGQUIT'); },
    pause: () => signalAll(child, 'STOP'),
    resume: () => signalAll(child, 'CONT'),
    async dispose() {
      await signalAll(child, 'CONT');
      await child?.end('SIGQUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, PASSWORD);
    const made = await runChild(...command('initdb', ['-D', data, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C', '--no-sync']), { cwd: folder });
    if (made.code !== 0) throw new Error(`initdb: ${made.stderr}`);
    await server.start();
  } catch (error) {
    await server.dispose();
    throw error;
  }
  return server;
}

/** The server is a family of processes: one for each connection. */
async function signalAll(child: Child | undefined, signal: 'STOP' | 'CONT'): Promise<void> {
  if (child?.pid === undefined || !child.isRunning()) return;
  await runChild('pkill', [`-${signal}`, '-P', String(child.pid)]);
  child.signal(`SIG${signal}`);
}
