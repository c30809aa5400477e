import type { DeviceDirectory } from '../devices/types.js';
import type { JournalHandler } from '../journal/types.js';
import type { LatestValueStore } from './latest-values.js';

/**
 * Reader of the journal that keeps the latest values; the feed sends what it marks as changed.
 * Records of a device that has been removed are skipped, which bounds the memory by the directory.
 */
export function createLiveReader({ latest, directory }: { latest: LatestValueStore; directory: DeviceDirectory }): JournalHandler {
  return {
    name: 'live',
    maxRecords: 5_000,
    async handle({ records }) {
      for (const record of records) {
        if (record.type === 'telemetry' && directory.get(record.device) !== undefined) latest.update(record);
      }
    },
  };
}
