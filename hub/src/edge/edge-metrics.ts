import { Counter, Gauge, type OpenMetricsContentType, type Registry } from 'prom-client';
import type { Journal } from '../journal/journal.js';
import type { EdgeClock } from './edge-clock.js';
import type { HubLink } from './hub-link.js';
import type { Uplink } from './uplink.js';

/** What an edge tells besides what every hub does. */
export function addEdgeMetrics(registry: Registry<OpenMetricsContentType>, { link, uplink, journal, clock }: { link: HubLink; uplink: Uplink; journal: Journal; clock: EdgeClock }): void {
  const registers = [registry];
  gauge('liandong_uplink_up', '1 while the hub is connected', () => link.isUp ? 1 : 0);
  gauge('liandong_uplink_backlog', 'Records that wait for the hub', () => uplink.backlog);
  gauge('liandong_edge_clock_offset_seconds', 'The hub\'s clock minus this box\'s', () => clock.offsetMs / 1000);
  counter('liandong_uplink_records', 'Records the hub has confirmed, by lane', 'lane', () => ({ ...uplink.counts }));
  counter('liandong_journal_shed', 'Records given up for want of room, by kind', 'kind', () => ({ ...journal.shed }));

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({ name, help, registers, collect() { this.set(read()); } });
  }
  function counter(name: string, help: string, label: string, read: () => Record<string, number>): void {
    new Counter({
      name, help, labelNames: [label], registers,
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count);
      },
    });
  }
}
