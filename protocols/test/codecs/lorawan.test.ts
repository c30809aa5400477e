import { describe, expect, it } from 'vitest';
import { PAYLOAD_CODECS, isMetricKey, lorawanFields, milesightCodec, payloadCodecs, readUplink, type DeviceUplink } from '@liandong/protocols';
import { bytesOf, reasons } from './lorawan-support.js';

describe('LoRaWAN payload codecs', () => {
  it('are those a device may name', () => expect([...payloadCodecs.keys()].sort()).toEqual([...PAYLOAD_CODECS].sort()));

  it('map fields to metrics of the catalogue', () => {
    expect(Object.values(lorawanFields).filter(({ metric }) => metric !== 'distanceMm' && !isMetricKey(metric))).toEqual([]);
  });
});

describe('an uplink with a decoded object and bytes', () => {
  const signal = { readings: [{ ts: 1, values: { rssi: -90 } }], events: [], refusals: [] };
  const uplink: DeviceUplink = {
    externalId: 'a', ts: 1, withoutObject: signal, bytes: { fPort: 85, data: bytesOf('01755C 03') },
    decoded: { ...signal, readings: [...signal.readings, { ts: 1, values: { battery: 10 } }], refusals: [{ reason: 'wrong_type', detail: 'temperature' }] },
  };

  it('is read from the bytes for a device with a payload codec, faults included', () => {
    expect(readUplink(uplink, milesightCodec)).toEqual({
      readings: [{ ts: 1, values: { rssi: -90 } }, { ts: 1, values: { battery: 92 } }], events: [], refusals: [{ reason: 'malformed_bytes', detail: '03 cut short' }],
    });
  });

  it('is read from the object for another device', () => expect(readUplink(uplink, undefined)).toBe(uplink.decoded));

  it('keeps the signal when there are only bytes and nobody to read them', () => {
    const decoded = readUplink({ externalId: 'a', decoded: signal, bytes: { fPort: 1, data: bytesOf('aa') } }, undefined);
    expect(decoded.readings).toEqual(signal.readings);
    expect(reasons(decoded)).toEqual(['missing_object']);
  });

  it('leaves an uplink without bytes as it is, whatever the codec', () => expect(readUplink({ externalId: 'a', decoded: signal }, milesightCodec)).toBe(signal));
});
