import { randomBytes } from 'node:crypto';
import { nativeTopic, type Alert, type Discovered, type Latest, type NewDevice, type Refusals } from '@liandong/protocols';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCommunity, createDevice } from '../support/hub-client.js';
import { findMosquittoPub, mosquittoPub } from '../support/mosquitto-pub.js';
import { MOSQUITTO_HINT, findMosquitto, startMosquitto, type MosquittoServer } from '../support/mosquitto-server.js';
import { describeWithServer } from '../support/require-server.js';
import { useHub } from '../support/use-hub.js';
import { waitFor } from '../support/wait-for.js';

const GATEWAYS = [
  { id: 'gw-lora', codec: 'chirpstack', topicPrefix: 'application/1' },
  { id: 'gw-zigbee', codec: 'zigbee2mqtt', topicPrefix: 'zigbee2mqtt' },
  { id: 'gw-wifi', codec: 'tasmota', topicPrefix: 'tele' },
] as const;
const EUI = '24e124136b502217';

/** What ChirpStack v4 publishes, as its documentation shows it. */
const chirpstackUp = (devEui: string, more: object): string => JSON.stringify({
  deduplicationId: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d', time: new Date().toISOString(), deviceInfo: { devEui, deviceName: 'bin 7', deviceProfileName: 'EM400-MUD' },
  fPort: 85, rxInfo: [{ gatewayId: '0016c001f153a14c', rssi: -87, snr: 7.5 }], ...more,
});

/** A bridge as people write it, with the gateway's own sign-in. */
const bridge = (id: string, filter: string, password: string, port: number): string[] => [
  `connection ${id}`, `address 127.0.0.1:${port}`, `topic ${filter} out 1`, `remote_username ${id}`, `remote_password ${password}`, 'restart_timeout 1',
];

describeWithServer('a Mosquitto that bridges ChirpStack, zigbee2mqtt and Tasmota into the hub', findMosquitto() !== undefined && findMosquittoPub() !== undefined, MOSQUITTO_HINT, () => {
  const running = useHub();
  let site: MosquittoServer;

  beforeAll(async () => {
    const { hub, admin } = running;
    const { community: area } = await createCommunity(admin);
    const passwords: string[] = [];
    for (const gateway of GATEWAYS) passwords.push((await createDevice(admin, { ...gateway, name: gateway.id, kind: 'gateway', area })).credentials.password);
    const devices: NewDevice[] = [
      { id: 'lora-bin', name: 'lora-bin', kind: 'waste_bin', area, gateway: 'gw-lora', externalId: EUI.toUpperCase(), payloadCodec: 'milesight', install: { depthMm: 1000, deadZoneMm: 200 } },
      { id: 'zigbee-air', name: 'zigbee-air', kind: 'env_sensor', area, gateway: 'gw-zigbee', externalId: 'lobby air' },
      { id: 'wifi-air', name: 'wifi-air', kind: 'env_sensor', area, gateway: 'gw-wifi', externalId: 'plug_07' },
    ];
    for (const device of devices) await createDevice(admin, device);
    site = await startMosquitto({ config: GATEWAYS.flatMap(({ id, topicPrefix }, index) => bridge(id, `${topicPrefix}/#`, passwords[index] ?? '', hub.mqttPort)) });
  });
  afterAll(() => site?.dispose());

  const publish = (topic: string, payload: string, retain = false) => mosquittoPub({ port: site.port, topic, payload, retain });
  /** Bridges connect in their own time, and Mosquitto queues for them meanwhile. */
  const valuesOf = (device: string, metric: string) => waitFor(`${device} has ${metric}`, async () => {
    const { values } = await running.admin.get<Latest>(`/devices/${device}/latest`);
    return values[metric] === undefined ? undefined : values;
  }, { timeoutMs: 20_000 });

  it('gives the bytes of a LoRaWAN bin as fill level, with battery, temperature and signal', async () => {
    // Milesight EM400-MUD: battery 92 %, temperature 30.8 °C, distance 680 mm.
    const data = Buffer.from('01755c036734010482a802', 'hex').toString('base64');
    await publish(`application/1/device/${EUI}/event/up`, chirpstackUp(EUI, { data }));
    expect(await valuesOf('lora-bin', 'fill_level')).toMatchObject({
      fill_level: { value: 40, unit: '%' }, battery: { value: 92, unit: '%' }, temperature: { value: 30.8, unit: 'Cel' }, rssi: { value: -87 }, snr: { value: 7.5 },
    });
  });

  it('gives the values of a zigbee2mqtt sensor with their units', async () => {
    await publish('zigbee2mqtt/lobby air', JSON.stringify({ temperature: 21.4, humidity: 48.5, co2: 612, battery: 88, linkquality: 120 }));
    const values = await valuesOf('zigbee-air', 'co2');
    expect(values).toMatchObject({ temperature: { value: 21.4, unit: 'Cel' }, humidity: { value: 48.5, unit: '%' }, co2: { value: 612, unit: 'ppm' }, battery: { value: 88, unit: '%' } });
    expect(values).not.toHaveProperty('rssi');
  });

  it('gives the values of a Tasmota sensor in our units, whatever it was set to', async () => {
    await publish('tele/plug_07/SENSOR', JSON.stringify({ Time: new Date().toISOString().slice(0, 19) + 'Z', 'BME280': { Temperature: 68, Humidity: 40.5, Pressure: 760 }, TempUnit: 'F', PressureUnit: 'mmHg' }));
    const values = await valuesOf('wifi-air', 'pressure');
    expect(values).toMatchObject({ temperature: { unit: 'Cel' }, humidity: { value: 40.5, unit: '%' }, pressure: { unit: 'hPa' } });
    expect(values['temperature']?.value).toBeCloseTo(20, 1);
    expect(values['pressure']?.value).toBeCloseTo(1013.25, 0);
  });

  it('follows availability and the last will, and knows that the gateways are there', async () => {
    const statusOf = async (device: string) => (await running.admin.get<{ status: string }>(`/devices/${device}`)).status;
    for (const id of ['lora-bin', 'zigbee-air', 'wifi-air', ...GATEWAYS.map((gateway) => gateway.id)]) await waitFor(`${id} is online`, async () => await statusOf(id) === 'online');
    await publish('zigbee2mqtt/lobby air/availability', '{"state":"offline"}', true);
    await publish('tele/plug_07/LWT', 'Offline', true);
    await waitFor('both are offline', async () => await statusOf('zigbee-air') === 'offline' && await statusOf('wifi-air') === 'offline');
    await publish('tele/plug_07/LWT', 'Online', true);
    await waitFor('one is back', async () => await statusOf('wifi-air') === 'online');
  });

  it('lists who is not registered, and takes its values from the moment it is', async () => {
    const eui = '24e124136b509999';
    const up = () => publish(`application/1/device/${eui}/event/up`, chirpstackUp(eui, { data: Buffer.from('01754b', 'hex').toString('base64') }));
    await up();
    const found = await waitFor('it is listed', async () => (await running.admin.get<{ data: Discovered[] }>('/devices/discovered')).data.find(({ externalId }) => externalId === eui));
    expect(found).toMatchObject({ gateway: 'gw-lora', name: 'bin 7', model: 'EM400-MUD', count: 1, sample: expect.stringContaining('"data":"AXVL"') as unknown });
    await createDevice(running.admin, { id: 'new-bin', name: 'new-bin', kind: 'waste_bin', area: 'xinghu', gateway: 'gw-lora', externalId: eui, payloadCodec: 'milesight' });
    await up();
    expect(await valuesOf('new-bin', 'battery')).toMatchObject({ battery: { value: 75 } });
  });

  it('refuses what is broken at the device, or at the gateway, and takes the next good message', async () => {
    const topic = `application/1/device/${EUI}/event/up`;
    await publish(topic, '{"deviceInfo":');
    await publish(topic, chirpstackUp(EUI, { data: 'not base64!' }));
    await publish(topic, chirpstackUp(EUI, { data: Buffer.from('0175', 'hex').toString('base64') }));
    await publish(topic, chirpstackUp(EUI, { data: Buffer.from('01752a', 'hex').toString('base64') }));
    await waitFor('the good one is there', async () => (await running.admin.get<Latest>('/devices/lora-bin/latest')).values['battery']?.value === 42);
    expect((await running.admin.get<Refusals>('/devices/gw-lora/refusals')).counts).toMatchObject({ malformed_json: 1 });
    const { counts } = await running.admin.get<Refusals>('/devices/lora-bin/refusals');
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(2);
  });
});

describeWithServer('a native gateway that mosquitto_pub speaks for', findMosquittoPub() !== undefined, MOSQUITTO_HINT, () => {
  const running = useHub();

  it('carries its devices by their serial numbers, lists who is not registered, and has its own topics besides', async () => {
    const { hub, admin } = running;
    const { subdistrict, community: area } = await createCommunity(admin);
    const { credentials } = await createDevice(admin, { id: 'gw-north', name: 'gw-north', kind: 'gateway', area, codec: 'native', topicPrefix: 'plant/north' });
    await createDevice(admin, { id: 'north-bin', name: 'north-bin', kind: 'waste_bin', area, gateway: 'gw-north', externalId: 'SN-0007' });
    await createDevice(admin, { id: 'north-gate', name: 'north-gate', kind: 'access_gate', area, gateway: 'gw-north', externalId: 'SN-0008' });
    const publish = async (topic: string, body: object) => expect(await mosquittoPub({ port: hub.mqttPort, ...credentials, topic, payload: JSON.stringify(body) })).toMatchObject({ code: 0 });
    await publish('plant/north/SN-0007/telemetry', { values: { fill_level: 41, lid_open: false, battery: 140 } });
    await publish('plant/north/SN-0008/event', { id: 'e-1', type: 'door_opened' });
    await publish('plant/north/SN-0008/status', { online: true });
    await publish('plant/north/SN-0009/telemetry', { values: { battery: 12 } });
    await publish('plant/north/SN-0007/settings', {});
    await publish(nativeTopic({ subdistrict, community: area, device: 'gw-north', kind: 'telemetry' }), { values: { rssi: -60 } });
    await publish('plant/south/SN-0007/telemetry', { values: { fill_level: 99 } });

    await waitFor('the bin has its values', async () => (await admin.get<Latest>('/devices/north-bin/latest')).values['fill_level']?.value === 41);
    await waitFor('the gateway has its own', async () => (await admin.get<Latest>('/devices/gw-north/latest')).values['rssi']?.value === -60);
    await waitFor('the gate has its event', async () => (await admin.get<{ data: { id: string }[] }>('/devices/north-gate/events')).data.some(({ id }) => id === 'e-1'));
    await waitFor('the gate is online', async () => (await admin.get<{ status: string }>('/devices/north-gate')).status === 'online');
    expect((await admin.get<{ data: Discovered[] }>('/devices/discovered')).data).toMatchObject([{ gateway: 'gw-north', externalId: 'SN-0009', sample: '{"values":{"battery":12}}' }]);
    expect((await admin.get<Refusals>('/devices/north-bin/refusals')).counts).toEqual({ out_of_range: 1 });
    expect((await admin.get<Refusals>('/devices/gw-north/refusals')).counts).toEqual({ not_for_us: 1, unknown_topic: 1 });
    await expect(admin.post('/devices/north-gate/commands', { type: 'open_gate' })).rejects.toThrow('COMMAND_UNSUPPORTED');
  });
});

describeWithServer('forty devices behind one gateway', findMosquitto() !== undefined, MOSQUITTO_HINT, () => {
  const running = useHub();

  it('are one alert when it goes, and none when it is back', async () => {
    const { hub, admin } = running;
    const { community: area } = await createCommunity(admin);
    const reportingIntervalS = 2;
    const { credentials } = await createDevice(admin, { id: 'gw-many', name: 'gw-many', kind: 'gateway', area, codec: 'tasmota', topicPrefix: 'tele', reportingIntervalS });
    const names = Array.from({ length: 40 }, (_, n) => `plug-${n}`);
    for (const name of names) await createDevice(admin, { id: name, name, kind: 'env_sensor', area, gateway: 'gw-many', externalId: name, reportingIntervalS });
    const client = await connectAsync({ host: '127.0.0.1', port: hub.mqttPort, ...credentials, clientId: randomBytes(4).toString('hex') });
    const report = () => Promise.all(names.map((name) => client.publishAsync(`tele/${name}/SENSOR`, '{"DS18B20":{"Temperature":20.5},"TempUnit":"C"}', { qos: 1 })));
    const top = async () => (await admin.get<{ data: Alert[] }>('/alerts?top=true&active=true')).data;
    try {
      for (let second = 0; second < 8; second += 1) {
        await report();
        await new Promise((resolve) => setTimeout(resolve, 1000)); // devices that report every second
      }
      expect(await top()).toEqual([]);
      await waitFor('all are silent', async () => (await admin.get<{ data: Alert[] }>('/alerts?active=true&limit=1000')).data.length === 42, { timeoutMs: 30_000 });
      expect(await top()).toMatchObject([{ deviceId: 'gw-many', severity: 'major' }]);
      await report();
      await waitFor('all is well', async () => (await admin.get<{ data: Alert[] }>('/alerts?active=true')).data.length === 0, { timeoutMs: 10_000 });
      // A gateway speaks for its own devices only, and below its own prefix.
      await client.publishAsync('application/9/device/0011223344556677/event/up', '{}', { qos: 1 });
      await client.publishAsync(nativeTopic({ subdistrict: 'loufeng', community: area, device: 'plug-1', kind: 'telemetry' }), '{"values":{"temperature":99}}', { qos: 1 });
      expect((await admin.get<Refusals>('/devices/gw-many/refusals')).counts).toEqual({ unknown_topic: 1, not_your_topic: 1 });
    } finally {
      await client.endAsync(true);
    }
  }, 90_000);
});
