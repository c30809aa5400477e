import { createInfluxStore } from '../../src/telemetry/influx-store.js';
import type { TelemetryStore } from '../../src/telemetry/types.js';
import { findInfluxd, INFLUXD_HINT, startInfluxServer } from '../support/influx-server.js';
import { describeWithServer } from '../support/require-server.js';
import { recordLog } from './batches.js';
import { describeTelemetryStore } from './conformance.js';

describeWithServer('a real InfluxDB', findInfluxd(), INFLUXD_HINT, (binary) => {
  describeTelemetryStore('InfluxDB', async () => {
    const server = await startInfluxServer(binary);
    const stores: TelemetryStore[] = [];

    async function open(): Promise<TelemetryStore> {
      const store = createInfluxStore({ ...server, log: recordLog() });
      stores.push(store);
      await store.start();
      return store;
    }

    return {
      store: await open(),
      takeDown: () => server.kill(),
      bringBack: () => server.restart(),
      reopen: open,
      async stop() {
        for (const store of stores) await store.stop();
        await server.stop();
      },
    };
  });
});
