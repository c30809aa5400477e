import type { Values } from '../devices/values.js';
import type { SimMessage } from './message.js';
import type { SimDevice } from './roster.js';

/** What a device measured; `ts` in epoch ms. */
export interface Report { readonly ts: number; readonly seq: number; readonly values: Values }

/**
 * A report as its gateway passes it on: a ChirpStack v4 uplink with the values its own decoder made of the bytes.
 * Noise is called LAeq there, and the signal is the gateway's to tell.
 */
export function carriedReport(device: SimDevice, gateway: SimDevice, { ts, seq, values }: Report): Pick<SimMessage, 'topic' | 'payload'> {
  const devEui = device.carriedBy?.externalId ?? '';
  const { noise, rssi, ...others } = values;
  const body = {
    deduplicationId: `${devEui}-${seq}`, time: new Date(ts).toISOString(), deviceInfo: { devEui, deviceName: device.name, deviceProfileName: device.kind },
    fPort: 85, object: { ...others, ...(noise === undefined ? {} : { LAeq: noise }) }, rxInfo: [{ gatewayId: gateway.id, rssi }],
  };
  return { topic: `${gateway.carries?.topicPrefix ?? ''}/device/${devEui}/event/up`, payload: JSON.stringify(body) };
}
