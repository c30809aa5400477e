import { setTimeout as sleep } from 'node:timers/promises';
import { defineCommand, renderUsage } from 'citty';
import { ARGUMENTS } from './arguments.js';
import { SimulatorError } from './errors.js';
import { parseOptions, type Options } from './options.js';
import { progressLine } from './run/progress.js';
import { SCENARIOS } from './scenarios/catalogue.js';
import { NIGHT } from './scenarios/night/night.js';
import { createSimulator } from './simulator.js';

/** Exit codes: 0 done or stopped by a signal, 1 failed, 2 bad options. */
async function main(): Promise<number> {
  const parsed = parseOptions(process.argv.slice(2), process.env);
  switch (parsed.wants) {
    case 'help':
      console.log(await renderUsage(defineCommand({ meta: { name: 'edge-sim', description: 'Simulated fleet of a Liandong hub' }, args: ARGUMENTS })));
      return 0;
    case 'list':
      for (const { name, summary } of [...SCENARIOS, NIGHT]) console.log(`${name.padEnd(16)}${summary}`);
      return 0;
    case 'nothing':
      for (const fault of parsed.faults) console.error(fault);
      return 2;
    case 'run':
      return runFleet(parsed.options);
  }
}

async function runFleet(options: Options): Promise<number> {
  const output = { isTty: process.stdout.isTTY, write: (text: string) => { process.stdout.write(text); } };
  const simulator = createSimulator({ options, now: Date.now, fetch, sleep, log: console.log, warn: console.error, output });
  const stopAndExit = (): void => {
    void simulator.stop().finally(() => {
      if (output.isTty) process.stdout.write('\n');
      process.exit(0);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stopAndExit);
  if (options.isAttached) process.stdin.once('close', stopAndExit).resume();
  try {
    await simulator.run();
    return 0;
  } catch (error) {
    console.error(error instanceof SimulatorError ? error.message : error);
    return 1;
  } finally {
    await simulator.stop();
    const { sent } = simulator.traffic;
    if (sent > 0) console.log(`${output.isTty ? '\n' : ''}${progressLine(simulator.traffic)}`);
  }
}

process.exit(await main());
