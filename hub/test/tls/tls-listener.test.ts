import type { JournalMessage } from '../../src/journal/types.js';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat, utimes, writeFile, readFile } from 'node:fs/promises';
import { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';
import { connectAsync } from 'mqtt';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalRecord } from '@liandong/protocols';
import { EmbeddedBroker } from '../../src/broker/embedded-broker.js';
import { TlsListener } from '../../src/broker/tls-listener.js';
import { systemClock } from '../../src/clock.js';
import { readConfig } from '../../src/config.js';
import { Ingest } from '../../src/ingest/ingest.js';
import { createPseudonyms } from '../../src/ingest/pseudonyms.js';
import { readTlsPair, type TlsFiles } from '../../src/tls/tls-pair.js';
import { createTlsReloader } from '../../src/tls/tls-reloader.js';
import { trialHosts, writeTrialPair } from '../../src/tls/trial-pair.js';
import { runChild } from '../support/child.js';
import { findMosquittoPub } from '../support/mosquitto-pub.js';
import { MemoryDirectory } from '../support/memory-directory.js';

const logger = pino({ level: 'silent' });
let dir: string;
let files: TlsFiles;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'liandong-tls-'));
  files = await writeTrialPair({ folder: dir, hosts: ['localhost', '127.0.0.1', '::1'], now: Date.now() });
});
afterEach(async () => { await rm(dir, { recursive: true, force: true }); });

describe('the trial pair', () => {
  it('is for this user\'s eyes only', async () => {
    for (const file of [files.certFile, files.keyFile]) expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600');
  });

  it('is good for this machine\'s names and addresses and for those that were named', () => {
    const address = (text: string) => ({ address: text, netmask: '', family: 'IPv4' as const, mac: '', internal: false, cidr: null });
    const hosts = trialHosts(['192.168.1.20', 'hub.local', ''], { eth0: [address('10.0.0.5'), address('fe80::1')] });
    expect(hosts).toEqual(expect.arrayContaining(['localhost', '127.0.0.1', '::1', '10.0.0.5', '192.168.1.20', 'hub.local']));
    expect(hosts).not.toContain('fe80::1');
    expect(hosts).not.toContain('');
  });
});

describe('the two settings', () => {
  it('go together', () => {
    expect(readConfig({ TLS_CERT_FILE: '/a.pem', TLS_KEY_FILE: '/b.pem' }).tls).toEqual({ certFile: '/a.pem', keyFile: '/b.pem', mqttsPort: 8883 });
    expect(readConfig({}).tls).toBeUndefined();
    expect(() => readConfig({ TLS_CERT_FILE: '/a.pem' })).toThrow('TLS_KEY_FILE must be set when TLS_CERT_FILE is');
    expect(() => readConfig({ TLS_KEY_FILE: '/a.pem' })).toThrow('TLS_CERT_FILE must be set when TLS_KEY_FILE is');
    expect(() => readConfig({ MQTTS_PORT: '8884' })).toThrow('TLS_CERT_FILE and TLS_KEY_FILE must be set when MQTTS_PORT is');
  });

  it('are named in plain sentences when a file is missing, is no such thing, or belongs to another', async () => {
    const other = await writeTrialPair({ folder: join(dir, 'other'), hosts: ['localhost'], now: Date.now() });
    const nonsense = join(dir, 'nonsense.pem');
    await writeFile(nonsense, 'hello');
    await expect(readTlsPair({ ...files, certFile: join(dir, 'none') })).rejects.toThrow(/^TLS_CERT_FILE: the file .* can not be read \(ENOENT\)/);
    await expect(readTlsPair({ ...files, keyFile: join(dir, 'none') })).rejects.toThrow(/^TLS_KEY_FILE: the file .* can not be read \(ENOENT\)/);
    await expect(readTlsPair({ ...files, certFile: nonsense })).rejects.toThrow(/^TLS_CERT_FILE: .* holds no PEM certificate/);
    await expect(readTlsPair({ ...files, keyFile: nonsense })).rejects.toThrow(/^TLS_KEY_FILE: .* holds no private key/);
    await expect(readTlsPair({ ...files, keyFile: other.keyFile })).rejects.toThrow(/^TLS_KEY_FILE: the key .* does not belong to the certificate/);
  });
});

describe('MQTT over TLS', () => {
  let broker: EmbeddedBroker;
  let listener: TlsListener;
  let records: JournalRecord[];
  beforeEach(async () => {
    const directory = new MemoryDirectory();
    directory.put({ id: 'bin-1', secret: 's1' });
    records = [];
    const journal = { isFull: false, onDrain: () => () => undefined, append: ({ records: more }: JournalMessage, done: () => void) => { records.push(...more); setImmediate(done); } };
    const ingest = new Ingest({ directory, journal, clock: systemClock, retentionMs: 86_400_000, pseudonyms: createPseudonyms({ key: randomBytes(32) }), refusals: { refuse: () => undefined } });
    broker = new EmbeddedBroker({ host: '127.0.0.1', port: 0, directory, ingest, journal, logger });
    listener = new TlsListener({ host: '127.0.0.1', port: 0, pair: await readTlsPair(files), broker, logger });
    await broker.start();
    await listener.start();
    await listener.start();
  });
  afterEach(async () => {
    await listener.stop();
    await listener.stop();
    await broker.stop();
  });

  const topic = 'liandong/v1/fuan/beiguan/bin-1/telemetry';
  const value = (level: number) => JSON.stringify({ values: { fill_level: level } });

  it('takes what a client sends that trusts the certificate, and no plain connection', async () => {
    const ca = await readFile(files.certFile);
    const client = await connectAsync({ protocol: 'mqtts', host: 'localhost', port: listener.port, ca, username: 'bin-1', password: 's1', reconnectPeriod: 0 });
    await client.publishAsync(topic, value(43), { qos: 1 });
    await client.endAsync();
    expect(records).toMatchObject([{ device: 'bin-1', values: { fill_level: 43 } }]);
    await expect(connectAsync({ protocol: 'mqtts', host: 'localhost', port: listener.port, username: 'bin-1', password: 's1', reconnectPeriod: 0 })).rejects.toThrow(/self-signed/);
    await new Promise<void>((resolve) => {
      const unencrypted = connectTcp(listener.port, '127.0.0.1', () => unencrypted.write('\x10\x0c\0\x04MQTT\x04\x02\0\0\0\0'));
      unencrypted.on('error', () => undefined).on('data', () => undefined).on('close', () => resolve());
    });
    const plain = await connectAsync({ host: '127.0.0.1', port: broker.port, username: 'bin-1', password: 's1', reconnectPeriod: 0 });
    await plain.publishAsync(topic, value(44), { qos: 1 });
    await plain.endAsync();
    expect(records).toHaveLength(2);
  });

  it.skipIf(findMosquittoPub() === undefined)('works with mosquitto_pub --cafile', async () => {
    const { code, stderr } = await runChild(findMosquittoPub() ?? '', ['-h', 'localhost', '-p', String(listener.port), '--cafile', files.certFile, '-u', 'bin-1', '-P', 's1', '-q', '1', '-t', topic, '-s'], { stdin: value(45), timeoutMs: 10_000 });
    expect([code, stderr]).toEqual([0, '']);
    expect(records).toMatchObject([{ values: { fill_level: 45 } }]);
  });

  it('is stopped with clients still connected', async () => {
    const client = await connectAsync({ protocol: 'mqtts', host: 'localhost', port: listener.port, rejectUnauthorized: false, username: 'bin-1', password: 's1', reconnectPeriod: 0 });
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    client.on('error', () => undefined); // a reset is what is looked for
    await listener.stop();
    await closed;
    await client.endAsync(true);
  });

  it('takes in a renewed certificate while it runs, within a minute or on SIGHUP, and keeps the old one when the new can not be used', async () => {
    const warnings: unknown[] = [];
    const signals = new EventEmitter() as unknown as NodeJS.Process; // on and off are all that is used
    const reloader = createTlsReloader({ files, servers: [listener], signals, logger: { info: () => undefined, warn: (...line: unknown[]) => { warnings.push(line); } } });
    const shown = () => new Promise<string>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: listener.port, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
      socket.on('error', reject);
    });
    await reloader.start();
    const first = await shown();
    await reloader.look();
    expect(await shown()).toBe(first);

    await writeTrialPair({ folder: dir, hosts: ['localhost'], now: Date.now(), replaces: true });
    await utimes(files.certFile, 1, 1);
    await reloader.look();
    const second = await shown();
    expect(second).not.toBe(first);

    await writeFile(files.keyFile, 'half');
    await reloader.look();
    expect([await shown(), warnings.length]).toEqual([second, 1]);

    await writeTrialPair({ folder: dir, hosts: ['localhost'], now: Date.now(), replaces: true });
    signals.emit('SIGHUP');
    await reloader.stop();
    expect(await shown()).not.toBe(second);
    expect((signals as unknown as EventEmitter).listenerCount('SIGHUP')).toBe(0);
  });
});
