import type { PartState } from '@liandong/protocols';
import type { Feature } from '../feature.js';
import type { Downlink } from '../gateways/types.js';

/** Where uplinks come from: our own broker, or someone else's. */
export interface UplinkSource extends Feature {
  state(): { state: PartState; detail?: string };
  /** Connections or, behind an external broker, 1 when connected. */
  readonly connections: number;
  /** Sends a message down to a device at QoS 1; false when it isn't connected, as far as can be known, or too much is on its way already. */
  send(downlink: Downlink): boolean;
}
