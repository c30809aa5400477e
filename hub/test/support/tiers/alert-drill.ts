import type { Alert } from '@liandong/protocols';
import { waitFor } from '../wait-for.js';
import type { Desk } from './desk.js';
import { openDeviceLine } from './device-line.js';
import type { Site, Station } from './sub-district.js';

/** Longer than any fault of the schedule, with the pauses between tries that it leaves behind. */
const PATIENCE = { timeoutMs: 180_000, intervalMs: 250 } as const;
const FORCED = 'default-gate-forced';
const FULL = 'default-bin-fill';

/** One thing that happened at a device that had no other alert, and how it has to stand in the end. */
export interface DrilledAlert {
  readonly subdistrict: string; readonly device: string; readonly ruleId: string;
  readonly id: string;
  /** Undefined: nobody acknowledged it. */
  readonly ackedBy: string | undefined;
  /** It was over before its hub could know of it: nobody is told. */
  readonly isUntold: boolean;
  readonly edge: Desk | undefined;
}

export interface AlertDrill {
  readonly alerts: readonly DrilledAlert[];
  /** Devices of which the hub is to have no alert: it was over, and no edge decides such rules. */
  readonly silentDevices: readonly string[];
  /** Raises, acknowledges and clears alerts, one device after the other, until `isOver` or no device is left. Each is seen to its end. */
  run(isOver: () => boolean): Promise<void>;
  /** With the uplink cut: what is raised and over before the hub hears of it. */
  overMeanwhile(): Promise<void>;
}

/** Of the devices of one site, and at its hub. */
export function createAlertDrill({ subdistrict, hub, site }: { subdistrict: string; hub: Desk; site: Site }): AlertDrill {
  const alerts: DrilledAlert[] = [];
  const silentDevices: string[] = [];
  const [gates, bins] = [[...site.gates], [...site.bins]];
  // Kept back, however many alerts there is time for.
  const [lastGate, lastBin] = site.desk === undefined ? [] : [gates.pop(), bins.pop()];

  async function drillGate(gate: Station, edge: Desk, isAckedAtEdge: boolean): Promise<void> {
    const line = openDeviceLine(gate);
    await line.send('event', { id: `${gate.id}-forced`, ts: Date.now(), type: 'forced_open' });
    const { id } = await waitForAlert(edge, gate, FORCED, ({ active }) => active);
    await waitForAlert(hub, gate, FORCED, (alert) => alert.id === id && alert.active);
    const ackedBy = isAckedAtEdge ? `admin@${site.name}` : 'admin';
    await acknowledge(isAckedAtEdge ? edge : hub, id);
    await waitForAlert(hub, gate, FORCED, (alert) => alert.ackedBy === ackedBy);
    await line.send('event', { id: `${gate.id}-closed`, ts: Date.now(), type: 'door_closed' });
    for (const desk of [edge, hub]) await waitForAlert(desk, gate, FORCED, ({ active }) => !active);
    alerts.push({ subdistrict, device: gate.id, ruleId: FORCED, id, ackedBy, isUntold: false, edge });
    await line.close();
  }

  async function drillBin(bin: Station, isAcked: boolean): Promise<void> {
    const line = openDeviceLine(bin);
    await line.send('telemetry', { ts: Date.now(), values: { fill_level: 96 } });
    const { id } = await waitForAlert(hub, bin, FULL, ({ active }) => active);
    if (isAcked) await acknowledge(hub, id);
    await line.send('telemetry', { ts: Date.now(), values: { fill_level: 20 } });
    await waitForAlert(hub, bin, FULL, ({ active }) => !active);
    alerts.push({ subdistrict, device: bin.id, ruleId: FULL, id, ackedBy: isAcked ? 'admin' : undefined, isUntold: false, edge: undefined });
    await line.close();
  }

  async function each(stations: Station[], isOver: () => boolean, drill: (station: Station, isOdd: boolean) => Promise<void>): Promise<void> {
    for (let n = 0; !isOver(); n += 1) {
      const next = stations.shift();
      if (next === undefined) return;
      await drill(next, n % 2 === 1);
    }
  }

  return {
    alerts, silentDevices,
    async run(isOver) {
      const { desk } = site;
      await Promise.all([each(bins, isOver, drillBin), ...(desk === undefined ? [] : [each(gates, isOver, (gate, isOdd) => drillGate(gate, desk, isOdd))])]);
    },
    async overMeanwhile() {
      const [gate, bin, edge] = [lastGate, lastBin, site.desk];
      if (gate === undefined || bin === undefined || edge === undefined) return;
      const [gateLine, binLine] = [openDeviceLine(gate), openDeviceLine(bin)];
      await gateLine.send('event', { id: `${gate.id}-forced`, ts: Date.now(), type: 'forced_open' });
      for (const level of [96, 20]) await binLine.send('telemetry', { ts: Date.now(), values: { fill_level: level } });
      const { id } = await waitForAlert(edge, gate, FORCED, ({ active }) => active);
      await gateLine.send('event', { id: `${gate.id}-closed`, ts: Date.now(), type: 'door_closed' });
      await waitForAlert(edge, gate, FORCED, ({ active }) => !active);
      alerts.push({ subdistrict, device: gate.id, ruleId: FORCED, id, ackedBy: undefined, isUntold: true, edge });
      silentDevices.push(bin.id);
      await Promise.all([gateLine.close(), binLine.close()]);
    },
  };
}

export const alertsOf = (desk: Desk, device: string): Promise<Alert[]> => desk.all<Alert>(`/alerts?device=${device}`);

const waitForAlert = (desk: Desk, { id: device }: Station, ruleId: string, isIt: (alert: Alert) => boolean): Promise<Alert> =>
  waitFor(`the alert ${ruleId} of ${device}`, async () => (await alertsOf(desk, device)).find((alert) => alert.ruleId === ruleId && isIt(alert)), PATIENCE);

/** Whether an answer that was lost had done its work shows in the alert. */
const acknowledge = (desk: Desk, id: string): Promise<unknown> => waitFor(`the acknowledgement of ${id}`, async () => {
  if ((await desk.get<Alert>(`/alerts/${id}`)).acked) return true;
  await desk.post(`/alerts/${id}/ack`, { note: '已知晓' });
  return false;
}, PATIENCE);
