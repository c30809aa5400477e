import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHikvision, HIKVISION_BODY_BYTES, type Decoded } from '@liandong/protocols';
import { expectPlausible, MUTATIONS, mutatedBytes, mutatedJson, numbersAsText } from './mutations.js';

const NOW = 1_760_000_000_000;
const TS = Date.parse('2024-08-26T12:32:28+01:00');
const text = (value: string): Uint8Array => Uint8Array.from(value, (character) => character.charCodeAt(0));
const post = (body: unknown, contentType = 'application/json; charset="UTF-8"'): Decoded =>
  decodeHikvision({ contentType, body: body instanceof Uint8Array ? body : text(typeof body === 'string' ? body : JSON.stringify(body)), now: NOW });

/** A real DS-K1T502's post (GitHub, pergolafabio/Hikvision-Addons #177), with what a face terminal adds. */
const event = (access: Record<string, unknown> = {}, top: Record<string, unknown> = {}): Record<string, unknown> => ({
  ipAddress: '192.0.2.7', portNo: 80, protocol: 'HTTP', dateTime: '2024-08-26T12:32:28+01:00', activePostCount: 1, eventType: 'AccessControllerEvent', eventState: 'active',
  ...top,
  AccessControllerEvent: {
    deviceName: 'Door 3', majorEventType: 5, subEventType: 75, reportChannel: 5, cardReaderNo: 1, doorNo: 1, serialNo: 257, currentVerifyMode: 'cardOrFace', employeeNoString: '10023',
    name: 'Wang Fang', pictureURL: 'http://192.0.2.7/face.jpg', FaceRect: { x: 0.1 }, currentEvent: true, ...access,
  },
});

const JPEG = '\xff\xd8\xff\xe0SECRETFACE\r\n\r\nPIXELS\r\n--nearly\x00\x01\xff\xd9';
const part = (headers: string, content: string): string => `--MIME_boundary\r\n${headers}\r\n\r\n${content}\r\n`;
const multipart = (...parts: string[]): Uint8Array => text(`${parts.join('')}--MIME_boundary--\r\n`);
const eventPart = (document: unknown = event()): string => part('Content-Disposition: form-data; name="event_log"\r\nContent-Type: application/json; charset="UTF-8"', JSON.stringify(document));
const picturePart = part('Content-Disposition: form-data; name="Picture"; filename="Picture.jpg"\r\nContent-Type: image/jpeg\r\nContent-ID: pictureImage', JPEG);
const MULTIPART = 'multipart/form-data; boundary=MIME_boundary';

describe('Hikvision access events', () => {
  it('reads a face that was let in, and keeps no name and no picture', () => {
    expect(post(event())).toEqual({ readings: [], refusals: [], events: [
      { id: `257-${TS}`, ts: TS, type: 'granted', data: { code: '5/4b', method: 'face', credential: '10023', door: 1, reader: 1 } },
    ] });
  });

  // Hikvision Device Network SDK (Card-Based Access Control) Developer Guide, "Access Control Event Types"
  it.each<[number, number, string, object]>([
    [5, 0x01, 'granted', { method: 'card' }], [5, 0x26, 'granted', { method: 'fingerprint' }], [5, 0x4b, 'granted', { method: 'face' }], [5, 0x65, 'granted', { method: 'password' }],
    [5, 0x17, 'granted', { method: 'button' }], [3, 0x400, 'granted', { method: 'remote' }],
    [5, 0x06, 'denied', { reason: 'no_permission' }], [5, 0x07, 'denied', { reason: 'outside_hours' }], [5, 0x08, 'denied', { reason: 'expired' }],
    [5, 0x09, 'denied', { reason: 'unknown_card', method: 'card' }], [5, 0x4c, 'denied', { reason: 'verification_failed', method: 'face' }], [5, 0x50, 'denied', { reason: 'unknown_face' }],
    [5, 0x15, 'unlocked', {}], [5, 0x16, 'locked', {}], [5, 0x19, 'door_opened', {}], [5, 0x1a, 'door_closed', {}], [5, 0x1b, 'forced_open', {}], [5, 0x1c, 'held_open', {}],
    [5, 0x58, 'fault', { reason: 'door_contact' }], [1, 0x404, 'tamper', { reason: 'host' }], [1, 0x406, 'tamper', { reason: 'card_reader' }], [1, 0x40a, 'duress', {}],
  ])('reads %i/%i as %s', (majorEventType, subEventType, type, data) => {
    expect(post(event({ majorEventType, subEventType }))).toMatchObject({ events: [{ type, data }], refusals: [] });
  });

  it.each([[5, 0x18], [5, 0x999], [1, 0x405], [2, 0x400], [9, 1]])('leaves %i/%i alone', (majorEventType, subEventType) => {
    expect(post(event({ majorEventType, subEventType }))).toEqual({ readings: [], events: [], refusals: [{ reason: 'not_for_us', detail: `event ${majorEventType.toString(16)}/${subEventType.toString(16)}` }] });
  });

  it('takes the card before the person, and a mode only when it allows one thing', () => {
    expect(post(event({ subEventType: 0x10, cardNo: '0012345678', currentVerifyMode: 'card' })).events[0]?.data).toMatchObject({ credential: '0012345678', method: 'card' });
    expect(post(event({ subEventType: 0x10 })).events[0]?.data).not.toHaveProperty('method');
    expect(post(event({ cardNo: 12, employeeNoString: '' }))).toMatchObject({ events: [{ type: 'granted' }], refusals: [{ reason: 'wrong_type', detail: 'cardNo' }] });
  });

  it('gives one id to the same event again and another to the same serial number of another time', () => {
    const id = (top: Record<string, unknown>): string | undefined => post(event({}, top)).events[0]?.id;
    expect(id({ activePostCount: 2 })).toBe(id({}));
    expect(id({ dateTime: '2024-08-27T12:32:28+01:00' })).not.toBe(id({}));
  });

  it('keeps an event whose time can not be read, under an id of its own and without a time', () => {
    expect(post(event({ subEventType: 0x1b }, { dateTime: '2024-08-26T12:32:28' }))).toMatchObject({ events: [{ id: '257-t20240826123228', type: 'forced_open' }], refusals: [{ reason: 'bad_time' }] });
    expect(post(event({}, { dateTime: undefined })).events[0]).toMatchObject({ id: `257-day${Math.floor(NOW / 86_400_000)}` });
    expect(post(event({}, { dateTime: undefined })).events[0]).not.toHaveProperty('ts');
  });

  it.each([[{ eventType: 'heartBeat', eventState: 'active' }], [{ eventType: 'videoloss', eventState: 'inactive', activePostCount: 0 }]])('takes %j for a sign of life', (body) => {
    expect(post(body)).toEqual({ readings: [], events: [], refusals: [], status: { online: true } });
    expect(post(multipart(eventPart(body)), MULTIPART).status).toEqual({ online: true });
  });

  it.each<[string, unknown, string, string]>([
    ['half a document', '{"eventType":"Acc', 'application/json', 'malformed_json'],
    ['a list', '[]', 'application/json', 'wrong_type'],
    ['XML', '<EventNotificationAlert/>', 'application/xml', 'not_for_us'],
    ['another event', { eventType: 'VMD' }, 'application/json', 'not_for_us'],
    ['an event without its body', { eventType: 'AccessControllerEvent' }, 'application/json', 'wrong_type'],
    ['no serial number', event({ serialNo: undefined }), 'application/json', 'bad_event'],
    ['a serial number as text', event({ serialNo: '257' }), 'application/json', 'bad_event'],
    ['codes as text', event({ subEventType: '75' }), 'application/json', 'not_for_us'],
    ['a bare picture', JPEG, 'image/jpeg', 'biometric'],
    ['pictures only', multipart(picturePart), MULTIPART, 'not_for_us'],
    ['no boundary', multipart(eventPart()), 'multipart/form-data', 'malformed_bytes'],
    ['another boundary', multipart(eventPart()), 'multipart/form-data; boundary=x', 'malformed_bytes'],
    ['a body cut off', multipart(eventPart(), picturePart).slice(0, -40), MULTIPART, 'malformed_bytes'],
    ['endless headers', multipart(part(`X: ${'y'.repeat(5000)}`, '{}')), MULTIPART, 'malformed_bytes'],
    ['too many parts', multipart(...Array.from({ length: 17 }, () => picturePart)), MULTIPART, 'malformed_bytes'],
    ['a JSON body over 64 KiB', ' '.repeat(70_000), 'application/json', 'payload_too_large'],
    ['a JSON part over 64 KiB', multipart(part('Content-Type: application/json', ' '.repeat(70_000))), MULTIPART, 'payload_too_large'],
    ['a post a byte over its limit', new Uint8Array(768 * 1024 + 1), MULTIPART, 'payload_too_large'],
    ['a megabyte', new Uint8Array(1_000_000), MULTIPART, 'payload_too_large'],
  ])('refuses %s', (_name, body, contentType, reason) => {
    const decoded = post(body, contentType);
    expect(decoded.events).toEqual([]);
    expect(decoded.refusals.map((refusal) => refusal.reason)).toEqual([reason]);
  });

  it.each([
    ['after the event', multipart(eventPart(), picturePart), MULTIPART],
    ['before the event', multipart(picturePart, eventPart()), MULTIPART],
    ['in a quoted boundary with a preamble', text(`preamble\r\n${String.fromCharCode(...multipart(eventPart(), picturePart))}`), 'multipart/mixed; charset=utf-8; boundary="MIME_boundary"'],
  ])('drops a picture %s', (_name, body, contentType) => {
    const decoded = post(body, contentType);
    expect(decoded).toEqual(post(event()));
    expect(JSON.stringify(decoded)).not.toMatch(/SECRETFACE|PIXELS|Wang|jpg/);
  });

  it.each([
    ['headers in another case', part('CONTENT-DISPOSITION: form-data\r\ncontent-TYPE:  Application/JSON ', JSON.stringify(event()))],
    ['a part without headers', `--MIME_boundary\r\n\r\n${JSON.stringify(event())}\r\n`],
    ['a part that looks like the delimiter’s beginning', part('Content-Type: image/jpeg', '\r\n--MIME_boundar\r\r\n--MIME_') + eventPart()],
    ['a type of a header’s value only', part('X: content-type: image/jpeg\r\nContent-Type: application/json', JSON.stringify(event()))],
  ])('reads multipart with %s', (_name, parts) => {
    expect(post(multipart(parts), MULTIPART)).toEqual(post(event()));
  });

  it('finds any delimiter in any picture', () => {
    const boundary = fc.stringMatching(/^[0-9A-Za-z'+_.-]{1,70}$/);
    fc.assert(fc.property(boundary, fc.uint8Array({ maxLength: 300 }), (name, picture) => {
      const content = String.fromCharCode(...picture).replaceAll(`--${name}`, '');
      const body = `--${name}\r\nContent-Type: image/jpeg\r\n\r\n${content}\r\n--${name}\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(event())}\r\n--${name}--\r\n`;
      expect(post(text(body), `multipart/form-data; boundary=${name}`)).toEqual(post(event()));
    }));
  });

  it('takes a body as long as a panel’s picture makes it', () => {
    const large = part('Content-Type: image/jpeg', '\xff'.repeat(HIKVISION_BODY_BYTES - 2000));
    expect(post(multipart(eventPart(), large), MULTIPART).events).toHaveLength(1);
  });

  it('never throws, never lets a picture or a name through, whatever comes', () => {
    const body = multipart(eventPart(), picturePart);
    const payload = fc.oneof(
      fc.record({ contentType: fc.constant(MULTIPART), body: mutatedBytes([body]) }),
      fc.record({ contentType: fc.constant('application/json'), body: fc.oneof(mutatedJson([event()]), mutatedBytes([text(JSON.stringify(event()))])) }),
      fc.record({ contentType: fc.string(), body: fc.uint8Array() }),
    );
    fc.assert(fc.property(payload, (request) => {
      const decoded = decodeHikvision({ ...request, now: NOW });
      expectPlausible(decoded);
      expect(decoded.readings).toEqual([]);
      expect(JSON.stringify(decoded)).not.toMatch(/SECRETFACE|PIXELS|Wang Fang|face\.jpg/);
    }), { numRuns: MUTATIONS });
    expect(post(numbersAsText(event())).events).toEqual([]);
  });
});
