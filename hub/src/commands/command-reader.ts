import type { ReplyRecord } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { WritableDeviceDirectory } from '../devices/device-directory.js';
import type { ChangeLog } from '../changes/change-log.js';
import { insertAudit } from '../identity/audit-log.js';
import type { JournalHandler } from '../journal/types.js';
import type { CommandRow } from './command-rows.js';
import { twinOf } from './command-service.js';
import { mergeTwin } from './twin.js';

export interface CommandReaderDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly directory: WritableDeviceDirectory;
  readonly changes: ChangeLog;
}

/**
 * Reader of the journal that settles commands by their replies. The first reply counts, a redelivered one changes nothing, and one of
 * another device is none. A reply that was received in time counts even when this reader comes to it late, after the time-out was noted.
 */
export function createCommandReader({ db, clock, directory, changes }: CommandReaderDependencies): JournalHandler {
  async function settle({ id, device, at, ok, error }: ReplyRecord): Promise<void> {
    const settled = await db.transaction().execute(async (trx) => {
      const row = await trx.updateTable('command').set({ state: ok ? 'done' : 'failed', answered_at: at, error: error ?? null })
        .where('id', '=', id).where('device', '=', device).where('state', 'in', ['pending', 'timed_out']).where('answered_at', 'is', null).where('expires_at', '>=', at)
        .returningAll().executeTakeFirst();
      if (row === undefined) return undefined;
      await insertAudit(trx, clock.now(), [{ by: device, action: ok ? 'command.done' : 'command.failed', target: device, detail: `${row.type}, ${id}${error === undefined ? '' : `: ${error}`}` }]);
      return ok && row.type === 'set_interval' ? applyInterval(row) : { publish: () => undefined };

      /** Silence is judged by the pace that the device now keeps. */
      async function applyInterval(command: CommandRow) {
        const facts = twinOf(command);
        await mergeTwin(trx, device, 'reported', facts);
        await trx.updateTable('device').set({ reporting_interval_s: facts.reportingIntervalS }).where('id', '=', device).execute();
        const entry = directory.get(device);
        if (entry === undefined) return { publish: () => undefined };
        const change = await changes.recordDevice(trx, { ...entry.device, reportingIntervalS: facts.reportingIntervalS });
        return {
          publish: () => {
            const now = directory.get(device) ?? entry;
            directory.put({ ...now, device: { ...now.device, reportingIntervalS: facts.reportingIntervalS } });
            changes.publish([change]);
          },
        };
      }
    });
    settled?.publish();
  }

  return {
    name: 'commands',
    maxRecords: 5_000,
    // A person waits for the answer, but hardly a record is a reply: each of hundreds of batches a second is not to be looked through by itself.
    lingerMs: 200,
    async handle({ records }) {
      for (const record of records) if (record.type === 'reply') await settle(record);
    },
  };
}
