import { decodeHikvision } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { DeviceEntry } from '../devices/types.js';
import type { Ingest } from '../ingest/ingest.js';
import type { JournalWriter } from '../journal/types.js';
import { AppError } from '../problem.js';

export interface HikvisionPosted { readonly device: DeviceEntry; readonly path: string; readonly contentType: string; readonly body: Buffer }

/** Takes what a panel posts. Resolves when it is on disk, or refused and counted: the panel would send it for ever. Throws STORE_UNAVAILABLE. */
export type HikvisionIntake = (posted: HikvisionPosted) => Promise<void>;

export function createHikvisionIntake({ ingest, journal, clock }: { ingest: Ingest; journal: Pick<JournalWriter, 'isFull'>; clock: Clock }): HikvisionIntake {
  return async ({ device, path, contentType, body }) => {
    if (journal.isFull) throw new AppError('STORE_UNAVAILABLE', 'Send it again in a minute.');
    const decoded = decodeHikvision({ contentType, body, now: clock.now() });
    // Of a post that may hold a picture nothing is shown.
    const payload = /^\s*application\/json/i.test(contentType) ? body : new Uint8Array();
    await new Promise<void>((resolve) => ingest.accept({ topic: path, payload, messageId: 0, isRedelivery: false, speaker: device }, { device, decoded }, resolve));
  };
}
