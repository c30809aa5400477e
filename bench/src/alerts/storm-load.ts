import { fileURLToPath } from 'node:url';
import type { Login } from '../load/frames.js';
import { forkProgram, type ForkedProgram } from '../support/fork-program.js';
import type { Resources } from '../support/resources.js';

export interface StormGateway { readonly login: Login; readonly topicPrefix: string; readonly devEuis: readonly string[] }
/** `open`: connects, and every sensor reports once what is usual. `storm`: one message is one alert. */
export type StormOrder =
  | { readonly type: 'open'; readonly port: number; readonly gateways: readonly StormGateway[]; readonly perS: number }
  | { readonly type: 'storm'; readonly alerts: number; readonly perS: number };
/** `seconds`: from the first message to the last acknowledgement. */
export type StormAnswer = { readonly type: 'opened' | 'stormed'; readonly seconds: number };

/** The storm: a process of its own that publishes through gateways. */
export const openStorm = (resources: Resources): ForkedProgram<StormOrder, StormAnswer> =>
  forkProgram('storm', fileURLToPath(new URL('storm-process.js', import.meta.url)), resources);
