import type { Rule } from '@liandong/protocols';
import { afterEach, expect, it, vi } from 'vitest';
import { START, common, createRig, type Rig } from './rig.js';
import { describeOnDatabases } from '../support/databases.js';

const forced: Rule = { ...common('forced', ['access_gate']), type: 'event', event: 'forced_open', count: 1, withinS: 1, clearOn: [], severity: 'critical' };
const fill: Rule = { ...common('fill'), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }], clearAt: 70 };
const FLEET = 1_200;
/** Of a small fleet all are written with one tick. */
const MOST_AT_ONCE = 500;

let rig: Rig;
afterEach(() => rig.close());

describeOnDatabases('what may be written late', () => {
  it('reaches the disk some devices at a time, all of them soon, and once', async () => {
    rig = await createRig([fill]);
    const ids = Array.from({ length: FLEET }, (_, index) => `bin-${index}`);
    for (const id of ids) rig.directory.put(id, 'waste_bin');
    await rig.evaluator.start();
    await rig.feed(...ids.map((id) => rig.sample(id, { fill_level: 50 })));
    const counts: number[] = [];
    for (let second = 0; second < 15; second += 1) {
      await rig.pass(1);
      counts.push(Number((await rig.db.selectFrom('rule_state').select((e) => e.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()).count));
    }
    const steps = counts.map((count, index) => count - (counts[index - 1] ?? 0)).filter((step) => step > 0);
    expect(steps).toEqual([MOST_AT_ONCE, MOST_AT_ONCE, FLEET - 2 * MOST_AT_ONCE]);
    expect(counts.findIndex((count) => count > 0)).toBeLessThan(10);
  });

  it('lets a critical alert by', async () => {
    rig = await createRig([fill, forced]);
    const ids = Array.from({ length: MOST_AT_ONCE }, (_, index) => `bin-${index}`);
    for (const id of ids) rig.directory.put(id, 'waste_bin');
    rig.directory.put('gate', 'access_gate');
    await rig.evaluator.start();
    await rig.feed(...ids.map((id) => rig.sample(id, { fill_level: 50 })));
    const saved = async (): Promise<number> => Number((await rig.db.selectFrom('rule_state').select((e) => e.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()).count);
    rig.clock.at += 10_000;
    const ticked = rig.evaluator.tick();
    await rig.feed(rig.event('gate', 'forced_open', 'e1'));
    expect(rig.published).toHaveLength(1);
    expect(await saved()).toBeLessThan(MOST_AT_ONCE / 2);
    await ticked;
    expect(await saved()).toBeGreaterThanOrEqual(MOST_AT_ONCE);
  });

  it('lets what is due by time be told in time, however long each of its turns takes', async () => {
    rig = await createRig([{ ...fill, onDelayS: 11 }]);
    const ids = Array.from({ length: MOST_AT_ONCE }, (_, index) => `bin-${index}`);
    for (const id of [...ids, 'full']) rig.directory.put(id, 'waste_bin');
    await rig.evaluator.start();
    await rig.feed(...ids.map((id) => rig.sample(id, { fill_level: 50 })), rig.sample('full', { fill_level: 85 }));
    const transaction = rig.db.transaction.bind(rig.db);
    const slow = vi.spyOn(rig.db, 'transaction').mockImplementation(() => {
      rig.clock.at += 400;
      return transaction();
    });
    rig.clock.at += 10_000;
    while (rig.published.length === 0) await rig.evaluator.tick(); // one after the other, as each takes all of its second
    expect(rig.clock.at - START - 11_000).toBeLessThan(1_500);
    for (let second = 0; second < 10; second += 1) await rig.evaluator.tick();
    slow.mockRestore();
    const rows = await rig.db.selectFrom('rule_state').select('device_id').where('rule_id', '=', ':sightings').execute();
    expect(rows).toHaveLength(MOST_AT_ONCE + 1);
  });
});
