import { afterEach, expect, it } from 'vitest';
import { connect, connectAsync } from 'mqtt';
import { describeWithServer } from './require-server.js';
import { findMosquitto, MOSQUITTO_HINT, startMosquitto, type MosquittoOptions, type MosquittoServer } from './mosquitto-server.js';
import { findMosquittoPub, mosquittoPub } from './mosquitto-pub.js';
import { waitFor } from './wait-for.js';

describeWithServer('A real Mosquitto', findMosquittoPub() !== undefined && findMosquitto(), MOSQUITTO_HINT, () => {
  const running: MosquittoServer[] = [];
  const start = async (options?: MosquittoOptions) => {
    const server = await startMosquitto(options);
    running.push(server);
    return server;
  };
  afterEach(async () => { await Promise.all(running.splice(0).map((server) => server.dispose())); });

  it('takes a message from mosquitto_pub and hands it to a subscriber', async () => {
    const server = await start();
    const client = await connectAsync(server.url);
    const received: string[] = [];
    client.on('message', (topic, payload) => { received.push(`${topic} ${payload.toString()}`); });
    await client.subscribeAsync('a/#', { qos: 1 });
    expect((await mosquittoPub({ port: server.port, topic: 'a/b', payload: '{"x":1}' })).code).toBe(0);
    await waitFor('the message', () => received.length === 1);
    expect(received).toEqual(['a/b {"x":1}']);
    await client.endAsync();
  });

  it('refuses a wrong password and lets the right one in', async () => {
    const server = await start({ users: { bin: 'right' } });
    const message = { port: server.port, topic: 'a', payload: '1', username: 'bin' };
    expect(await mosquittoPub({ ...message, password: 'wrong' })).toMatchObject({ code: 5 });
    expect(await mosquittoPub({ ...message, password: 'right' })).toMatchObject({ code: 0 });
  });

  it('keeps a user to the topics of the access list, also after a reload', async () => {
    const server = await start({ users: { reader: 'r', bin: 'b' }, acl: ['user reader', 'topic read #', 'user bin', 'topic write bin/1'] });
    const client = await connectAsync(server.url, { username: 'reader', password: 'r' });
    const topics: string[] = [];
    client.on('message', (topic) => { topics.push(topic); });
    await client.subscribeAsync('#', { qos: 1 });
    const publish = (topic: string) => mosquittoPub({ port: server.port, username: 'bin', password: 'b', topic, payload: '1' });
    await publish('bin/2');
    await publish('bin/1');
    await waitFor('the allowed message', () => topics.length > 0);
    expect(topics).toEqual(['bin/1']);
    await server.reload({ acl: ['user reader', 'topic read #', 'user bin', 'topic write bin/2'] });
    await publish('bin/1');
    await publish('bin/2');
    await waitFor('the newly allowed message', () => topics.length > 1);
    expect(topics).toEqual(['bin/1', 'bin/2']);
    await client.endAsync();
  });

  it('keeps the queue of a persistent session over a restart on the same port', async () => {
    const server = await start({ isPersistent: true });
    const session = { clientId: 'hub', clean: false, reconnectPeriod: 0 };
    const before = await connectAsync(server.url, session);
    await before.subscribeAsync('q', { qos: 1 });
    await before.endAsync();
    await mosquittoPub({ port: server.port, topic: 'q', payload: 'kept' });
    await server.restart();
    const received: string[] = [];
    const after = connect(server.url, session);
    after.on('message', (_topic, payload) => { received.push(payload.toString()); });
    await waitFor('the queued message', () => received.length === 1);
    expect(received).toEqual(['kept']);
    await after.endAsync();
  });

  it('says in its own words why it refuses its settings', async () => {
    await expect(start({ config: ['no_such_setting 1'] })).rejects.toThrow(/no_such_setting/);
  });
});
