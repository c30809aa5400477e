import { describe, expect, it } from 'vitest';
import type { Device, Discovered } from '@liandong/protocols';
import { csvLine } from '../../src/provisioning/download.js';
import { guessDevice, idOf } from '../../src/provisioning/guess-device.js';

const found: Discovered = { gateway: 'gw-1', externalId: '24e124136c330777', model: 'EM400-MUD', firstSeenAt: 0, lastSeenAt: 0, count: 1, sample: '' };
const carrier: Device = { id: 'gw-1', name: 'G', kind: 'gateway', area: 'beiguan', codec: 'chirpstack', reportingIntervalS: 60, status: 'online' };

describe('the form for a discovered device', () => {
  it('is filled in from its model and its gateway', () => {
    expect(guessDevice(found, carrier)).toEqual({ id: '24e124136c330777', name: 'EM400-MUD 0777', kind: 'waste_bin', gateway: 'gw-1', externalId: '24e124136c330777', area: 'beiguan', codec: 'chirpstack', payloadCodec: 'milesight' });
  });
  it('asks for no byte format where values come ready', () => { expect(guessDevice(found, { ...carrier, codec: 'zigbee2mqtt' })).not.toHaveProperty('payloadCodec'); });
  it('keeps the name that somebody gave the device', () => { expect(guessDevice({ ...found, name: '活动室' }, carrier).name).toBe('活动室'); });
  it.each([['0xA4C138F2D9B1E003', '0xa4c138f2d9b1e003'], ['客厅 Sensor/1', 'sensor-1'], ['客厅', ''], [`x${'9'.repeat(80)}`, '9'.repeat(30)]])('%j gets the id %j', (name, id) => { expect(idOf(name)).toBe(id); });
});

describe('a CSV line', () => {
  it.each([[['a', 'b'], 'a,b'], [['a,b', 'say "x"'], '"a,b","say ""x"""'], [['=1+1', '-x', '@y', '+z'], "'=1+1,'-x,'@y,'+z"]])('of %j is %j', (cells, line) => { expect(csvLine(cells)).toBe(line); });
});
