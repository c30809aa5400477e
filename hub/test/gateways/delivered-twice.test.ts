import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { gatewayCodecs, type JournalRecord } from '@liandong/protocols';
import { expect, it } from 'vitest';
import { GatewayIngest } from '../../src/gateways/gateway-ingest.js';
import { GatewayTable } from '../../src/gateways/gateway-table.js';
import { Ingest } from '../../src/ingest/ingest.js';
import { createPseudonyms } from '../../src/ingest/pseudonyms.js';
import { MemoryDirectory } from '../support/memory-directory.js';
import { rethrow } from '../support/rethrow.js';

const START = Date.UTC(2026, 10, 23, 8);
const EUIS = ['24e124136b502217', '24e124136b502218'];

/** What comes on the wire for message `n` of a device, without a time. */
type Wire = (eui: string, n: number) => { topic: string; payload: string };
const chirpstack: Wire = (devEui, n) => ({
  topic: `application/1/device/${devEui}/event/up`,
  payload: JSON.stringify({ deduplicationId: `3ac7e3c4-4401-4b8d-9386-${String(n).padStart(12, '0')}`, deviceInfo: { devEui }, fPort: 1, object: { temperature: 20 + n / 100 }, rxInfo: [{ rssi: -80, snr: 5 }] }),
});
const tts: Wire = (devEui, n) => ({
  topic: `v3/bins@ttn/devices/d-${devEui}/up`,
  payload: JSON.stringify({ end_device_ids: { dev_eui: devEui.toUpperCase() }, correlation_ids: ['gs:conn:01E0', `as:up:${n}`], uplink_message: { f_port: 1, decoded_payload: { temperature: 20 + n / 100 }, rx_metadata: [{ rssi: -80, snr: 5 }] } }),
});

/** Like a run of the hub: what it took, `before` being what it took before it was stopped. */
async function createRun(clock: { at: number }, before: readonly JournalRecord[] = []) {
  const directory = new MemoryDirectory();
  for (const [codec, topicPrefix] of [['chirpstack', 'application/1'], ['tts', 'v3/bins@ttn']] as const) {
    directory.put({ id: codec, secret: 's', kind: 'gateway', more: { codec, topicPrefix } });
    EUIS.forEach((externalId, index) => directory.put({ id: `${codec}-${index}`, secret: 's', more: { gateway: codec, externalId } }));
  }
  const table = new GatewayTable({ directory, codecs: gatewayCodecs, ...rethrow });
  const records: JournalRecord[] = [];
  const now = { now: () => clock.at };
  const ingest = new Ingest({
    directory, clock: now, retentionMs: 86_400_000, pseudonyms: createPseudonyms({ key: randomBytes(32) }),
    gateways: new GatewayIngest({ table, clock: now, discovered: { note: () => undefined }, send: () => undefined, onError: (error) => { throw error; } }),
    journal: { append: ({ records: more }, done) => { records.push(...more); done(); }, isFull: false, onDrain: () => () => undefined },
    refusals: { refuse: () => undefined },
  });
  await table.start();
  await ingest.start();
  await ingest.recall((async function* () { yield* before; })());
  let packet = 0;
  return {
    records,
    receive({ topic, payload }: ReturnType<Wire>): void {
      ingest.receive({ topic, payload: Buffer.from(payload), messageId: packet += 1, isRedelivery: false, speaker: undefined }, () => undefined);
    },
  };
}

/** Rows as the store has them: a value is identified by device, metric and `ts`. */
function rowsOf(records: readonly JournalRecord[]): Map<string, unknown> {
  return new Map(records.flatMap((record) => record.type === 'telemetry' ? Object.entries(record.values).map(([metric, value]) => [`${record.device} ${metric} ${record.ts}`, value] as const) : []));
}

it.each([['ChirpStack', chirpstack], ['The Things Stack', tts]])('what %s delivers twice without a time is one row, in whatever order it comes, also over a restart; another uplink is another row', async (_name, wire) => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.record({ device: fc.nat(1), n: fc.nat(12), afterMs: fc.nat(3000) }), { minLength: 1, maxLength: 60 }), fc.nat(60),
    async (deliveries, restartAt) => {
      const clock = { at: START };
      let run = await createRun(clock);
      let before: JournalRecord[] = [];
      for (const [index, { device, n, afterMs }] of deliveries.entries()) {
        clock.at += afterMs;
        if (index === restartAt) {
          before = run.records;
          run = await createRun(clock, before);
        }
        run.receive(wire(EUIS[device] ?? '', n));
      }
      const rows = [...rowsOf([...before, ...run.records])].filter(([row]) => row.includes(' temperature '));
      const sent = new Set(deliveries.map(({ device, n }) => `${device} ${20 + n / 100}`));
      expect(rows.map(([row, value]) => `${row.charAt(row.indexOf(' ') - 1)} ${String(value)}`).sort()).toEqual([...sent].sort());
    },
  ), { numRuns: 200 });
});

it('remembers a bounded number of uplinks, the latest', async () => {
  const clock = { at: START };
  const run = await createRun(clock);
  for (let n = 0; n < 1100; n += 1) {
    clock.at += 1000;
    run.receive(chirpstack(EUIS[0] ?? '', n));
  }
  const before = rowsOf(run.records).size;
  run.receive(chirpstack(EUIS[0] ?? '', 1099));
  expect(rowsOf(run.records).size).toBe(before);
  clock.at += 1000;
  run.receive(chirpstack(EUIS[0] ?? '', 1));
  expect(rowsOf(run.records).size).toBeGreaterThan(before);
});
