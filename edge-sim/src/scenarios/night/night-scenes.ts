import { along, numberOf, type Scenario } from '../scenario.js';

/** Times of the night, uncompressed. */
export const minutes = (count: number): number => count * 60_000;
/** Every report of the flapping bin is on the other side of the limit. */
const FLAP_MS = minutes(5);
/** A door that was opened before is shut again by then. */
const DOORS_SHUT_MS = minutes(1);

const scene = (name: string, lastsMin: number, more: Pick<Scenario, 'kinds' | 'shape' | 'events'>): Scenario =>
  ({ name, summary: name, devices: 1, isLocal: false, lastsMs: minutes(lastsMin), ...more });

/** Smoke over one community: up in ten minutes, down in the last fifteen. */
export const smogScene = (lastsMin: number): Scenario => scene('smog', lastsMin, {
  kinds: ['env_sensor'],
  shape: (elapsedMs, base) => {
    const plume = along([[0, 0], [minutes(10), 165], [minutes(lastsMin - 15), 160], [minutes(lastsMin), 0]], elapsedMs);
    return { ...base, pm2_5: numberOf(base.pm2_5) + plume };
  },
});

/** A bin that is at `level` per cent until it is emptied. */
export const fullBinScene = (name: string, lastsMin: number, level: number): Scenario => scene(name, lastsMin, {
  kinds: ['waste_bin'], shape: (_elapsedMs, base) => ({ ...base, fill_level: level }),
});

/** A level sensor that sees the rim of the bin every other time. */
export const flappingScene = (lastsMin: number): Scenario => scene('flapping', lastsMin, {
  kinds: ['waste_bin'], shape: (elapsedMs, base) => ({ ...base, fill_level: Math.floor(elapsedMs / FLAP_MS) % 2 === 0 ? 96 : 55 }),
});

/** Connected, and not a word; nobody passes either. */
export const silentScene = (name: string, lastsMin: number): Scenario => scene(name, lastsMin, { kinds: ['access_gate'], shape: () => undefined });

/** A gate is broken open, and pulled shut when it is over. */
export const forcedScene = (name: string, lastsMin: number): Scenario => scene(name, lastsMin, {
  kinds: ['access_gate'],
  events: [
    { afterMs: DOORS_SHUT_MS, type: 'forced_open', data: { reason: 'no_credential' } },
    { afterMs: DOORS_SHUT_MS + 300, type: 'door_opened', data: {} },
    { afterMs: minutes(lastsMin - 1), type: 'door_closed', data: {} },
  ],
});
