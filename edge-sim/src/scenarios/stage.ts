import { endsMs, type Act } from './scenario.js';

/** Which act has a device at a moment; when two overlap the earlier one goes on. */
export class Stage {
  readonly #acts = new Map<string, Act[]>();

  /** Adds acts whose times are counted from the start of the run. */
  add(acts: readonly Act[]): void {
    for (const act of acts) this.#acts.set(act.device.id, [...(this.#acts.get(act.device.id) ?? []), act]);
  }

  /** The act at work on the device, with the scenario's own time; forgets acts that are over. */
  at(device: string, elapsedMs: number): { act: Act; actMs: number } | undefined {
    const acts = this.#acts.get(device);
    if (acts === undefined) return undefined;
    const left = acts.filter((act) => endsMs(act) > elapsedMs);
    if (left.length === 0) this.#acts.delete(device);
    else if (left.length < acts.length) this.#acts.set(device, left);
    const act = left.find(({ startsMs }) => startsMs <= elapsedMs);
    return act === undefined ? undefined : { act, actMs: (elapsedMs - act.startsMs) / act.pace };
  }
}
