import { HUB_STATES } from '@liandong/protocols';
import { collectDefaultMetrics, Gauge, Registry, type OpenMetricsContentType } from 'prom-client';
import type { Clock } from '../clock.js';
import type { HealthProbe } from '../realtime/types.js';
import type { HubBook } from './hub-book.js';

/** The city's own health as OpenMetrics, read when asked. */
export function createCityMetrics({ book, clock, health }: { book: HubBook; clock: Clock; health: HealthProbe }): Registry<OpenMetricsContentType> {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'liandong_city_hubs', help: 'Registered hubs by how they are', labelNames: ['state'], registers,
    collect() {
      const states = book.all().map((entry) => book.view(entry).state);
      for (const state of HUB_STATES) this.set({ state }, states.filter((one) => one === state).length);
    },
  });
  gaugeOfHubs('liandong_city_hub_silence_seconds', 'Time since a hub was last heard; a hub that never was is not in it', (entry) => entry.heardAt === undefined ? undefined : (clock.now() - entry.heardAt) / 1000);
  gaugeOfHubs('liandong_city_hub_lag_seconds', 'Age of the newest quarter hour that was pulled, by the hub\'s own clock', (entry) => entry.watermark === undefined ? undefined : (clock.now() + (entry.skewMs ?? 0) - entry.watermark) / 1000);
  gaugeOfHubs('liandong_city_hub_skew_seconds', 'How far a hub\'s clock is ahead of the city\'s', ({ skewMs }) => skewMs === undefined ? undefined : skewMs / 1000);
  new Gauge({
    name: 'liandong_part_ready', help: '1 ready, 0.5 degraded, 0 down', labelNames: ['part'], registers,
    collect() { for (const [part, { state }] of Object.entries(health.parts())) this.set({ part }, { ready: 1, degraded: 0.5, down: 0 }[state]); },
  });
  return registry;

  function gaugeOfHubs(name: string, help: string, read: (entry: ReturnType<HubBook['all']>[number]) => number | undefined): void {
    new Gauge({
      name, help, labelNames: ['hub'], registers,
      collect() {
        this.reset();
        for (const entry of book.all()) {
          const value = read(entry);
          if (entry.isEnabled && value !== undefined) this.set({ hub: entry.id }, value);
        }
      },
    });
  }
}
