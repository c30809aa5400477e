import type { Alert, Rule } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ADMIN, START, common, createRig, type Rig } from './rig.js';
import { describeOnDatabases } from '../support/databases.js';

const fill: Rule = { ...common('fill'), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }], clearAt: 70 };

describeOnDatabases('the rule evaluator, over crashes', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig([fill]);
    rig.directory.put('bin', 'waste_bin');
    await rig.evaluator.start();
  });
  afterEach(() => rig.close());

  const batchOf = (...values: number[]) => ({ first: 1, last: values.length, records: values.map((value, index) => rig.sample('bin', { fill_level: value }, START + index)) });

  it('neither loses nor doubles when the same batch comes again', async () => {
    const batch = batchOf(81, 75, 82, 60, 90);
    batch.records[4] = { ...batch.records[4]!, at: START + 60_001 };
    await rig.evaluator.handle(batch);
    const before = await rig.alerts();
    await rig.evaluator.handle(batch);
    await rig.crash();
    expect(await rig.evaluator.position()).toBe(5);
    await rig.evaluator.handle(batch);
    await rig.evaluator.handle({ first: 4, last: 6, records: [...batch.records.slice(3), rig.sample('bin', { fill_level: 75 }, START + 6)] });
    expect(await rig.alerts()).toEqual(before);
    expect(before.map((alert) => [alert.active, alert.count])).toEqual([[true, 1], [false, 2]]);
  });

  it('reads everything anew after a failed write, and does the whole batch then', async () => {
    await rig.db.schema.alterTable('alert_timeline').renameTo('away').execute();
    await expect(rig.evaluator.handle(batchOf(81, 75, 82))).rejects.toThrow();
    expect(rig.evaluator.state()).toBe('down');
    expect(rig.published).toEqual([]);
    await rig.db.schema.alterTable('away').renameTo('alert_timeline').execute();
    await rig.evaluator.handle(batchOf(81, 75, 82));
    expect(rig.evaluator.state()).toBe('ready');
    expect(await rig.alerts()).toMatchObject([{ count: 2, active: true }]);
  });

  it('writes nothing of a memory it has given up, though a person clears an alert of it', async () => {
    await rig.rules.replace(ADMIN, 'fill', { ...fill, bands: [{ limit: 80, severity: 'warning' }, { limit: 95, severity: 'major' }], manualClear: true });
    await rig.evaluator.handle(batchOf(85));
    const worse = { first: 2, last: 2, records: [rig.sample('bin', { fill_level: 97 }, START + 1)] };
    await rig.db.schema.alterTable('alert_timeline').renameTo('away').execute();
    await expect(rig.evaluator.handle(worse)).rejects.toThrow();
    await rig.db.schema.alterTable('away').renameTo('alert_timeline').execute();
    await rig.service.clear(ADMIN, (await rig.active())[0]!.id, 'emptied');
    await rig.evaluator.tick();
    await rig.crash();
    await rig.evaluator.handle(worse);
    expect(await rig.active()).toMatchObject([{ severity: 'major' }]); // cleared was the warning
  });

  it('takes a part that breaks on what it is told for that part\'s trouble, not for a failed write', async () => {
    rig.changes.onChange(() => { throw new Error('a screen broke'); });
    await rig.evaluator.handle(batchOf(81));
    expect(rig.evaluator.state()).toBe('ready');
    expect(rig.errors.map(String)).toEqual(['Error: a screen broke']);
    await rig.evaluator.handle({ first: 2, last: 2, records: [rig.sample('bin', { fill_level: 60 }, START + 1)] });
    expect(rig.published.map(({ active }) => active)).toEqual([true, false]);
  });

  it('publishes only what is committed, with the seq that is stored', async () => {
    await rig.evaluator.handle(batchOf(81));
    expect(rig.published).toMatchObject([{ count: 1, active: true }]);
    const row = await rig.db.selectFrom('change').selectAll().executeTakeFirstOrThrow();
    expect({ ...JSON.parse(row.body) as Alert, seq: row.seq }).toEqual(rig.published[0]);
    expect((await rig.alerts())[0]).toEqual(rig.published[0]);
  });

  it('moves the position at most once a second when nothing changes', async () => {
    await rig.evaluator.handle(batchOf(10));
    expect(await rig.evaluator.position()).toBeUndefined();
    await rig.pass(1);
    expect(await rig.evaluator.position()).toBe(1);
  });

  it('knows late samples even after a restart', async () => {
    await rig.send('bin', 'fill_level', 50, START + 1_000);
    await rig.restart();
    await rig.send('bin', 'fill_level', 99, START + 500);
    expect(await rig.alerts()).toEqual([]);
  });

  it('goes on after a record that cannot be evaluated', async () => {
    const records = [{ ...rig.sample('bin', { fill_level: 90 }), get values(): never { throw new Error('boom'); } }, rig.sample('bin', { fill_level: 96 })];
    await rig.evaluator.handle({ first: 1, last: 2, records });
    expect(rig.errors).toHaveLength(1);
    expect(await rig.active()).toHaveLength(1);
  });

  it('refuses batches before start and after stop, and both calls may be repeated', async () => {
    await rig.evaluator.start();
    await rig.evaluator.stop();
    await rig.evaluator.stop();
    await expect(rig.evaluator.handle(batchOf(99))).rejects.toThrow('not running');
  });

  it.each([5, 20, 45, 70])('evaluates a long series every %d s, in batches of any size with crashes between, as in one piece', async (everyS) => {
    const series = Array.from({ length: 180 }, (_, index) => index % 60 < 30 ? 50 : index % 2 === 1 ? 85 : index % 12 === 0 ? 75 : 60);
    // Quiet for 150 s at least: a held clear, and more than a minute after it.
    const records = series.map((value, index) => ({ ...rig.sample('bin', { fill_level: value }, START + index * everyS * 1000), at: START + index * everyS * 1000 }));
    await rig.evaluator.handle({ first: 1, last: records.length, records });
    const shownOf = ({ count, active, value, isChattering, raisedAt, clearedAt }: Alert) => ({ count, active, value, isChattering, raisedAt, clearedAt });
    const whole = (await rig.alerts()).map(shownOf);
    const other = await createRig([fill]);
    try {
      other.directory.put('bin', 'waste_bin');
      await other.evaluator.start();
      for (let from = 0, turn = 0; from < records.length; turn += 1) {
        const piece = records.slice(from, from + 1 + (turn % 7));
        other.clock.at += 600; // so that quiet batches move the position now and then
        await other.evaluator.handle({ first: from + 1, last: from + piece.length, records: piece });
        if (turn % 3 === 0) await other.crash();
        from = turn % 3 === 0 ? await other.evaluator.position() ?? 0 : from + piece.length;
      }
      expect((await other.alerts()).map(shownOf)).toEqual(whole);
      expect(whole.length).toBeGreaterThanOrEqual(3);
      expect(whole.some(({ isChattering }) => isChattering === true)).toBe(everyS < 70);
    } finally {
      await other.close();
    }
  });
});
