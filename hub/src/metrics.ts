import type { Tier } from '@liandong/protocols';
import { collectDefaultMetrics, Counter, Gauge, Registry, type OpenMetricsContentType } from 'prom-client';
import type { FloodState, FloodWatch } from './alerts/flood.js';
import type { UplinkSource } from './broker/types.js';
import type { RefusalLog } from './devices/refusal-log.js';
import type { Ingest } from './ingest/ingest.js';
import type { Journal } from './journal/journal.js';
import type { NotificationCounts } from './notifications/notifications.js';
import type { HealthProbe } from './realtime/types.js';

export interface MetricsDependencies {
  ingest: Ingest;
  journal: Journal;
  refusals: RefusalLog;
  source: UplinkSource;
  health: HealthProbe;
  /** Alerts moved up because nobody acted in time, by the tier moved to. Left out, nothing is said of that, nor of notifications. */
  escalations?(): ReadonlyMap<Tier, number>;
  /** Connected screens. */
  screens(): number;
  /** Left out, nothing is said of floods. */
  flood?: Pick<FloodWatch, 'states'>;
  notifications?: NotificationCounts;
  /** Left out, nothing is said of aggregates. */
  aggregates?: { dirtyWindows(): Promise<number>; lagSeconds(): number };
}

/** The hub's own health as OpenMetrics. Everything is read when asked; the hot path only counts. */
export function createMetrics({ ingest, journal, refusals, source, health, escalations, screens, flood, notifications, aggregates }: MetricsDependencies): Registry<OpenMetricsContentType> {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  counterOf('liandong_messages', 'MQTT messages received', () => ingest.counts.messages);
  counterOf('liandong_records', 'Readings and events accepted', () => ingest.counts.records);
  gaugeOf('liandong_journal_last_sequence', 'Sequence of the newest journal record', () => journal.last);
  gaugeOf('liandong_journal_bytes', 'Journal on disk, in bytes', () => journal.diskBytes);
  gaugeOf('liandong_connections', 'MQTT connections', () => source.connections);
  gaugeOf('liandong_screens', 'Connected consoles', screens);

  new Counter({
    name: 'liandong_refusals', help: 'Refused messages and values by reason', labelNames: ['reason'], registers,
    collect() {
      this.reset();
      for (const [reason, count] of refusals.totals()) this.inc({ reason }, count);
    },
  });
  if (escalations !== undefined) {
    new Counter({
      name: 'liandong_escalations', help: 'Alerts moved up a tier because nobody acted in time, by the tier moved to', labelNames: ['tier'], registers,
      collect() {
        this.reset();
        for (const [tier, count] of escalations()) this.inc({ tier }, count);
      },
    });
  }
  new Gauge({
    name: 'liandong_reader_lag', help: 'Journal records a reader has not read yet', labelNames: ['reader'], registers,
    collect() { for (const { name, lag } of journal.readers()) this.set({ reader: name }, lag); },
  });
  new Gauge({
    name: 'liandong_part_ready', help: '1 ready, 0.5 degraded, 0 down', labelNames: ['part'], registers,
    collect() { for (const [part, { state }] of Object.entries(health.parts())) this.set({ part }, { ready: 1, degraded: 0.5, down: 0 }[state]); },
  });
  if (notifications !== undefined) {
    new Counter({
      name: 'liandong_notifications', help: 'Messages by what became of them; retried are attempts that failed and are made again', labelNames: ['state'], registers,
      collect() {
        this.reset();
        for (const [state, count] of Object.entries(notifications.totals())) this.inc({ state }, count);
      },
    });
    new Gauge({ name: 'liandong_notifications_waiting', help: 'Messages that are not delivered yet', registers, async collect() { this.set(await notifications.waiting()); } });
  }
  if (aggregates !== undefined) {
    gaugeOf('liandong_aggregates_lag_seconds', 'Age of the newest published quarter hour: about 60 to 1,000 when all is well', () => aggregates.lagSeconds());
    new Gauge({ name: 'liandong_aggregates_dirty_windows', help: 'Windows that wait to be worked out, open ones among them', registers, async collect() { this.set(await aggregates.dirtyWindows()); } });
  }
  if (flood !== undefined) {
    gaugeBy('liandong_alerts_new', 'Alerts of the last 10 minutes that stand for themselves', flood, ({ alerts }) => alerts);
    gaugeBy('liandong_alert_flood', '1 while there are more new alerts than the operators on duty can take in', flood, ({ since }) => since === undefined ? 0 : 1);
  }
  return registry;

  function gaugeBy(name: string, help: string, { states }: Pick<FloodWatch, 'states'>, read: (state: FloodState) => number): void {
    new Gauge({
      name, help, labelNames: ['subdistrict'], registers,
      collect() {
        this.reset();
        for (const state of states()) this.set({ subdistrict: state.area }, read(state));
      },
    });
  }

  function counterOf(name: string, help: string, read: () => number): void {
    new Counter({ name, help, registers, collect() { this.reset(); this.inc(read()); } });
  }
  function gaugeOf(name: string, help: string, read: () => number): void {
    new Gauge({ name, help, registers, collect() { this.set(read()); } });
  }
}
