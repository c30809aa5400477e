import { whole } from './tables.js';

const QUIET_MS = 5_000;

export interface Progress {
  show(stage: string, messages: number, of: number): void;
  /** A line that stays. */
  say(text: string): void;
}

/** On a terminal one line that changes; elsewhere a line every few seconds. */
export function createProgress(output: NodeJS.WriteStream, prefix: () => string): Progress {
  let shownAt = 0;
  const clear = (): void => { if (output.isTTY) output.write('\r\x1b[K'); };
  return {
    show(stage, messages, of) {
      const now = performance.now();
      if (!output.isTTY && now - shownAt < QUIET_MS) return;
      shownAt = now;
      clear();
      output.write(`  ${prefix()}: ${stage} ${whole(messages)} of ${whole(of)}${output.isTTY ? '' : '\n'}`);
    },
    say(text) {
      clear();
      output.write(`${text}\n`);
    },
  };
}
