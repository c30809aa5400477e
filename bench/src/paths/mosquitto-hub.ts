import { startHub } from '../programs/hub.js';
import { startInflux } from '../programs/influx.js';
import { MOSQUITTO_SETTINGS, startMosquitto } from '../programs/mosquitto.js';
import { hubCounts } from './hub-counts.js';
import { missingOf, required, versionsOf, type Servers } from './servers.js';
import type { Path } from './types.js';

/** The hub between real servers. */
export function mosquittoHubPath(servers: Servers): Path {
  const missing = missingOf(servers, ['mosquitto', 'influxd']);
  const { mosquitto, influxd } = versionsOf(servers);
  return {
    id: 'b',
    title: 'Mosquitto + hub + InfluxDB',
    notes: [`${mosquitto}: ${MOSQUITTO_SETTINGS.join(', ')}`, `${influxd} with its defaults`, `Node ${process.versions.node}; the hub as subscriber (MQTT_URL) and writer (INFLUX_URL) with its defaults`],
    missing,
    async start(resources) {
      const broker = await startMosquitto(required(servers.mosquitto), resources);
      const influx = await startInflux(required(servers.influxd), resources);
      const hub = await startHub(resources, { servers: { mosquitto: broker, influx } });
      await broker.subscribed();
      return {
        processes: [{ part: 'broker', process: broker.process }, { part: 'consumer', process: hub.process }, { part: 'store', process: influx.process }],
        port: broker.port, devices: hub.devices, consumer: hub.process, ...hubCounts(hub.client),
      };
    },
  };
}
