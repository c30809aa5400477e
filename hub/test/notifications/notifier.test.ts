import type { Alert } from '@liandong/protocols';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RELEASE_MS } from '../../src/notifications/notifier.js';
import { Retention } from '../../src/retention.js';
import { ADMIN, alertOf, cleared, createRig, webhook, START, type Rig } from './rig.js';
import { describeOnDatabases } from '../support/databases.js';

/** Nobody listens there; these tests look at the outbox only. */
const NOWHERE = 'http://127.0.0.1:9/';

describeOnDatabases('the notifier', () => {
  let rig: Rig;
  beforeEach(async () => { rig = await createRig(); });
  afterEach(() => rig.close());

  it('tells what happens to an alert from its raising to its clearing', async () => {
    await rig.start();
    await rig.addChannel(webhook(NOWHERE));
    const alert = alertOf('a');
    await rig.change(alert);
    await rig.change({ ...alert, acked: true });
    await rig.change({ ...alert, severity: 'critical' }, { ...alert, severity: 'critical', tier: 'subdistrict' });
    await rig.change(cleared({ ...alert, severity: 'critical', tier: 'subdistrict' }));
    await rig.decide();
    expect(await rig.keys()).toEqual(['a:raised:1', 'a:regraded:critical.1', 'a:escalated:subdistrict.1', 'a:cleared:1']);
    expect(rig.counts.totals()).toMatchObject({ queued: 4, withdrawn: 0 });
  });

  it('begins on a hub that runs already with what is there as known', async () => {
    await rig.change(alertOf('old'), alertOf('gone'), cleared(alertOf('gone')));
    await rig.start();
    await rig.addChannel(webhook(NOWHERE));
    await rig.change({ ...alertOf('old'), acked: true }, alertOf('new'));
    await rig.change(cleared(alertOf('old')), { ...alertOf('new'), severity: 'critical' });
    await rig.decide();
    expect(await rig.keys()).toEqual(['new:raised:1', 'new:regraded:critical.1']);
  });

  it('tells nothing again after a restart, and what happened while it was down', async () => {
    await rig.start();
    await rig.addChannel(webhook(NOWHERE));
    await rig.change(alertOf('a'), alertOf('b'));
    await rig.decide();
    await rig.restart();
    expect(await rig.keys()).toEqual(['a:raised:1', 'b:raised:1']);
    await rig.notifier.stop();
    await rig.change(cleared(alertOf('a')), alertOf('c'));
    await rig.restart();
    await rig.restart();
    expect(await rig.keys()).toEqual(['a:raised:1', 'b:raised:1', 'a:cleared:1', 'c:raised:1']);
  });

  it('writes messages, memory and position together, or none of them', async () => {
    await rig.start();
    await rig.addChannel(webhook(NOWHERE));
    await rig.db.schema.alterTable('notice_alert').renameTo('away').execute();
    await rig.change(alertOf('a'));
    await rig.decide();
    await rig.decide();
    expect([await rig.keys(), rig.errors.length]).toEqual([[], 1]);
    await rig.db.schema.alterTable('away').renameTo('notice_alert').execute();
    await rig.decide();
    expect(await rig.keys()).toEqual(['a:raised:1']);
    await rig.crash();
    expect(await rig.keys()).toEqual(['a:raised:1']);
  });

  it('reads the same changes again without telling twice, should its position be set back', async () => {
    await rig.start();
    await rig.addChannel(webhook(NOWHERE));
    const alert = alertOf('a');
    await rig.change(alert, { ...alert, severity: 'critical' }, cleared(alert), alert);
    await rig.decide();
    const keys = await rig.keys();
    await rig.notifier.stop();
    await rig.db.updateTable('reader').set({ position: 0 }).where('name', '=', 'notifier').execute();
    await rig.restart();
    expect([keys, await rig.keys()]).toEqual([['a:raised:1', 'a:regraded:critical.1', 'a:cleared:1', 'a:raised:2'], expect.arrayContaining(keys)]);
    expect(new Set(await rig.keys()).size).toBe((await rig.keys()).length);
  });

  it('tells each channel what lies in its area, and nothing to one that is switched off', async () => {
    await rig.start();
    const east = await rig.addChannel(webhook(NOWHERE, { name: 'east', area: 'east' }));
    const street = await rig.addChannel(webhook(NOWHERE, { name: 'street', area: 'street', minSeverity: 'critical' }));
    const off = await rig.addChannel(webhook(NOWHERE, { name: 'off', isEnabled: false }));
    await rig.change(alertOf('e'), alertOf('w', { area: 'west', severity: 'critical' }));
    await rig.decide();
    expect((await rig.outbox()).map(({ channel, alertId }) => [channel, alertId])).toEqual([[east.id, 'e'], [street.id, 'w']]);
    await rig.channels.patch(ADMIN, off.id, { isEnabled: true });
    await rig.change({ ...alertOf('e'), acked: true });
    await rig.decide();
    expect(await rig.outbox()).toHaveLength(2);
  });

  it('has word waiting for a channel that is switched off that what it was told of is over, and nothing else', async () => {
    await rig.start();
    const channel = await rig.addChannel(webhook(NOWHERE));
    await rig.change(alertOf('told'));
    await rig.decide();
    await rig.channels.patch(ADMIN, channel.id, { isEnabled: false });
    await rig.change(cleared(alertOf('told')), alertOf('unheard'), cleared(alertOf('unheard')), alertOf('open'));
    await rig.decide();
    expect(await rig.keys()).toEqual(['told:raised:1', 'told:cleared:1']);
    await rig.channels.patch(ADMIN, channel.id, { isEnabled: true });
    await rig.change(cleared(alertOf('open')));
    await rig.decide();
    expect(await rig.keys()).toEqual(['told:raised:1', 'told:cleared:1']);
  });

  it('says nothing of the children of a parent', async () => {
    await rig.start();
    await rig.addChannel(webhook(NOWHERE));
    const children = Array.from({ length: 40 }, (_, index) => alertOf(`child-${index}`, { groupId: 'parent' }));
    await rig.change(alertOf('parent'), ...children, ...children.map(cleared), cleared(alertOf('parent')));
    await rig.decide();
    expect(await rig.keys()).toEqual(['parent:raised:1', 'parent:cleared:1']);
  });

  it('waits a while with children that stand alone when their parent has cleared, and says nothing of those that clear meanwhile', async () => {
    await rig.start();
    await rig.addChannel(webhook(NOWHERE));
    const [back, still] = [alertOf('back'), alertOf('still')];
    await rig.change({ ...back, groupId: 'p' }, { ...still, groupId: 'p' }, back, still);
    await rig.settle();
    expect((await rig.outbox()).map(({ state, attempts, nextAt }) => [state, attempts, nextAt])).toEqual([['waiting', 0, START + RELEASE_MS], ['waiting', 0, START + RELEASE_MS]]);
    rig.clock.at += RELEASE_MS / 2;
    await rig.change(cleared(back));
    await rig.decide();
    expect((await rig.outbox()).map(({ alertId, state }) => [alertId, state])).toEqual([['back', 'withdrawn'], ['still', 'waiting']]);
    await rig.change(back);
    rig.clock.at += RELEASE_MS;
    await rig.change(cleared(still));
    await rig.decide();
    expect(await rig.keys()).toEqual(['back:raised:1', 'still:raised:1', 'back:raised:2', 'still:cleared:1']);
    expect(rig.counts.totals()).toMatchObject({ withdrawn: 1 });
  });

  it('does not take back what is about to be sent: that it is over is told after it', async () => {
    await rig.start();
    await rig.addChannel(webhook(NOWHERE));
    const alert = alertOf('a');
    await rig.change({ ...alert, groupId: 'p' }, alert);
    await rig.decide();
    rig.clock.at += RELEASE_MS - 5_000;
    await rig.change(cleared(alert));
    await rig.decide();
    expect((await rig.outbox()).map(({ event, state }) => [event, state])).toEqual([['raised', 'waiting'], ['cleared', 'waiting']]);
  });

  it('takes back what waits of this time only: that it was over before is still told', async () => {
    await rig.start();
    await rig.addChannel(webhook(NOWHERE));
    const alert = alertOf('a');
    await rig.change(alert);
    await rig.decide();
    await rig.db.updateTable('outbox').set({ state: 'sent' }).execute();
    await rig.change(cleared(alert)); // and the receiver is down
    await rig.change({ ...alert, groupId: 'p' }, alert);
    await rig.decide();
    await rig.change(cleared(alert));
    await rig.decide();
    expect((await rig.outbox()).map(({ event, state }) => [event, state])).toEqual([['raised', 'sent'], ['cleared', 'waiting'], ['raised', 'withdrawn']]);
  });

  it('tells those whose area an alert has left that it is over for them, those who see only where it went that it is there, and those who see both nothing', async () => {
    await rig.start();
    const east = await rig.addChannel(webhook(NOWHERE, { area: 'east' }));
    const west = await rig.addChannel(webhook(NOWHERE, { area: 'west' }));
    const all = await rig.addChannel(webhook(NOWHERE));
    await rig.change(alertOf('a'));
    await rig.log({ alert: cleared(alertOf('a')), movedTo: 'west' }, { alert: alertOf('a', { area: 'west' }) });
    await rig.log({ alert: alertOf('a', { area: 'west', severity: 'critical' }) });
    await rig.decide();
    const events = (channel: string) => rig.outbox().then((rows) => rows.filter((row) => row.channel === channel).map(({ event }) => event));
    expect([await events(east.id), await events(west.id), await events(all.id)]).toEqual([['raised', 'cleared'], ['raised', 'regraded'], ['raised', 'regraded']]);
    const there = alertOf('a', { area: 'west', severity: 'critical' });
    const back = alertOf('a', { severity: 'critical' });
    await rig.log({ alert: cleared(there), movedTo: 'east' }, { alert: back });
    await rig.decide();
    await rig.restart();
    await rig.log({ alert: cleared(back) });
    await rig.decide();
    expect([await events(east.id), await events(west.id), await events(all.id)]).toEqual([['raised', 'cleared', 'raised', 'cleared'], ['raised', 'regraded', 'cleared'], ['raised', 'regraded', 'cleared']]);
  });

  it('goes by how things stand when the changes in between are no longer kept', async () => {
    await rig.start();
    await rig.addChannel(webhook(NOWHERE));
    await rig.change(alertOf('a'), alertOf('b'));
    await rig.decide();
    await rig.notifier.stop();
    await rig.change(cleared(alertOf('a')), { ...alertOf('b'), severity: 'critical' }, alertOf('c'));
    await rig.changes.dropBefore(START + 1);
    await rig.restart();
    expect((await rig.keys()).slice(2).sort()).toEqual(['a:cleared:1', 'b:regraded:critical.1', 'c:raised:1']);
    await rig.change(cleared(alertOf('c')));
    await rig.decide();
    expect((await rig.keys()).at(-1)).toBe('c:cleared:1');
  });

  it('keeps the change log from being dropped before it was read, for a day', async () => {
    await rig.start();
    await rig.notifier.stop();
    await rig.change(alertOf('a'), alertOf('b'));
    const retention = new Retention({ telemetry: { dropBefore: async () => undefined }, changes: rig.changes, notifier: rig.notifier, rows: [], telemetryDays: 1, eventDays: 1, clock: rig.clock, logger: { warn() {}, info() {}, error() {}, debug() {} } as never });
    const kept = async () => (await rig.db.selectFrom('change').select('seq').execute()).length;
    rig.clock.at += 2 * 3_600_000;
    await retention.run();
    expect(await kept()).toBe(2);
    rig.clock.at += 25 * 3_600_000;
    await retention.run();
    expect(await kept()).toBe(1);
  });

  it('lets the change log go once it was read', async () => {
    await rig.start();
    await rig.change(alertOf('a'), alertOf('b'));
    await rig.decide();
    expect(rig.notifier.position()).toBe(2);
    await rig.changes.dropBefore(START + 1, rig.notifier.position());
    expect(await rig.db.selectFrom('change').select('seq').execute()).toEqual([{ seq: 2 }]);
  });

  /** Cleared before its release was due to be told, and then something more is said of the cleared alert. */
  const SAID_AGAIN = [[true, true], [true, false], [false, false], [false, false]].map(([active, held], index) => ({ alert: 0, severity: 'critical' as const, active: active === true, held: held === true, crash: index === 2 }));

  it('decides the same in pages and restarts of any size as in one piece', async () => {
    const step = fc.record({ alert: fc.integer({ min: 0, max: 4 }), severity: fc.constantFrom('critical' as const, 'major' as const, 'minor' as const), active: fc.boolean(), held: fc.boolean(), crash: fc.boolean() });
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const [whole, pieces] = [await createRig(), await createRig()];
      try {
        for (const each of [whole, pieces]) {
          await each.start();
          await each.db.deleteFrom('channel').execute();
          for (const minSeverity of ['info', 'major'] as const) await each.addChannel(webhook(NOWHERE, { minSeverity, name: minSeverity }));
        }
        const alerts = steps.map(({ alert, severity, active, held }): Alert => ({ ...alertOf(`a${alert}`, held ? { groupId: 'p' } : {}), severity, active }));
        await whole.notifier.stop();
        await whole.change(...alerts);
        await whole.restart();
        for (const [index, alert] of alerts.entries()) {
          await pieces.change(alert);
          if (steps[index]?.crash === true) await pieces.crash();
        }
        await pieces.decide();
        const told = async (each: Rig) => (await each.outbox()).map(({ key, channel, event }) => `${key.slice(channel.length)} ${event}`).sort();
        expect(await told(pieces)).toEqual(await told(whole));
        const keys = (await pieces.outbox()).map(({ key }) => key);
        expect(new Set(keys).size).toBe(keys.length);
      } finally {
        await whole.close();
        await pieces.close();
      }
    }), { numRuns: 12, examples: [[SAID_AGAIN]] });
  }, 60_000);
});
