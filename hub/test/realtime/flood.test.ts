import type { Heartbeat, SubscribeRequest } from '@liandong/protocols';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FloodState } from '../../src/alerts/flood.js';
import { connected, startLiveHub, subscribe, type LiveHub } from './live-hub.js';

let hub: LiveHub;
let states: FloodState[];
beforeEach(async () => {
  states = [{ area: 'east', alerts: 12, since: 700 }, { area: 'west', alerts: 40, since: 500 }];
  hub = await startLiveHub({ heartbeatMs: 20 }, { flood: { states: () => states } });
});
afterEach(() => hub.stop());

/** The flood of the first heartbeat after the subscription. */
async function floodOf(who: string, request?: SubscribeRequest): Promise<Heartbeat['flood']> {
  const client = hub.connect(who);
  await connected(client);
  if (request !== undefined) await subscribe(client, request);
  return (await new Promise<Heartbeat>((resolve) => client.once('heartbeat', resolve))).flood;
}

describe('a heartbeat in a flood', () => {
  it('tells each screen of the sub-districts it shows as a whole', async () => {
    expect(await floodOf('admin', {})).toEqual({ since: 500, alerts: 52 });
    expect(await floodOf('admin', { areas: ['city'] })).toEqual({ since: 500, alerts: 52 });
    expect(await floodOf('admin', { areas: ['west'] })).toEqual({ since: 500, alerts: 40 });
    expect(await floodOf('east', {})).toEqual({ since: 700, alerts: 12 });
    expect(await floodOf('east', { areas: ['elm'] })).toBeUndefined();
    expect(await floodOf('admin')).toBeUndefined();
    expect(await floodOf('installer', {})).toBeUndefined();
  });

  it('says nothing when it is over', async () => {
    states = [{ area: 'east', alerts: 12, since: undefined }];
    expect(await floodOf('admin', {})).toBeUndefined();
  });
});
