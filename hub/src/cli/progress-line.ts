/** Where progress goes: a terminal, whose line is rewritten, or a file or pipe, which gets plain lines. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const WIDTH = 28;
const PLAIN_STEPS = 10;

/** A progress bar on a terminal; elsewhere a line for each tenth of a phase. */
export function createProgressLine(output: ProgressOutput): { show(phase: string, done: number, total: number): void; end(): void } {
  let shown = '';
  return {
    show(phase, done, total) {
      const share = total === 0 ? 1 : done / total;
      if (output.isTTY === true) {
        const full = Math.round(share * WIDTH);
        output.write(`\r\u001b[2K${phase} [${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${done}/${total}`);
        shown = phase;
        return;
      }
      const step = `${phase} ${Math.floor(share * PLAIN_STEPS)}`;
      if (step === shown) return;
      shown = step;
      output.write(`${phase} ${done}/${total}\n`);
    },
    end() {
      if (output.isTTY === true && shown !== '') output.write('\r\u001b[2K');
      shown = '';
    },
  };
}
