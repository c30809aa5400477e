import type { Rule } from '@liandong/protocols';
import { afterEach, expect, it, vi } from 'vitest';
import { begin, rig } from './one-of-each.js';
import { common } from './rig.js';
import { fill } from './sample-rules.js';
import { describeOnDatabases } from '../support/databases.js';

const silence: Rule = { ...common('silence'), type: 'silence', intervals: 3, severity: 'warning' };

describeOnDatabases('silence, in a tick of many turns', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
  const raisedOfQuiet = () => rig.published.filter(({ ruleId, deviceId }) => ruleId === 'silence' && deviceId === 'quiet');

  /** The next tick raises 300 alerts, in turns; device `quiet` was last heard 144 s before it, and is silent after 180. */
  async function aboutToRaise(): Promise<void> {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await begin(silence, { ...fill, onDelayS: 30 });
    const bins = Array.from({ length: 300 }, (_, index) => `bin-${index}`);
    for (const id of bins) rig.directory.put(id, 'waste_bin');
    rig.directory.put('quiet', 'waste_bin', { area: 'west' });
    await rig.send('quiet', 'rssi', -70);
    await rig.pass(110);
    await rig.feed(...bins.map((id) => rig.sample(id, { fill_level: 90 })));
    await rig.pass(29);
    rig.clock.at += 5_000;
  }
  /** Does it once, when the first of its turns has been told of. */
  function inATurnBetween(act: () => void): void {
    const stop = rig.changes.onChange(() => {
      stop();
      act();
    });
  }

  /** What was not heard in a time that doesn't count is silent when a window of 180 s has passed since. */
  async function expectAfterAWholeWindow(): Promise<void> {
    await rig.pass(170);
    expect(raisedOfQuiet()).toEqual([]);
    await rig.pass(20);
    expect(raisedOfQuiet()).toHaveLength(1);
  }

  it('is not of a time in which the database failed', async () => {
    await aboutToRaise();
    let failed: Promise<void> | undefined;
    inATurnBetween(() => {
      vi.spyOn(rig.db, 'transaction').mockImplementationOnce(() => {
        rig.clock.at += 40_000;
        throw new Error('the database is away');
      });
      failed = rig.send('bin-299', 'fill_level', 10);
      failed.catch(() => undefined);
    });
    await rig.evaluator.tick();
    await expect(failed).rejects.toThrow('away');
    await expectAfterAWholeWindow();
  });

  it('is not of a time in which the hub stood still', async () => {
    await aboutToRaise();
    inATurnBetween(() => { rig.clock.at += 40_000; });
    await rig.evaluator.tick();
    await expectAfterAWholeWindow();
  });

  it('is found when it is due, however long all of its turns took', async () => {
    await aboutToRaise();
    const transaction = rig.db.transaction.bind(rig.db);
    const spy = vi.spyOn(rig.db, 'transaction').mockImplementation(() => {
      rig.clock.at += 4_000;
      return transaction();
    });
    await rig.evaluator.tick();
    expect(spy.mock.calls.length).toBeGreaterThanOrEqual(3);
    spy.mockRestore();
    await rig.pass(30);
    expect(raisedOfQuiet()).toHaveLength(1);
  });
});
