import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.js';

describe('readConfig', () => {
  it('has the contract\'s defaults', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1', port: 8080, mqttHost: '127.0.0.1', mqttPort: 1883, mqttUrl: undefined, influx: undefined, adminPassword: undefined, isDemo: false,
      gateRetentionDays: 90, telemetryRetentionDays: 730,
    });
  });

  it('takes an empty variable for an unset one, as compose files pass them', () => {
    expect(readConfig({ PORT: '', INFLUX_URL: '', ADMIN_PASSWORD: '' })).toMatchObject({ port: 8080, influx: undefined, adminPassword: undefined });
  });

  it('names every bad setting in one go', () => {
    expect(() => readConfig({ PORT: '80 80', TELEMETRY_RETENTION_DAYS: '-1', LOG_LEVEL: 'loud', MQTT_URL: 'localhost:1883', INFLUX_URL: 'http://x:8086', INFLUX_ORG: 'o' }))
      .toThrow(/PORT must[\s\S]*MQTT_URL must[\s\S]*INFLUX_TOKEN must[\s\S]*INFLUX_BUCKET must[\s\S]*TELEMETRY_RETENTION_DAYS must[\s\S]*LOG_LEVEL must/);
  });

  it('reads a whole InfluxDB and a broker with its sign-in', () => {
    const config = readConfig({ INFLUX_URL: 'http://127.0.0.1:8086/', INFLUX_TOKEN: 't', INFLUX_ORG: 'o', INFLUX_BUCKET: 'b', MQTT_URL: 'mqtts://hub:p%40ss@broker:8883' });
    expect(config.influx).toEqual({ url: 'http://127.0.0.1:8086', token: 't', org: 'o', bucket: 'b' });
    expect(config.mqttUrl?.host).toBe('broker:8883');
  });

  it('reads the mail server, the public address and the watchdog, and names what is missing without showing a password', () => {
    const config = readConfig({ SMTP_URL: 'smtps://hub:p%40ss@mail.example:465', SMTP_FROM: '联动 <hub@example.com>', PUBLIC_URL: 'https://hub.example/', WATCHDOG_URL: 'https://watch.example/ping/k' });
    expect([config.smtp, config.publicUrl, config.watchdog]).toEqual([{ url: 'smtps://hub:p%40ss@mail.example:465', from: '联动 <hub@example.com>' }, 'https://hub.example', { url: new URL('https://watch.example/ping/k'), intervalS: 60 }]);
    const wrong = (environment: Record<string, string>) => { try { return readConfig(environment); } catch (error) { return String(error); } };
    expect(wrong({ SMTP_URL: 'smtp://u:hunter2@mail.example' })).toMatch(/SMTP_FROM must be set when SMTP_URL is/);
    expect(wrong({ SMTP_URL: 'http://u:hunter2@mail.example', SMTP_FROM: 'nobody', PUBLIC_URL: 'hub', WATCHDOG_INTERVAL_S: '1' })).toMatch(/SMTP_URL must[\s\S]*SMTP_FROM must[\s\S]*PUBLIC_URL must[\s\S]*WATCHDOG_INTERVAL_S must/);
    expect(wrong({ SMTP_URL: 'http://u:hunter2@mail.example', SMTP_FROM: 'nobody' })).not.toContain('hunter2');
  });

  it('asks an edge for its hub and its credential, and shows no secret', () => {
    const hub = { EDGE_ID: 'edge-1', EDGE_SECRET: 'hush', HUB_URL: 'https://hub.example', HUB_MQTT_URL: 'mqtts://hub.example' };
    expect(readConfig(hub, ['--role', 'edge']).edge).toMatchObject({ id: 'edge-1', order: 'in-order', backlogPerS: 2000 });
    expect(readConfig(hub).edge).toBeUndefined();
    const message = (settings: Record<string, string>): string => {
      try {
        readConfig(settings, ['--role', 'edge']);
      } catch (error) {
        return String(error);
      }
      return '';
    };
    for (const name of ['EDGE_ID', 'EDGE_SECRET', 'HUB_URL', 'HUB_MQTT_URL']) expect(message({})).toContain(`${name} `);
    expect(message({ ...hub, UPLINK_ORDER: 'sideways', HUB_CA_FILE: '/nowhere/ca.pem', EDGE_ID: 'Edge!' })).toMatch(/EDGE_ID[^]*UPLINK_ORDER[^]*HUB_CA_FILE/);
    expect(message({ ...hub, UPLINK_ORDER: 'sideways' })).not.toContain('hush');
  });

  it('takes the role from the command line, and says which there are', () => {
    expect(readConfig({}).role).toBe('all');
    expect(readConfig({ DEMO: '1' }, ['--role', 'hub'])).toMatchObject({ role: 'hub', isDemo: false });
    expect(readConfig({}, ['--role=hub']).role).toBe('hub');
    for (const wrong of [['--role', 'village'], ['--role'], ['--rule', 'hub'], ['hub']]) expect(() => readConfig({}, wrong), wrong.join(' ')).toThrow('--role');
  });

  it('can not be changed', () => expect(Object.isFrozen(readConfig({}))).toBe(true));
});

describe('the settings of shared servers', () => {
  const shared = { DATABASE_URL: 'postgres://u:hush@db/liandong', MQTT_URL: 'mqtt://broker', INFLUX_URL: 'http://influx', INFLUX_TOKEN: 't', INFLUX_ORG: 'o', INFLUX_BUCKET: 'b' };
  const refused = (settings: Record<string, string>): string => {
    try {
      readConfig(settings);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };

  it('are taken together', () => {
    expect(readConfig({ ...shared, PEER_URL: 'http://hub-1:8080', REDIS_URL: 'redis://:hush@redis' })).toMatchObject({ databaseUrl: new URL(shared.DATABASE_URL), peerUrl: new URL('http://hub-1:8080'), redisUrl: new URL('redis://:hush@redis') });
  });

  it('are refused where one would be of no use without another, and no password is shown', () => {
    expect(refused({ PEER_URL: 'http://hub-1:8080' })).toMatch(/DATABASE_URL must be set.*\n.*MQTT_URL must be set.*\n.*INFLUX_URL must be set/);
    expect(refused({ ...shared, REDIS_URL: 'redis://:hush@redis' })).toMatch(/PEER_URL must be set when REDIS_URL is/);
    for (const url of ['postgres://db/liandong', 'postgres://u:hush@db', 'mysql://u:hush@db/liandong']) expect(refused({ DATABASE_URL: url })).toMatch(/^ {2}- DATABASE_URL must (name a user|look like)/m);
    expect(refused({ DATABASE_URL: 'postgres://u:hush@db' })).not.toContain('hush');
  });
});
