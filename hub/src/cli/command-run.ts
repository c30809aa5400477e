import type { ProgressOutput } from './progress-line.js';

/** What a command gets from its process. */
export interface CommandRun {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: ProgressOutput;
  readonly stderr: ProgressOutput;
}

/** What stops a command as a whole, in words for whoever typed it. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}
