import type { Scenario } from './scenario.js';

/** A door is broken open without a credential and pulled shut a minute and a half later. It begins when doors opened before are shut again. */
export const gateForced: Scenario = {
  name: 'gate-forced',
  summary: 'a gate is forced open, and closed a minute and a half later',
  kinds: ['access_gate'], devices: 1, isLocal: false, lastsMs: 110_000,
  events: [
    { afterMs: 12_000, type: 'forced_open', data: { reason: 'no_credential' } },
    { afterMs: 12_300, type: 'door_opened', data: {} },
    { afterMs: 102_000, type: 'door_closed', data: {} },
  ],
};
