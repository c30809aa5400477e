import type { JournalMessage } from '../../src/journal/types.js';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatewayCodecs, type Device, type JournalRecord } from '@liandong/protocols';
import { connectAsync } from 'mqtt';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ExternalBroker } from '../../src/broker/external-broker.js';
import { MosquittoAuthFiles } from '../../src/broker/mosquitto-auth.js';
import { systemClock } from '../../src/clock.js';
import { openDatabase } from '../../src/database/database.js';
import { GatewayIngest } from '../../src/gateways/gateway-ingest.js';
import { GatewayTable } from '../../src/gateways/gateway-table.js';
import { Ingest } from '../../src/ingest/ingest.js';
import { createPseudonyms } from '../../src/ingest/pseudonyms.js';
import { MemoryDirectory } from '../support/memory-directory.js';
import { findMosquittoPub, mosquittoPub } from '../support/mosquitto-pub.js';
import { MOSQUITTO_HINT, findMosquitto, startMosquitto, type MosquittoServer } from '../support/mosquitto-server.js';
import { describeWithServer } from '../support/require-server.js';
import { waitFor } from '../support/wait-for.js';
import { rethrow } from '../support/rethrow.js';

const logger = pino({ level: 'silent' });

describeWithServer('gateways behind a real Mosquitto', findMosquittoPub() !== undefined && findMosquitto() !== undefined, MOSQUITTO_HINT, () => {
  let mosquitto: MosquittoServer;
  let directory: MemoryDirectory;
  let broker: ExternalBroker;
  let records: JournalRecord[];

  const gateway = (more: Partial<Device>) => directory.put({ id: 'gw', secret: 's', kind: 'gateway', more: { codec: 'tasmota', topicPrefix: 'tele', ...more } });
  const publish = (topic: string, temperature: number, retain = false) =>
    mosquittoPub({ port: mosquitto.port, topic, payload: `{"DS18B20":{"Temperature":${temperature}},"TempUnit":"C"}`, retain });
  const temperatures = () => records.flatMap((record) => record.type === 'telemetry' ? [record.values.temperature] : []);
  /** A new subscription takes a moment; the sender doesn't know when. */
  const arrives = (topic: string, temperature: number) => waitFor(`${temperature} arrives`, async () => {
    await publish(topic, temperature);
    return temperatures().includes(temperature);
  }, { intervalMs: 100 });

  beforeEach(async () => {
    records = [];
    mosquitto = await startMosquitto({ isPersistent: true });
    directory = new MemoryDirectory();
    directory.put({ id: 'plug', secret: 's', more: { gateway: 'gw', externalId: 'plug' } });
    const table = new GatewayTable({ directory, codecs: gatewayCodecs, ...rethrow });
    const gateways = new GatewayIngest({ table, clock: systemClock, discovered: { note: () => undefined }, send: (downlink) => { broker.send(downlink); }, onError: () => undefined });
    const journal = { append: (message: JournalMessage, done: () => void) => { records.push(...message.records); done(); }, isFull: false, onDrain: () => () => undefined };
    const ingest = new Ingest({ gateways, directory, journal, clock: systemClock, retentionMs: 86_400_000, pseudonyms: createPseudonyms({ key: randomBytes(32) }), refusals: { refuse: () => undefined } });
    await table.start();
    await ingest.start();
    broker = new ExternalBroker({ url: new URL(mosquitto.url), clientId: 'hub', waitMs: 0, ingest, journal, gateways: table, logger });
    await broker.start();
  });
  afterEach(async () => {
    await broker.stop();
    await mosquitto.dispose();
  });

  it('are listened to from their registration on, at their new prefix when that changes, and no longer when they are gone', async () => {
    gateway({});
    await arrives('tele/plug/SENSOR', 1);
    gateway({ topicPrefix: 'hall' });
    await arrives('hall/plug/SENSOR', 2);
    await publish('tele/plug/SENSOR', 3);
    directory.remove('gw');
    await waitFor('nobody listens to the hall', async () => {
      records = [];
      await publish('hall/plug/SENSOR', 4);
      return temperatures().length === 0;
    });
    expect(temperatures()).not.toContain(3);
  });

  it('are listened to again after the connection was lost, and what Mosquitto has kept is not taken for news', async () => {
    gateway({});
    await arrives('tele/plug/SENSOR', 1);
    await publish('tele/plug/SENSOR', 5, true);
    await waitFor('it is news when it is sent', () => temperatures().includes(5));
    await mosquitto.restart();
    await arrives('tele/plug/SENSOR', 6);
    expect(temperatures().filter((value) => value === 5)).toHaveLength(1);
  });

  it('get a Sparkplug rebirth request for data without a birth', async () => {
    gateway({ codec: 'sparkplug', topicPrefix: 'spBv1.0/plant' });
    const node = await connectAsync(mosquitto.url);
    try {
      const commands: string[] = [];
      node.on('message', (topic) => commands.push(topic));
      await node.subscribeAsync('spBv1.0/plant/NCMD/#', { qos: 1 });
      await waitFor('it is asked to announce itself', async () => {
        await node.publishAsync('spBv1.0/plant/NDATA/n1', Buffer.of(0x18, 0x01), { qos: 1 }); // a payload with `seq` 1 and nothing else
        return commands.length > 0;
      }, { intervalMs: 100 });
      expect(commands).toEqual(['spBv1.0/plant/NCMD/n1']);
    } finally {
      await node.endAsync(true);
    }
  });

  it('get rights of their own in the ACL file, and the hub those to read them', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'liandong-acl-'));
    const db = await openDatabase(join(dir, 'hub.db'));
    const files = new MosquittoAuthFiles({ dir, hubUser: { username: 'hub', password: 'secret' }, db, directory, logger });
    try {
      gateway({});
      directory.put({ id: 'plant', secret: 's', kind: 'gateway', more: { codec: 'sparkplug', topicPrefix: 'spBv1.0/plant' } });
      await files.start();
      const acl = await readFile(join(dir, 'acl'), 'utf8');
      expect(acl).toContain('user gw\ntopic write tele/#\nuser plant\ntopic write spBv1.0/plant/#\ntopic read spBv1.0/plant/NCMD/#\n');
      const hub = acl.slice(0, acl.indexOf('user gw'));
      for (const line of ['topic read tele/#', 'topic read spBv1.0/plant/DDATA/+/+', 'topic write spBv1.0/plant/NCMD/#']) expect(hub).toContain(`${line}\n`);
    } finally {
      await files.stop();
      await db.destroy();
      await rm(dir, { recursive: true });
    }
  });
});
