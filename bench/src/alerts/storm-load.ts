import { fileURLToPath } from 'node:url';
import type { Login } from '../load/frames.js';
import { forkProgram, type ForkedProgram } from '../support/fork-program.js';
import type { Resources } from '../support/resources.js';

export interface StormGateway { readonly login: Login; readonly topicPrefix: string; readonly devEuis: readonly string[] }
export interface StormOrder { readonly port: number; readonly gateways: readonly StormGateway[]; readonly alerts: number; readonly perS: number }
/** From the first message to the last acknowledgement. */
export type StormAnswer = { readonly type: 'stormed'; readonly seconds: number };

/** The storm: a process of its own that publishes through gateways. */
export const openStorm = (resources: Resources): ForkedProgram<StormOrder, StormAnswer> =>
  forkProgram('storm', fileURLToPath(new URL('storm-process.js', import.meta.url)), resources);
