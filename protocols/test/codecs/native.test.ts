import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { METRICS, METRIC_KEYS, decodeNative, metricByKey, type Decoded, type UplinkKind } from '@liandong/protocols';

const decode = (kind: UplinkKind, body: unknown): Decoded => decodeNative(kind, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
const reasons = (decoded: Decoded): string[] => decoded.refusals.map((refusal) => refusal.reason);

describe('native telemetry', () => {
  it('takes one reading with its own time', () => {
    expect(decode('telemetry', { ts: 1_760_000_000_000, seq: 4, values: { fill_level: 43, tilted: false } }))
      .toEqual({ readings: [{ ts: 1_760_000_000_000, values: { fill_level: 43, tilted: false } }], events: [], refusals: [] });
  });

  it('takes an array of readings', () => {
    expect(decode('telemetry', [{ values: { noise: 41.5 } }, { ts: 5, values: { noise: 42 } }]).readings).toHaveLength(2);
  });

  it('refuses value by value and keeps the rest', () => {
    const decoded = decode('telemetry', '{"values":{"fill_level":50,"temperature":"hot","humidity":130,"soul":3,"pm10":1e999,"tilted":1}}');
    expect(decoded.readings).toEqual([{ values: { fill_level: 50 } }]);
    expect(decoded.refusals).toEqual([
      { reason: 'wrong_type', detail: 'temperature' }, { reason: 'out_of_range', detail: 'humidity' }, { reason: 'unknown_metric', detail: 'soul' },
      { reason: 'not_finite', detail: 'pm10' }, { reason: 'wrong_type', detail: 'tilted' },
    ]);
  });

  it.each([
    ['cut short', '{"values":{', 'malformed_json'],
    ['NaN', '{"values":{"noise":NaN}}', 'malformed_json'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]).toString('latin1'), 'wrong_type'],
    ['a bare number', '7', 'wrong_type'],
    ['null', 'null', 'wrong_type'],
    ['no values', '{"ts":1}', 'missing_values'],
    ['empty values', '{"values":{}}', 'missing_values'],
    ['an empty array', '[]', 'missing_values'],
    ['values as array', '{"values":[1]}', 'wrong_type'],
    ['time as text', '{"ts":"now","values":{"noise":1}}', 'bad_time'],
    ['time before 1970', '{"ts":-5,"values":{"noise":1}}', 'bad_time'],
    ['half a millisecond', '{"ts":1.5,"values":{"noise":1}}', 'bad_time'],
    ['seq as text', '{"seq":"1","values":{"noise":1}}', 'wrong_type'],
    ['__proto__ as a metric', '{"values":{"__proto__":1}}', 'unknown_metric'],
    ['constructor as a metric', '{"values":{"constructor":1}}', 'unknown_metric'],
    ['10,000-deep JSON', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 'wrong_type'],
  ])('refuses %s', (_name, body, reason) => {
    const decoded = decode('telemetry', body);
    expect(decoded.readings).toEqual([]);
    expect(reasons(decoded)).toEqual([reason]);
  });

  it('refuses invalid UTF-8', () => {
    expect(reasons(decodeNative('telemetry', Buffer.from([0x7b, 0xc3, 0x28, 0x7d])))).toEqual(['malformed_json']);
  });

  it('refuses more than 1,000 readings and more than 64 KiB', () => {
    expect(reasons(decode('telemetry', Array.from({ length: 1001 }, () => ({ values: { noise: 1 } }))))).toEqual(['too_many_readings']);
    expect(reasons(decodeNative('telemetry', Buffer.alloc(65 * 1024, 0x20)))).toEqual(['payload_too_large']);
  });

  it('never throws and never keeps an implausible value, whatever comes', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string(), fc.object().map((values) => JSON.stringify({ values }))), (text) => {
      for (const reading of decode('telemetry', text).readings) {
        for (const [key, value] of Object.entries(reading.values)) {
          const metric = metricByKey.get(key);
          expect(typeof value).toBe(metric?.type);
        }
      }
    }), { numRuns: 2000 });
  });

  it('keeps every plausible value of every metric', () => {
    fc.assert(fc.property(fc.constantFrom(...METRIC_KEYS), fc.double({ min: 0, max: 1, noNaN: true }), (key, share) => {
      const metric = METRICS[key];
      const value = metric.type === 'boolean' ? share > 0.5 : metric.min + share * (metric.max - metric.min);
      expect(decode('telemetry', { values: { [key]: value } }).readings).toEqual([{ values: { [key]: value === 0 ? 0 : value } }]);
    }));
  });
});

describe('native events', () => {
  it('takes a gate event', () => {
    expect(decode('event', { id: 'e-1', type: 'forced_open', data: { direction: 'in' } }).events)
      .toEqual([{ id: 'e-1', type: 'forced_open', data: { direction: 'in' } }]);
  });

  it.each([
    ['no id', { type: 'denied' }, 'bad_event'],
    ['an id with a newline', { id: 'a\nb', type: 'denied' }, 'bad_event'],
    ['an id that is too long', { id: 'x'.repeat(129), type: 'denied' }, 'bad_event'],
    ['a type with spaces', { id: '1', type: 'let me in' }, 'bad_event'],
    ['data as text', { id: '1', type: 'denied', data: 'x' }, 'wrong_type'],
    ['a __proto__ key', '{"id":"1","type":"denied","data":{"__proto__":{"admin":true}}}', 'forbidden_key'],
    ['a face image', { id: '1', type: 'granted', data: { faceImage: 'aGVsbG8=' } }, 'biometric'],
    ['a picture under a harmless name', { id: '1', type: 'granted', data: { note: 'A'.repeat(2000) } }, 'biometric'],
    ['a template deep inside', { id: '1', type: 'granted', data: { a: { b: [{ template: 'x' }] } } }, 'biometric'],
    ['deep data', `{"id":"1","type":"denied","data":{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}}`, 'too_deep'],
    ['an infinite number', '{"id":"1","type":"denied","data":{"a":1e999}}', 'not_finite'],
  ])('refuses %s', (_name, body, reason) => {
    const decoded = decode('event', body);
    expect(decoded.events).toEqual([]);
    expect(reasons(decoded)).toEqual([reason]);
  });

  it('lets the method be face: the word is not the image', () => {
    expect(decode('event', { id: '1', type: 'granted', data: { method: 'face' } }).refusals).toEqual([]);
  });
});

describe('native status and reply', () => {
  it('takes a will', () => expect(decode('status', { online: false, reason: 'will' }).status).toEqual({ online: false, reason: 'will' }));
  it('refuses a status without online', () => expect(reasons(decode('status', { online: 'yes' }))).toEqual(['wrong_type']));
  it('takes a reply', () => expect(decode('reply', { id: 'c1', ok: false, error: 'jam' }).reply).toEqual({ id: 'c1', ok: false, error: 'jam' }));
  it('refuses a reply without id', () => expect(reasons(decode('reply', { ok: true }))).toEqual(['wrong_type']));
});
