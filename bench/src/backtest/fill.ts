import { connect } from 'node:net';
import { ANSWER_BYTES, connectFrame, DISCONNECT, publishFrame } from '../load/frames.js';
import type { DeviceLoad } from '../load/plan.js';
import { STEP_MS, temperatureOf } from './history.js';

/** What one message may hold. */
const READINGS = 1000;
const DEVICES_AT_ONCE = 8;

export interface History { readonly from: number; /** Of each device. */ readonly values: number }

/** Sends the history of all devices, each as itself, a thousand readings a message. */
export async function fillHistory(port: number, devices: readonly DeviceLoad[], history: History, onProgress: (devices: number) => void): Promise<void> {
  let next = 0;
  async function work(): Promise<void> {
    for (let device = next; device < devices.length; device = next) {
      next += 1;
      const load = devices[device];
      if (load !== undefined) await sendAll(port, load, framesOf(device, load, history));
      onProgress(next);
    }
  }
  await Promise.all(Array.from({ length: DEVICES_AT_ONCE }, work));
}

function framesOf(device: number, { topic }: DeviceLoad, { from, values }: History): Buffer[] {
  const frames: Buffer[] = [];
  for (let first = 0; first < values; first += READINGS) {
    const readings = Array.from({ length: Math.min(READINGS, values - first) }, (_, i) => {
      const ts = from + (first + i) * STEP_MS;
      return { ts, values: { temperature: temperatureOf(device, ts) } };
    });
    frames.push(publishFrame(topic, JSON.stringify(readings), frames.length + 1));
  }
  return frames;
}

/** Resolves when the broker has answered the sign-in and every message. */
function sendAll(port: number, { login }: DeviceLoad, frames: readonly Buffer[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    let bytes = 0;
    socket.on('connect', () => { socket.write(Buffer.concat([connectFrame(login), ...frames])); });
    socket.on('data', (data) => {
      bytes += data.length;
      if (bytes < ANSWER_BYTES * (frames.length + 1)) return;
      socket.end(DISCONNECT);
      resolve();
    });
    socket.on('error', reject);
    socket.on('close', () => { reject(new Error('the broker closed the connection')); }); // of no effect once resolved
  });
}
