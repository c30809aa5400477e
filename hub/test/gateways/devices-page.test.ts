import { readFile } from 'node:fs/promises';
import { gatewayCodecs, payloadCodecs, readUplink, type CodecName } from '@liandong/protocols';
import { expect, it } from 'vitest';

/** `docs/devices.md`, the examples of the gateways. */
const page = await readFile(new URL('../../../docs/devices.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^\| `(\w+)` \| `([^`]+)` \| `(\{.+\})` \|$/gm)].map(([, codec = '', topic = '', payload = '']) => ({ codec: codec as CodecName, topic, payload })); // looked up below
const PREFIXES: Partial<Record<CodecName, string>> = { chirpstack: 'application/1', tts: 'v3/bins@ttn', zigbee2mqtt: 'zigbee2mqtt', tasmota: 'tele', native: 'plant/north' };

it.each(examples)('the $codec example of the devices page is read without a fault', ({ codec, topic, payload }) => {
  const decoder = gatewayCodecs.get(codec)?.create({ topicPrefix: PREFIXES[codec] ?? '' });
  const decoded = decoder?.decode({ topic, payload: Buffer.from(payload), now: Date.UTC(2026, 10, 23, 8) });
  expect(decoded?.refusals).toEqual([]);
  expect(decoded?.uplinks).toHaveLength(1);
  const [uplink] = decoded?.uplinks ?? [];
  const { readings, refusals } = readUplink(uplink!, payloadCodecs.get('milesight')); // one, by the line above
  expect(refusals).toEqual([]);
  expect(readings.some(({ values }) => values.temperature !== undefined)).toBe(true);
});

it('has an example of every text format', () => {
  expect(examples.map(({ codec }) => codec).sort()).toEqual(Object.keys(PREFIXES).sort());
});
