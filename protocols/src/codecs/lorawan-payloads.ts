import { draginoLdds75Codec } from './dragino-ldds75.js';
import type { PayloadCodec } from './gateway.js';
import { milesightCodec } from './milesight.js';

/** Byte formats a LoRaWAN device may name as its `payloadCodec`. Adding one is a file and an entry here. */
export const lorawanPayloadCodecs: readonly PayloadCodec[] = [milesightCodec, draginoLdds75Codec];
