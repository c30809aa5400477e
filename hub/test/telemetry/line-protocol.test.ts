import { describe, expect, it } from 'vitest';
import { createLineBuilder } from '../../src/telemetry/line-protocol.js';
import { event, reading, T0 } from './batches.js';

const lines = (...records: (ReturnType<typeof reading> | ReturnType<typeof event>)[]) =>
  createLineBuilder()({ first: 1, last: records.length, records });

describe('line protocol', () => {
  it('puts all values of a reading on one line, booleans as 0 and 1', () => {
    expect(lines(reading('bin-1', T0, { fill_level: 80.5, tilted: true, lid_open: false }), reading('bin-1', T0 + 1, { temperature: -0.5 })).telemetry)
      .toEqual([`telemetry,device=bin-1 fill_level=80.5,tilted=1,lid_open=0 ${T0}`, `telemetry,device=bin-1 temperature=-0.5 ${T0 + 1}`]);
  });

  it('escapes what would end a tag or a text', () => {
    expect(lines(reading('a b,c=d', T0, { co2: 1 })).telemetry).toEqual([`telemetry,device=a\\ b\\,c\\=d co2=1 ${T0}`]);
    expect(lines(event('g', 'say "hi"\\', T0, { n: 'a\n"b"' })).events[0])
      .toContain(String.raw`data="{\"n\":\"a\\n\\\"b\\\"\"}",id="say \"hi\"\\",type="granted"`);
  });

  it('gives an event the same nanosecond every time, within its millisecond, and another id another one', () => {
    const [first, again, other] = lines(event('g', 'e1', T0), event('g', 'e1', T0, { changed: true }), event('g', 'e2', T0)).events.map((line) => line.slice(line.lastIndexOf(' ') + 1));
    expect(first).toBe(again);
    expect(first).not.toBe(other);
    expect(first?.slice(0, -6)).toBe(String(T0));
  });
});
