import type { CodecName, PayloadCodecName } from '../devices.js';
import { chirpstackCodec } from './chirpstack.js';
import { draginoLdds75Codec } from './dragino-ldds75.js';
import type { GatewayCodec, PayloadCodec } from './gateway.js';
import { milesightCodec } from './milesight.js';
import { nativeGatewayCodec } from './native-gateway.js';
import { sparkplugCodec } from './sparkplug.js';
import { tasmotaCodec } from './tasmota.js';
import { ttsCodec } from './tts.js';
import { zigbee2mqttCodec } from './zigbee2mqtt.js';

/** Wire formats of gateways; a new one is a line here. */
export const gatewayCodecs: ReadonlyMap<CodecName, GatewayCodec> = byName<CodecName, GatewayCodec>([
  chirpstackCodec,
  ttsCodec,
  zigbee2mqttCodec,
  tasmotaCodec,
  sparkplugCodec,
  nativeGatewayCodec,
]);

/** Byte formats of LoRaWAN devices; a new one is a line here. */
export const payloadCodecs: ReadonlyMap<PayloadCodecName, PayloadCodec> = byName<PayloadCodecName, PayloadCodec>([
  milesightCodec,
  draginoLdds75Codec,
]);

function byName<Name, Codec extends { readonly name: Name }>(codecs: readonly Codec[]): ReadonlyMap<Name, Codec> {
  return new Map(codecs.map((codec) => [codec.name, codec]));
}
