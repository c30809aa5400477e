import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Alert, Area, Channel, NewChannel, Notification } from '@liandong/protocols';
import { saveAlert } from '../../src/alerts/alert-rows.js';
import { AreaTree } from '../../src/areas/area-tree.js';
import { createChangeLog, type Change } from '../../src/changes/change-log.js';
import type { Principal } from '../../src/identity/principal.js';
import type { SmtpSettings } from '../../src/notifications/email-delivery.js';
import { createNotifications } from '../../src/notifications/notifications.js';
import type { Resolve } from '../../src/notifications/safe-address.js';
import { openTestDatabase } from '../support/databases.js';
import { rethrow } from '../support/rethrow.js';

/** 2026-11-02 10:00 at UTC+8. */
export const START = Date.UTC(2026, 10, 2, 2);
export const ADMIN: Principal = { name: 'admin', role: 'admin', area: undefined };
const AREAS: Area[] = [
  { id: 'city', level: 'city', name: '市' }, { id: 'street', level: 'subdistrict', parent: 'city', name: '街道' },
  { id: 'east', level: 'community', parent: 'street', name: '东社区', nameEn: 'East' }, { id: 'west', level: 'community', parent: 'street', name: '西社区' },
];

export const alertOf = (id: string, more: Partial<Alert> = {}): Alert => ({
  id, ruleId: 'bin-full', deviceId: `device-${id}`, area: 'east', kind: 'waste_bin', severity: 'major', tier: 'community', active: true, acked: false,
  raisedAt: START, lastAt: START, count: 1, value: 96, threshold: 95, message: { zh: `${id} 满溢`, en: `${id} is full` }, seq: 0, ...more,
});
/** A failure by its English words; it has Chinese ones too. */
export const inEnglish = (en: string): unknown => ({ en, zh: expect.stringMatching(/[\u4e00-\u9fff]/) as string });
export const cleared = (alert: Alert): Alert => ({ ...alert, active: false, clearedAt: START });
export const EVERYTHING = { minSeverity: 'info', tiers: ['community', 'subdistrict', 'city'], events: ['raised', 'regraded', 'escalated', 'cleared'], lang: 'zh', isEnabled: true } as const;
export const webhook = (url: string, more: Partial<NewChannel> = {}): NewChannel =>
  ({ type: 'webhook', name: 'hook', ...EVERYTHING, tiers: [...EVERYTHING.tiers], events: [...EVERYTHING.events], url, allowPrivate: true, ...more });

/** Everything from the change log to the sockets, over a real database, with a clock that stands still until it is moved. */
export async function createRig({ smtp, publicUrl, resolve, postMs = 500 }: { smtp?: SmtpSettings; publicUrl?: string; resolve?: Resolve; postMs?: number } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'liandong-notifications-'));
  const clock = { at: START, now: () => clock.at };
  const areas = new AreaTree(rethrow);
  AREAS.forEach((area) => areas.put(area));
  const errors: unknown[] = [];
  let parts = await open();
  await parts.db.insertInto('area').values(AREAS.map(({ id, level, name }) => ({ id, level, name }))).execute();

  async function open() {
    const db = await openTestDatabase(folder);
    const changes = createChangeLog({ db, clock, onError: (error) => { throw error; } });
    const notifications = createNotifications({
      db, clock, changes, areas, smtp, publicUrl, postMs, random: () => 0.5, directory: { get: () => undefined },
      logger: { error: (line: unknown) => { errors.push(line); } }, ...(resolve === undefined ? {} : { resolve }),
    });
    return { db, changes, ...notifications };
  }

  const rig = {
    clock, areas, errors,
    get db() { return parts.db; }, get changes() { return parts.changes; }, get notifier() { return parts.notifier; }, get sender() { return parts.sender; }, get channels() { return parts.channels; }, get counts() { return parts.counts; },
    async start(): Promise<void> {
      await parts.sender.start();
      await parts.notifier.start();
      await parts.notifier.catchUp();
    },
    addChannel: (channel: NewChannel): Promise<Channel> => parts.channels.create(ADMIN, channel),
    /** Writes alerts and their changes as the rules do, in one transaction, and tells of them. */
    async change(...alerts: Alert[]): Promise<void> {
      await rig.log(...alerts.map((alert) => ({ alert })));
    },
    async log(...changed: { alert: Alert; movedTo?: string }[]): Promise<void> {
      const { db, changes } = parts;
      const published = await db.transaction().execute(async (trx) => {
        const written: Change[] = [];
        for (const { alert, movedTo } of changed) {
          const stamped = await changes.recordAlert(trx, alert, movedTo);
          if (movedTo === undefined) await saveAlert(trx, stamped);
          written.push({ seq: stamped.seq, area: alert.area, kind: 'alert', alert: stamped, ...(movedTo === undefined ? {} : { movedTo }) });
        }
        return written;
      });
      changes.publish(published);
    },
    /** Decides about everything so far, without sending. */
    decide: (): Promise<void> => parts.notifier.catchUp(),
    /** Decides and sends what is due, until nothing is left to do now. */
    async settle(): Promise<void> {
      await parts.notifier.catchUp();
      await parts.sender.tick();
      await parts.sender.idle();
    },
    /** Lets time pass in steps and settles after each. */
    async pass(ms: number, step: number): Promise<void> {
      for (let passed = 0; passed < ms; passed += step) {
        clock.at += step;
        await rig.settle();
      }
    },
    /** The outbox, oldest first. */
    async outbox(): Promise<Notification[]> {
      return (await parts.channels.notifications(ADMIN, { limit: 1000 })).data.reverse();
    },
    keys: async (): Promise<string[]> => (await rig.outbox()).map(({ key, channel }) => key.slice(channel.length + 1)),
    /** As after kill -9: what was not committed is gone. */
    async crash(): Promise<void> {
      await parts.db.destroy();
      await parts.notifier.stop().catch(() => undefined); // the database is gone, as it would be
      await parts.sender.stop();
      errors.length = 0;
      parts = await open();
      await rig.start();
    },
    async restart(): Promise<void> {
      await parts.notifier.stop();
      await parts.sender.stop();
      await parts.db.destroy();
      parts = await open();
      await rig.start();
    },
    async close(): Promise<void> {
      await parts.notifier.stop().catch(() => undefined); // of a test that closed its database itself
      await parts.sender.stop();
      await parts.db.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return rig;
}
export type Rig = Awaited<ReturnType<typeof createRig>>;
