/** What a panel's event code means to us. */
export interface HikvisionMeaning { readonly type: string; readonly method?: string; readonly reason?: string }

const card = 'card', face = 'face', fingerprint = 'fingerprint', password = 'password', qr = 'qr';
const granted = (method?: string): HikvisionMeaning => method === undefined ? { type: 'granted' } : { type: 'granted', method };
const denied = (reason: string, method?: string): HikvisionMeaning => ({ type: 'denied', reason, ...(method === undefined ? {} : { method }) });
const failed = (method: string): HikvisionMeaning => denied('verification_failed', method);
const timedOut = (method: string): HikvisionMeaning => denied('timeout', method);
const fault = (reason: string): HikvisionMeaning => ({ type: 'fault', reason });
const tamper = (reason: string): HikvisionMeaning => ({ type: 'tamper', reason });

/**
 * By `majorEventType`, then `subEventType`. Source: Hikvision Device Network SDK (Card-Based Access Control) Developer Guide, "Access Control Event
 * Types"; the ISAPI numbers are the same. A code that is not here is not read: a wrong guess at a door is worse than none. The lock (0x15, 0x16) and
 * the leaf (0x19, 0x1a) are different things, so an unlocked door is not an opened one.
 */
const MEANINGS: Readonly<Record<number, Readonly<Record<number, HikvisionMeaning>>>> = {
  // Alarms
  1: {
    0x404: tamper('host'), 0x406: tamper('card_reader'), 0x40a: { type: 'duress' }, 0x40f: tamper('door_control_unit'),
    0x41e: tamper('distributed_controller'), 0x422: tamper('lane_controller'),
  },
  // Operations
  3: { 0x400: granted('remote') },
  // Events
  5: {
    0x01: granted(card), 0x02: granted(card), 0x10: granted(), 0x26: granted(fingerprint), 0x28: granted(card), 0x2b: granted(card), 0x2e: granted(fingerprint),
    0x36: granted(face), 0x39: granted(face), 0x3c: granted(face), 0x3f: granted(face), 0x42: granted(face), 0x45: granted(fingerprint), 0x48: granted(fingerprint),
    0x4b: granted(face), 0x4d: granted(face), 0x65: granted(password), 0x69: granted(card), 0x9c: granted(qr), 0xb5: granted(password),
    0x17: granted('button'),

    0x03: failed(card), 0x04: timedOut(card), 0x05: denied('too_many_tries', card), 0x06: denied('no_permission', card), 0x07: denied('outside_hours', card),
    0x08: denied('expired', card), 0x09: denied('unknown_card', card), 0x0a: denied('anti_passback'), 0x0b: denied('interlock'), 0x0c: denied('not_in_group'),
    0x0d: denied('outside_hours'), 0x0e: failed(password), 0x0f: denied('no_remote_permission'), 0x24: denied('timeout'),
    0x27: failed(fingerprint), 0x29: failed(card), 0x2a: timedOut(card), 0x2c: failed(card), 0x2d: timedOut(card), 0x2f: failed(fingerprint),
    0x30: timedOut(fingerprint), 0x31: denied('unknown_fingerprint', fingerprint),
    0x37: failed(face), 0x38: timedOut(face), 0x3a: failed(face), 0x3b: timedOut(face), 0x3d: failed(face), 0x3e: timedOut(face), 0x40: failed(face), 0x41: timedOut(face),
    0x43: failed(face), 0x44: timedOut(face), 0x46: failed(fingerprint), 0x47: timedOut(fingerprint), 0x49: failed(fingerprint), 0x4a: timedOut(fingerprint),
    0x4c: failed(face), 0x4e: failed(face), 0x4f: timedOut(face), 0x50: denied('unknown_face', face),
    0x66: failed(password), 0x67: timedOut(password), 0x70: failed(card), 0x71: denied('blocklisted'), 0x9d: failed(qr),

    0x15: { type: 'unlocked' }, 0x16: { type: 'locked' }, 0x19: { type: 'door_opened' }, 0x1a: { type: 'door_closed' },
    0x1b: { type: 'forced_open' }, 0x1c: { type: 'held_open' },

    0x53: fault('lock_input'), 0x54: fault('lock_input'), 0x55: fault('lock_input'), 0x56: fault('door_contact'), 0x57: fault('door_contact'), 0x58: fault('door_contact'),
    0x59: fault('exit_button'), 0x5a: fault('exit_button'), 0x5b: fault('exit_button'), 0x5c: fault('unlocking'), 0x5d: fault('unlocking_timeout'),
  },
};

/** Undefined: a code we do not read. */
export function hikvisionMeaning(major: unknown, sub: unknown): HikvisionMeaning | undefined {
  return typeof major === 'number' && typeof sub === 'number' ? MEANINGS[major]?.[sub] : undefined;
}

const MODES: ReadonlyMap<string, string> = new Map([['card', card], ['face', face], ['fp', fingerprint], ['fingerPrint', fingerprint], ['pw', password], ['password', password], ['qrcode', qr], ['QRCode', qr]]);

/** `currentVerifyMode` is what the reader is set to; only when it allows one thing does it say what was used. */
export const methodOfMode = (mode: unknown): string | undefined => typeof mode === 'string' ? MODES.get(mode) : undefined;
