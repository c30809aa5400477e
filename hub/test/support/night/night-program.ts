import { fileURLToPath } from 'node:url';
import { startChild, type Child } from '../child.js';
import type { HubProcess } from '../hub-process.js';
import { waitFor } from '../wait-for.js';

const EDGE_SIM = fileURLToPath(new URL('../../../../edge-sim/dist/main.js', import.meta.url));

/** One act as the simulator tells it; times in epoch ms. */
export interface NightAct { readonly name: string; readonly devices: readonly string[]; readonly from: number; readonly to: number }
/** What `edge-sim --scenario night` says will happen. */
export interface NightTruth {
  readonly seed: number; readonly compress: number; readonly from: number; readonly to: number;
  readonly gateway: string; readonly carried: readonly string[]; readonly acts: readonly NightAct[];
}

export interface NightProgram { readonly child: Child; readonly truth: NightTruth; act(name: string): NightAct }

/** Starts the real simulator and waits until its devices are connected and night falls. */
export async function startNight(hub: HubProcess, { token, seed, compress }: { token: string; seed: number; compress: number }): Promise<NightProgram> {
  const child = startChild(process.execPath, [EDGE_SIM, '--hub', hub.url, '--mqtt', `mqtt://127.0.0.1:${hub.mqttPort}`, '--scenario', 'night', '--seed', String(seed), '--compress', String(compress)],
    { env: { PATH: process.env['PATH'] ?? '', LIANDONG_TOKEN: token } });
  const line = await waitFor('night falls', () => {
    if (!child.isRunning()) throw new Error(`edge-sim ended:\n${child.stdout()}\n${child.stderr()}`);
    return /^night (\{.*\})$/m.exec(child.stdout())?.[1];
  }, { timeoutMs: 60_000 }).catch((error: unknown) => {
    child.signal('SIGKILL');
    throw new Error(`${child.stdout()}\n${child.stderr()}`, { cause: error });
  });
  const truth = JSON.parse(line) as NightTruth; // `stageNight` wrote it
  return {
    child, truth,
    act(name) {
      const found = truth.acts.find((one) => one.name === name);
      if (found === undefined) throw new Error(`There is no act ${name}.`);
      return found;
    },
  };
}

/** Time of day in the night, which falls at 22:00, of an epoch ms of the run. */
export function nightClock({ from, compress }: Pick<NightTruth, 'from' | 'compress'>, at: number): string {
  const minute = Math.floor((22 * 60 + (at - from) * compress / 60_000) % (24 * 60));
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
