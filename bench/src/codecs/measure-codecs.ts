import { setImmediate as nextTurn } from 'node:timers/promises';
import { same } from './same.js';
import type { Sample } from './samples.js';

export interface CodecFigures { readonly codec: string; readonly bytes: number; readonly messages: number; readonly messagesPerCpuS: number }
/** `failure`: it decoded something other than what the message says; then there is no figure. */
export type CodecResult = CodecFigures | { readonly codec: string; readonly bytes: number; readonly failure: string };

export interface MeasureCodecsOptions {
  readonly samples: readonly Sample[];
  /** CPU time each is measured for, and warmed up for (ms). */
  readonly cpuMs: number;
  readonly warmUpMs: number;
  /** CPU time of this process so far, user and system, all threads (µs). */
  readonly cpuUs: () => number;
}

/** Between two looks at the CPU time. */
const BATCH = 250;

export const processCpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** One codec after the other. Every message's result is checked, and the check's time counts. */
export async function measureCodecs({ samples, cpuMs, warmUpMs, cpuUs }: MeasureCodecsOptions): Promise<CodecResult[]> {
  const results: CodecResult[] = [];
  for (const sample of samples) {
    await nextTurn(); // a signal gets its turn
    const { codec, bytes } = sample;
    try {
      spend(sample, warmUpMs, cpuUs);
      results.push({ codec, bytes, ...spend(sample, cpuMs, cpuUs) });
    } catch (error) {
      results.push({ codec, bytes, failure: error instanceof Error ? error.message : String(error) });
    }
  }
  return results;
}

function spend(sample: Sample, cpuMs: number, cpuUs: () => number): Pick<CodecFigures, 'messages' | 'messagesPerCpuS'> {
  const startedAt = cpuUs();
  for (let messages = BATCH; ; messages += BATCH) {
    for (let index = 0; index < BATCH; index += 1) check(sample);
    const spentUs = cpuUs() - startedAt;
    if (spentUs >= cpuMs * 1000) return { messages, messagesPerCpuS: messages / spentUs * 1e6 };
  }
}

function check({ decode, expected }: Sample): void {
  const { readings, events, refusals } = decode();
  if (refusals.length > 0 || !same(readings, expected.readings) || !same(events, expected.events)) {
    throw new Error(`decoded ${JSON.stringify({ readings, events, refusals })} instead of ${JSON.stringify(expected)}`);
  }
}
