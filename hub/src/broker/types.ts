import type { PartState } from '@liandong/protocols';
import type { Feature } from '../feature.js';

/** Where uplinks come from: our own broker, or someone else's. */
export interface UplinkSource extends Feature {
  state(): { state: PartState; detail?: string };
  /** Connections or, behind an external broker, 1 when connected. */
  readonly connections: number;
}
