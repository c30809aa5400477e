import { homedir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './child.js';
import type { FaultyLink, LinkFault } from './faulty-link.js';
import { findProgram, isExecutable } from './find-program.js';
import { freePort } from './free-port.js';
import { waitFor } from './wait-for.js';

/** What brings Toxiproxy; goes with `describeWithServer`. */
export const TOXIPROXY_HINT = '.ci/install-toxiproxy ~/.cache/liandong/bin/toxiproxy';

/** Where it is: the cache that `.ci/run` installs into, or the PATH; undefined when there is none. */
export function findToxiproxy(): string | undefined {
  const cached = join(process.env['LIANDONG_CACHE'] ?? join(homedir(), '.cache/liandong'), 'bin/toxiproxy');
  return isExecutable(cached) ? cached : findProgram('toxiproxy-server');
}

export interface Toxiproxy {
  openLink(target: number): Promise<FaultyLink>;
  stop(): Promise<void>;
}

interface Toxic { readonly type: string; readonly attributes: Readonly<Record<string, number>> }
/** Each is laid on both directions. Times in ms, `rate` in KB/s. */
const TOXICS: Readonly<Record<LinkFault, readonly Toxic[]>> = {
  reset: [{ type: 'reset_peer', attributes: { timeout: 0 } }],
  stall: [{ type: 'timeout', attributes: { timeout: 0 } }],
  slow: [{ type: 'latency', attributes: { latency: 250, jitter: 150 } }, { type: 'bandwidth', attributes: { rate: 40 } }],
};

/** A real Toxiproxy server on a loopback port. */
export async function startToxiproxy(program: string): Promise<Toxiproxy> {
  const port = await freePort();
  const child = startChild(program, ['-host', '127.0.0.1', '-port', String(port)]);
  const api = `http://127.0.0.1:${port}/proxies`;
  await waitFor('Toxiproxy answers', async () => (await fetch(api)).ok);

  async function ask(method: string, path: string, body?: object): Promise<void> {
    const answer = await fetch(`${api}${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`Toxiproxy, ${method} ${path}: ${answer.status} ${await answer.text()}`);
    await answer.body?.cancel();
  }

  return {
    async openLink(target) {
      const near = await freePort();
      const name = String(near);
      const laid = new Set<string>();
      const heal = async (): Promise<void> => {
        for (const toxic of laid) await ask('DELETE', `/${name}/toxics/${toxic}`);
        laid.clear();
      };
      await ask('POST', '', { name, listen: `127.0.0.1:${near}`, upstream: `127.0.0.1:${target}`, enabled: true });
      return {
        port: near, heal, close: () => ask('DELETE', `/${name}`),
        async lay(fault) {
          await heal();
          for (const { type, attributes } of TOXICS[fault]) {
            for (const stream of ['upstream', 'downstream']) {
              const toxic = `${type}_${stream}`;
              await ask('POST', `/${name}/toxics`, { name: toxic, type, stream, toxicity: 1, attributes });
              laid.add(toxic);
            }
          }
        },
      };
    },
    async stop() { await child.end('SIGKILL'); },
  };
}
