import { DEVICE_IDS } from '../fleet.js';
import { METRICS } from '../load/frames.js';
import type { HubClient } from '../programs/hub-client.js';
import type { RunningPath } from './types.js';

/** How far a path with a hub is: by the hub's metrics while it runs, by every stored row through its REST in the end. */
export function hubCounts(client: HubClient): Pick<RunningPath, 'follow' | 'isIdle' | 'rows'> {
  return {
    async follow() {
      const { stored: before } = await client.progress();
      return async () => (await client.progress()).stored - before;
    },
    isIdle: async () => (await client.progress()).lag === 0,
    async rows({ baseTs, stepMs, messagesPerDevice }) {
      let rows = 0;
      for (const device of DEVICE_IDS) {
        for (const metric of METRICS) rows += await client.rows({ device, metric, from: baseTs, to: baseTs + messagesPerDevice * stepMs });
      }
      return rows;
    },
  };
}
