import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithServer } from './require-server.js';
import { findMosquitto, MOSQUITTO_HINT, startMosquitto, type MosquittoServer } from './mosquitto-server.js';
import { findPaho, PAHO_HINT, publishWithPaho } from './paho.js';

describeWithServer("Python's paho-mqtt against Mosquitto", findMosquitto() !== undefined && findPaho(), `${MOSQUITTO_HINT}; ${PAHO_HINT}`, () => {
  let server: MosquittoServer;
  beforeAll(async () => { server = await startMosquitto({ users: { sensor: 'secret' } }); });
  afterAll(async () => { await server.dispose(); });

  it('publishes several messages and counts the acknowledgements', async () => {
    const messages = [1, 2, 3].map((n) => ({ topic: 'a', payload: `{"values":{"fill_level":${String(n)}}}` }));
    expect(await publishWithPaho({ port: server.port, username: 'sensor', password: 'secret', messages })).toEqual({ connect: 'Success', acknowledged: 3 });
  });

  it('reports a refused sign-in', async () => {
    const result = await publishWithPaho({ port: server.port, username: 'sensor', password: 'wrong', messages: [{ topic: 'a', payload: '1' }] });
    expect(result).toEqual({ connect: 'Not authorized', acknowledged: 0 });
  });
});
