import { expect, it } from 'vitest';
import { measureCodecs, type CodecResult } from '../../src/codecs/measure-codecs.js';
import { same } from '../../src/codecs/same.js';
import { createSamples, type Sample } from '../../src/codecs/samples.js';
import { codecCells, codecNotes } from '../../src/report/codecs.js';
import { textTable } from '../../src/report/tables.js';

/** A clock of CPU time that goes on by so much at every look. */
const ticking = (stepUs: number): (() => number) => {
  let us = 0;
  return () => us += stepUs;
};
const measure = (samples: readonly Sample[]): Promise<CodecResult[]> => measureCodecs({ samples, cpuMs: 1, warmUpMs: 0, cpuUs: ticking(500) });

it.each(createSamples().map((sample) => [sample.codec, sample] as const))('has a %s message that decodes to what it says, again and again', (_codec, { decode, expected }) => {
  for (let round = 0; round < 300; round += 1) expect(decode()).toMatchObject({ ...expected, refusals: [] });
});

it('counts messages by CPU time', async () => {
  const sample: Sample = { codec: 'x', bytes: 7, decode: () => ({ readings: [], events: [], refusals: [] }), expected: { readings: [], events: [] } };
  expect(await measure([sample])).toEqual([{ codec: 'x', bytes: 7, messages: 500, messagesPerCpuS: 500_000 }]);
});

it('gives a codec no figure that decodes wrong or refuses, even once, and goes on with the next', async () => {
  const [good, other] = createSamples() as [Sample, Sample]; // there are more
  let calls = 0;
  const wrong: Sample = { ...good, decode: () => ++calls === 300 ? { readings: [], events: [], refusals: [] } : good.decode() };
  const refusing: Sample = { ...good, decode: () => ({ ...good.decode(), refusals: [{ reason: 'out_of_range' }] }) };
  const results = await measure([wrong, refusing, other]);
  expect(results.map((result) => 'failure' in result)).toEqual([true, true, false]);
  expect(codecNotes(results).join('\n')).toMatch(/native FAILED: decoded .* instead of /);
});

it('marks what stays under 100,000 messages a CPU second', () => {
  const codecs = [{ codec: 'a', bytes: 9, messages: 1, messagesPerCpuS: 100_000 }, { codec: 'b', bytes: 2100, messages: 1, messagesPerCpuS: 99_999 }, { codec: 'c', bytes: 1, failure: 'x' }];
  expect(textTable(codecCells(codecs)).split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['codec', 'messages/CPU-second', 'bytes'], ['a', '100,000', '9'], ['b', 'under 100,000', '99,999', '2,100'], ['c', 'FAILED', '–', '1'],
  ]);
});

it.each<[unknown, unknown, boolean]>([
  [{ a: [1, { b: true }] }, { a: [1, { b: true }] }, true], [{ a: 1 }, { a: 1, b: 2 }, false], [{ a: 1, b: 2 }, { a: 1 }, false], [{ a: undefined }, { b: 1 }, false], [[], {}, false], [null, {}, false], [1, '1', false],
])('compares %j with %j', (one, other, expected) => expect(same(one, other)).toBe(expected));
