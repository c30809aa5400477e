import type { Rule } from '@liandong/protocols';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dropAlertsBefore } from '../src/alerts/alert-retention.js';
import { dropCommandsBefore } from '../src/commands/command-rows.js';
import { dropAuditBefore, insertAudit } from '../src/identity/audit-log.js';
import { Retention } from '../src/retention.js';
import { START, common, createRig, type Rig } from './rules/rig.js';

const DAY_MS = 86_400_000;
const fill: Rule = { ...common('fill'), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }], clearAt: 70 };

describe('retention of rows', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig([fill]);
    await rig.evaluator.start();
  });
  afterEach(() => rig.close());

  it('drops alerts that cleared long ago with their timelines, and never one that stands', async () => {
    for (let n = 0; n < 250; n += 1) {
      rig.directory.put(`bin-${n}`, 'waste_bin');
      await rig.send(`bin-${n}`, 'fill_level', 90, START + n);
      if (n > 0) await rig.send(`bin-${n}`, 'fill_level', 5, START + n + 1);
    }
    expect(await rig.alerts()).toHaveLength(250);
    await rig.db.updateTable('alert').set({ cleared_at: START + 10 * DAY_MS }).where('device_id', '=', 'bin-249').execute();
    await dropAlertsBefore(rig.db, START + DAY_MS);
    expect((await rig.alerts()).map(({ deviceId }) => deviceId).sort()).toEqual(['bin-0', 'bin-249']);
    const left = await rig.db.selectFrom('alert_timeline').select('alert_id').distinct().execute();
    expect(left).toHaveLength(2);
  });

  it('drops audit rows and settled commands by their age, once a day', async () => {
    const now = START + 100 * DAY_MS;
    await insertAudit(rig.db, START, Array.from({ length: 600 }, (_, n) => ({ by: 'admin', action: 'old', target: String(n) })));
    await insertAudit(rig.db, now, [{ by: 'admin', action: 'new', target: 'x' }]);
    const command = { device: 'bin-0', type: 'reset', data: null, by: 'admin', expires_at: 0, answered_at: null, error: null };
    await rig.db.insertInto('command').values([
      { ...command, id: 'old', at: START, state: 'done' }, { ...command, id: 'waits', at: START, state: 'pending' }, { ...command, id: 'new', at: now, state: 'failed' },
    ]).execute();
    const clock = { at: now, now() { return this.at; } };
    const retention = new Retention({
      telemetry: { dropBefore: async () => undefined }, changes: rig.changes, telemetryDays: 1, eventDays: 1, clock, logger: pino({ level: 'silent' }),
      rows: [{ days: 30, dropBefore: (at) => dropAuditBefore(rig.db, at) }, { days: 30, dropBefore: (at) => dropCommandsBefore(rig.db, at) }],
    });
    await retention.run();
    const actions = async () => (await rig.db.selectFrom('audit').select('action').distinct().execute()).map(({ action }) => action);
    expect(await actions()).toEqual(['new']);
    expect((await rig.db.selectFrom('command').select('id').execute()).map(({ id }) => id).sort()).toEqual(['new', 'waits']);
    await insertAudit(rig.db, START, [{ by: 'admin', action: 'restored', target: 'x' }]);
    await retention.run();
    expect(await actions()).toContain('restored');
    clock.at += DAY_MS;
    await retention.run();
    expect(await actions()).toEqual(['new']);
  });
});
