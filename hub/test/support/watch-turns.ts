import { setTimeout as sleep } from 'node:timers/promises';

/** How much processor time passes before a timer of 5 ms gets its turn: what the hub itself does in one go, whatever else the machine is busy with. */
export function watchTurns() {
  const samples: number[] = [];
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const before = process.cpuUsage();
      await sleep(5);
      const { user, system } = process.cpuUsage(before);
      samples.push((user + system) / 1000);
    }
  })();
  return {
    async end() {
      isOver = true;
      await watching;
      samples.sort((a, b) => a - b);
      return { p99Ms: samples[Math.floor(samples.length * 0.99)] ?? 0, longestMs: samples.at(-1) ?? 0 };
    },
  };
}
