import { findProgram } from './find-program.js';
import { runChild } from './child.js';

/** Path of the `mosquitto_pub` program, or undefined when it is not installed. */
export const findMosquittoPub = (): string | undefined => findProgram('mosquitto_pub');

export interface Publication {
  port: number;
  topic: string;
  payload: string;
  username?: string;
  password?: string;
  clientId?: string;
  /** 1 by default: the program then ends only after the PUBACK. */
  qos?: 0 | 1 | 2;
  retain?: boolean;
}

/** Publishes one message with the real `mosquitto_pub`. `code` 0 means sent and, above QoS 0, acknowledged; else `stderr` says why not. */
export async function mosquittoPub(message: Publication): Promise<{ code: number | null; stderr: string }> {
  const program = findMosquittoPub();
  if (!program) throw new Error('mosquitto_pub not found: apt-get install mosquitto-clients');
  const { code, stderr } = await runChild(program, [
    '-h', '127.0.0.1', '-p', String(message.port), '-q', String(message.qos ?? 1), '-t', message.topic, '-s',
    ...(message.username === undefined ? [] : ['-u', message.username]),
    ...(message.password === undefined ? [] : ['-P', message.password]),
    ...(message.clientId === undefined ? [] : ['-i', message.clientId]),
    ...(message.retain ? ['-r'] : []),
  ], { stdin: message.payload, timeoutMs: 10_000 });
  return { code, stderr };
}
