import { isId, type Device, type DeviceKind, type Discovered, type NewDevice, type PayloadCodecName } from '@liandong/protocols';

/** What a model's name says of a device; the person who claims it corrects the rest. */
const MODELS: readonly (readonly [pattern: RegExp, kind: DeviceKind, payload?: PayloadCodecName])[] = [
  [/^EM400|^EM31\d-UDL/i, 'waste_bin', 'milesight'], [/^(AM3|AM1|WS302|EM300|EM500)/i, 'env_sensor', 'milesight'], [/^LDDS/i, 'waste_bin', 'dragino-ldds75'],
  [/lock|door|DS-K|WS301/i, 'access_gate'], [/park|barrier|ANPR/i, 'vehicle_gate'],
];
const MAX_ID = 32;

/** A form filled in as far as the gateway's words go. */
export function guessDevice({ externalId, name, model, gateway }: Discovered, carrier: Device | undefined): Partial<NewDevice> {
  const [, kind = 'env_sensor', payloadCodec] = MODELS.find(([pattern]) => pattern.test(model ?? '')) ?? [];
  const isLorawan = carrier?.codec === 'chirpstack' || carrier?.codec === 'tts';
  return {
    id: idOf(externalId), name: name ?? [model, externalId.slice(-4)].filter(Boolean).join(' '), kind, gateway, externalId,
    ...(carrier === undefined ? {} : { area: carrier.area, codec: carrier.codec }), ...(isLorawan && payloadCodec !== undefined ? { payloadCodec } : {}),
  };
}

/** An id the hub takes, out of a name that may hold anything; its end tells devices apart best. */
export function idOf(externalId: string): string {
  const plain = externalId.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(-MAX_ID + 2).replace(/^-+|-+$/g, '');
  if (plain === '') return '';
  return isId(plain) ? plain : isId(`d-${plain}`) ? `d-${plain}` : '';
}
