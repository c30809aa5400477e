import { startHub } from '../programs/hub.js';
import { hubCounts } from './hub-counts.js';
import type { Path } from './types.js';

/** Everything in the hub's own process. */
export const embeddedPath = (): Path => ({
  id: 'a',
  title: 'embedded hub',
  notes: [`Node ${process.versions.node}; embedded broker, journal and DuckDB with their defaults; each device signs in with its own secret and is held to its own topics`],
  missing: undefined,
  async start(resources) {
    const hub = await startHub(resources);
    return { processes: [{ part: 'consumer', process: hub.process }], port: hub.mqttPort, devices: hub.devices, consumer: undefined, ...hubCounts(hub.client) };
  },
});
