import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.js';
import { findProgram } from './find-program.js';

/** What brings paho-mqtt, for `describeWithServer`. */
export const PAHO_HINT = 'python3 -m venv .cache/paho && .cache/paho/bin/pip install paho-mqtt && export PAHO_PYTHON=.cache/paho/bin/python';

/** A Python that has paho-mqtt: PAHO_PYTHON, else python3; undefined when it has none. */
export function findPaho(): string | undefined {
  const python = process.env['PAHO_PYTHON'] ?? findProgram('python3');
  if (!python) return undefined;
  try {
    execFileSync(python, ['-c', 'import paho.mqtt.client'], { stdio: 'ignore', timeout: 20_000 });
    return python;
  } catch {
    return undefined;
  }
}

export interface PahoMessage { topic: string; payload: string; qos?: 0 | 1 | 2; retain?: boolean }
export interface PahoSession { port: number; username?: string; password?: string; clientId?: string; messages: PahoMessage[]; timeoutS?: number }
/** `connect` is the broker's answer in paho's words (`Success`, `Not authorized`, …); `acknowledged` counts messages sent and, above QoS 0, acknowledged. */
export interface PahoResult { connect: string; acknowledged: number }

/** Signs in once with Python's paho-mqtt, publishes the messages in order and waits until each is acknowledged (5 s in all by default). */
export async function publishWithPaho(session: PahoSession): Promise<PahoResult> {
  const python = findPaho();
  if (!python) throw new Error(`paho-mqtt not found: ${PAHO_HINT}`);
  const script = fileURLToPath(new URL('paho_publish.py', import.meta.url));
  const { code, stdout, stderr } = await runChild(python, [script], { stdin: JSON.stringify(session) });
  if (code !== 0) throw new Error(`paho_publish.py: ${stderr}`);
  // Our own script's one line.
  return JSON.parse(stdout) as PahoResult;
}
