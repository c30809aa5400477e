import { measure } from '../measure.js';
import { startHub } from '../programs/hub.js';
import type { HubClient } from '../programs/hub-client.js';
import { hubCounts } from '../paths/hub-counts.js';
import type { RunningPath } from '../paths/types.js';
import type { PartOptions } from '../support/part-options.js';
import { ticksPerSecond } from '../support/process-usage.js';
import { median } from '../support/percentile.js';
import type { Resources } from '../support/resources.js';
import { backlog } from '../workload.js';
import { OTHER_RULES, OTHER_VILLAGES, TEN_RULES } from './bench-rules.js';

export interface RulesFigures { readonly rules: number; readonly messagesPerS: number; readonly cpuUsPerMessage: number; readonly peakRssMiB: number }
export interface RulesResult { readonly rounds: number; readonly messages: number; readonly few: RulesFigures; readonly many: RulesFigures }
export interface RulesSize { readonly rounds: number; readonly messages: number; readonly warmUpMessages: number }

interface Side { readonly rules: number; readonly running: RunningPath; readonly rates: number[]; readonly cpu: number[]; peak: number }

/**
 * Two embedded hubs that differ in their rules alone, drained by turns (few, many, many, few, …), so that both meet the same weather on the machine. The
 * other stands idle meanwhile. Medians of the rounds. Later rounds have later times: a late sample would be passed over by the rules.
 */
export async function measureRules({ rounds, messages, warmUpMessages }: RulesSize, { resources, onProgress }: PartOptions): Promise<RulesResult> {
  const few = await side(resources, 'few', TEN_RULES);
  const many = await side(resources, 'many', [...TEN_RULES, ...OTHER_RULES]);
  const now = Date.now();
  const drain = async (one: Side, count: number, hoursAgo: number) => {
    const figures = await measure({ running: one.running, resources, ticksPerS: ticksPerSecond(), onProgress, workload: backlog('drain', { messages: count, now, hoursAgo }) });
    if (figures.rows !== figures.expectedRows) throw new Error(`${figures.rows} of ${figures.expectedRows} rows with ${one.rules} rules`);
    return figures;
  };
  for (const one of [few, many]) await drain(one, warmUpMessages, rounds + 2);
  for (let round = 0; round < rounds; round += 1) {
    for (const one of round % 2 === 0 ? [few, many] : [many, few]) {
      const { messagesPerS, cpuUsPerMessage, parts } = await drain(one, messages, rounds - round + 1);
      one.rates.push(messagesPerS);
      one.cpu.push(cpuUsPerMessage);
      one.peak = Math.max(one.peak, parts.consumer?.peakRssMiB ?? 0);
    }
  }
  return { rounds, messages, few: figuresOf(few), many: figuresOf(many) };
}

async function side(resources: Resources, name: string, rules: typeof TEN_RULES): Promise<Side> {
  const hub = await startHub(resources, { name: `hub-${name}`, rules });
  for (const area of OTHER_VILLAGES) await hub.client.post('/areas', area);
  await assertRules(hub.client, rules.length);
  return { rules: rules.length, rates: [], cpu: [], peak: 0, running: { processes: [{ part: 'consumer', process: hub.process }], port: hub.mqttPort, devices: hub.devices, consumer: undefined, ...hubCounts(hub.client) } };
}

/** What it has in force, by its own word. */
async function assertRules(client: HubClient, count: number): Promise<void> {
  const { data } = await client.get<{ data: { enabled: boolean }[] }>('/rules');
  if (data.length !== count || data.some(({ enabled }) => !enabled)) throw new Error(`the hub has ${data.length} rules, not ${count}`);
}

const figuresOf = ({ rules, rates, cpu, peak }: Side): RulesFigures => ({ rules, messagesPerS: median(rates), cpuUsPerMessage: median(cpu), peakRssMiB: peak });
