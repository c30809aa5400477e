import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SimulatorError } from '../errors.js';

/** Secrets by device, kept between runs of one hub. */
export interface SecretStore {
  get(device: string): string | undefined;
  set(device: string, secret: string): void;
  /** Writes what was set since the last time. */
  save(): Promise<void>;
}

/**
 * Opens the state file (mode 0600); without a path the secrets last for this run only. Secrets are kept by hub address, so that
 * one file can't sign in to another hub with the wrong ones.
 * @throws SimulatorError when the file can't be read or isn't a state file
 */
export async function openSecrets(file: string | undefined, hubUrl: string): Promise<SecretStore> {
  const hubs = file === undefined ? {} : await readState(file);
  const secrets = new Map(Object.entries(hubs[hubUrl] ?? {}));
  let isDirty = false;
  return {
    get: (device) => secrets.get(device),
    set: (device, secret) => {
      secrets.set(device, secret);
      isDirty = true;
    },
    save: async () => {
      if (file === undefined || !isDirty) return;
      await writeState(file, { ...hubs, [hubUrl]: Object.fromEntries(secrets) });
      isDirty = false;
    },
  };
}

type State = Record<string, Record<string, string>>;

async function readState(file: string): Promise<State> {
  try {
    const state: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (!isState(state)) throw new Error('it holds something else');
    return state;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return {};
    throw new SimulatorError(`The state file ${file} can't be used (${(cause as Error).message}): delete it or name another with --state.`, { cause });
  }
}

/** A rename is atomic, so a crash leaves the old file or the new one. */
async function writeState(file: string, state: State): Promise<void> {
  const draft = `${file}.new`;
  try {
    await mkdir(path.dirname(path.resolve(file)), { recursive: true });
    await writeFile(draft, `${JSON.stringify(state, null, 1)}\n`, { mode: 0o600 });
    await chmod(draft, 0o600); // the draft of a run that crashed keeps its old mode
    await rename(draft, file);
  } catch (cause) {
    throw new SimulatorError(`The state file ${file} can't be written (${(cause as Error).message}): name another with --state.`, { cause });
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isState = (value: unknown): value is State =>
  isRecord(value) && Object.values(value).every((hub) => isRecord(hub) && Object.values(hub).every((secret) => typeof secret === 'string'));
