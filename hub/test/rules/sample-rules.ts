import type { Rule } from '@liandong/protocols';
import { common } from './rig.js';

/** Rules that several tests try on the same devices. */
export const fill: Rule = { ...common('fill'), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }, { limit: 95, severity: 'major' }], clearAt: 70 };
export const hot: Rule = { ...common('hot'), type: 'threshold', metric: 'temperature', direction: 'above', bands: [{ limit: 40, severity: 'minor' }, { limit: 60, severity: 'critical' }], clearAt: 35, onDelayS: 60, offDelayS: 30 };
export const battery: Rule = { ...common('battery'), type: 'threshold', metric: 'battery', direction: 'below', bands: [{ limit: 20, severity: 'info' }], clearAt: 25 };
export const tilted: Rule = { ...common('tilted'), type: 'state', metric: 'tilted', equals: true, severity: 'minor', onDelayS: 300 };
export const forced: Rule = { ...common('forced', ['access_gate']), type: 'event', event: 'forced_open', count: 1, withinS: 1, clearOn: ['door_closed'], severity: 'critical' };
export const denied: Extract<Rule, { type: 'event' }> = { ...common('denied', ['access_gate']), type: 'event', event: 'denied', count: 5, withinS: 60, clearOn: [], clearAfterS: 300, severity: 'minor' };
export const held: Rule = { ...common('held', ['access_gate']), type: 'event', event: 'held_open', count: 1, withinS: 1, clearOn: ['door_closed'], severity: 'major', onDelayS: 240 };
