import type { DeviceId, EpochMs } from '@liandong/protocols';
import type { JournalHandler } from '../journal/types.js';
import type { PresenceSink } from './types.js';

/**
 * Reader of the journal that knows a device by what it sends: anything but "I am going" is a sighting.
 * Presence decides as it is called and writes afterwards, so nothing is waited for in between: ten thousand devices that come back
 * together share a few transactions instead of having one each.
 */
export function createPresenceReader({ presence }: { presence: PresenceSink }): JournalHandler {
  return {
    name: 'presence',
    maxRecords: 5_000,
    lingerMs: 250,
    async handle({ records }) {
      const sightings = new Map<DeviceId, EpochMs>();
      const written: Promise<void>[] = [];
      for (const record of records) {
        if (record.type === 'alert') continue;
        if (record.type !== 'status') {
          sightings.set(record.device, record.at);
          continue;
        }
        // What came before the status counts before it.
        const before = sightings.get(record.device);
        if (before !== undefined) written.push(presence.seen(new Map([[record.device, before]])));
        sightings.delete(record.device);
        written.push(presence.setStatus(record.device, record.online ? 'online' : 'offline', record.at));
      }
      if (sightings.size > 0) written.push(presence.seen(sightings));
      await Promise.all(written);
    },
  };
}
