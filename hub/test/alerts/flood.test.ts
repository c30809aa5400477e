import type { Alert, Rule } from '@liandong/protocols';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFloodWatch, type FloodWatch } from '../../src/alerts/flood.js';
import type { Change } from '../../src/changes/change-log.js';
import { ADMIN, START, common, createRig, type Rig } from '../rules/rig.js';
import { describeOnDatabases } from '../support/databases.js';
import { rethrow } from '../support/rethrow.js';

const fill: Rule = { ...common('fill'), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'warning' }], clearAt: 70 };
const silent: Rule = { ...common('silent', ['env_sensor']), type: 'silence', intervals: 3, severity: 'minor' };

let rig: Rig;
let flood: FloodWatch;
let operators = 1;
const watch = (): FloodWatch => createFloodWatch({ db: rig.db, clock: rig.clock, areas: rig.areas, changes: rig.changes, operators: () => operators, ...rethrow });
beforeEach(async () => {
  operators = 1;
  rig = await createRig([fill, silent]);
  for (let index = 0; index < 40; index += 1) rig.directory.put(`bin-${index}`, 'waste_bin');
  await rig.evaluator.start();
  flood = watch();
  await flood.start();
  await flood.start();
});
afterEach(async () => {
  await flood.stop();
  await flood.stop();
  await rig.close();
});

const raise = async (from: number, to: number): Promise<void> => {
  for (let index = from; index < to; index += 1) await rig.send(`bin-${index}`, 'fill_level', 90);
};

describeOnDatabases('a flood', () => {
  it('begins with the eleventh new alert in ten minutes, and ends when fewer than five are new', async () => {
    await raise(0, 10);
    expect(flood.states()).toEqual([{ area: 'street', alerts: 10, since: undefined }]);
    rig.clock.at += 60_000;
    await raise(10, 11);
    expect(flood.states()).toEqual([{ area: 'street', alerts: 11, since: START + 60_000 }]);
    rig.clock.at += 60_000;
    await raise(11, 16);
    rig.clock.at = START + 600_000; // the first ten are past
    expect(flood.states()).toEqual([{ area: 'street', alerts: 6, since: START + 60_000 }]);
    await rig.service.ack(ADMIN, (await rig.active())[0]!.id); // no news
    rig.clock.at = START + 660_000;
    expect(flood.states()).toEqual([{ area: 'street', alerts: 5, since: START + 60_000 }]);
    rig.clock.at = START + 720_000;
    expect(flood.states()).toEqual([]);
  });

  it('takes as many more as there are operators', async () => {
    operators = 2;
    await raise(0, 20);
    expect(flood.states()).toMatchObject([{ alerts: 20, since: undefined }]);
    await raise(20, 21);
    expect(flood.states()).toMatchObject([{ alerts: 21, since: START }]);
  });

  it('counts what stands for itself: an outage of forty devices is one alert', async () => {
    for (let index = 0; index < 40; index += 1) rig.directory.put(`env-${index}`, 'env_sensor');
    await rig.feed(...Array.from({ length: 40 }, (_, index) => rig.sample(`env-${index}`, { rssi: -70 })));
    await rig.pass(181);
    expect(await rig.active()).toHaveLength(41);
    expect(flood.states()).toMatchObject([{ alerts: 1, since: undefined }]);
  });

  it('is not made of one alert that comes back, nor of one that is born shelved', async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      rig.clock.at += 5_000;
      await rig.send('bin-0', 'fill_level', turn % 2 === 0 ? 90 : 10);
    }
    expect(flood.states()).toMatchObject([{ alerts: 1 }]);
    const [alert] = await rig.alerts();
    await rig.send('bin-0', 'fill_level', 90, rig.clock.at + 1);
    await rig.service.shelve(ADMIN, alert!.id, { durationS: 3600, reason: 'x' });
    await rig.send('bin-0', 'fill_level', 10, rig.clock.at + 2);
    await rig.pass(200);
    await rig.send('bin-0', 'fill_level', 90);
    expect(await rig.alerts()).toHaveLength(2);
    expect(flood.states()).toMatchObject([{ alerts: 1 }]);
  });

  it('no longer counts what turns out to have a cause', async () => {
    await raise(0, 12);
    const [parent, ...children] = await rig.active();
    expect(flood.states()).toMatchObject([{ alerts: 12, since: START }]);
    for (const { id } of children.slice(0, 4)) await rig.writer.write(id, () => ({ step: 'grouped', detail: { alertId: parent!.id } }));
    for (const { id } of children.slice(4, 8)) await rig.writer.write(id, () => ({ step: 'inhibited', detail: { alertId: parent!.id } }));
    expect(flood.states()).toEqual([{ area: 'street', alerts: 4, since: undefined }]);
  });

  it('lasts no longer for a step back of the hub\'s clock', async () => {
    await raise(0, 11);
    rig.clock.at = START - 3_600_000;
    expect(flood.states()).toEqual([{ area: 'street', alerts: 11, since: rig.clock.at }]);
    rig.clock.at += 300_000;
    await rig.service.ack(ADMIN, (await rig.active())[0]!.id); // told of again, it is no newer
    rig.clock.at += 299_999;
    expect(flood.states()).toMatchObject([{ alerts: 11 }]);
    rig.clock.at += 1;
    expect(flood.states()).toEqual([]);
  });

  it('counts each alert once when the hub\'s clock was ahead for a while, whatever becomes of it later', async () => {
    const ackAll = async (devices: readonly string[]): Promise<void> => {
      for (const { id, deviceId } of await rig.active()) if (devices.includes(deviceId!)) await rig.service.ack(ADMIN, id);
    };
    await raise(0, 6);
    rig.clock.at = START + 3_600_000;
    expect(flood.states()).toEqual([]);
    await raise(6, 8);
    expect(flood.states()).toMatchObject([{ alerts: 2 }]);
    rig.clock.at = START + 10_000;
    await ackAll(['bin-0', 'bin-6']);
    await expect.poll(() => flood.states()).toMatchObject([{ alerts: 8 }]);
    rig.clock.at = START + 600_000; // the first six are past
    await ackAll(['bin-1']);
    expect(flood.states()).toMatchObject([{ alerts: 2 }]);
    rig.clock.at = START + 610_000; // those that were raised ahead count from the step back
    expect(flood.states()).toEqual([]);
    await ackAll(['bin-7']);
    expect(flood.states()).toEqual([]);
    rig.clock.at = START + 3_601_000; // the clock comes there again
    for (const { id } of await rig.active()) await rig.service.comment(ADMIN, id, 'x');
    expect(flood.states()).toEqual([]);
  });

  it('is known again after a restart', async () => {
    await raise(0, 15);
    await flood.stop();
    expect(flood.states()).toEqual([]);
    flood = watch();
    await flood.start();
    expect(flood.states()).toMatchObject([{ area: 'street', alerts: 15, since: START }]);
  });

  it('is counted up to 10,000, and at no time beyond', async () => {
    await raise(0, 1);
    const [alert] = rig.published as [Alert]; // of the one that was raised
    let tell: (change: Change) => void = () => undefined;
    const storm = createFloodWatch({ db: rig.db, clock: rig.clock, areas: rig.areas, changes: { onChange: (listener) => { tell = listener; return () => undefined; } }, ...rethrow });
    await storm.start();
    let most = 0;
    for (let n = 0; n < 11_500; n += 1) {
      tell({ kind: 'alert', seq: n, alert: { ...alert, id: `storm-${n}` } } as Change); // as the change log tells of one
      if (n >= 9_000 && n % 50 === 0) most = Math.max(most, storm.states()[0]?.alerts ?? 0);
    }
    expect(most).toBeGreaterThan(9_900);
    expect(most).toBeLessThanOrEqual(10_000);
    expect(storm.states()).toMatchObject([{ since: START }]);
    await storm.stop();
  });

  it('drops nothing', async () => {
    await raise(0, 40);
    expect(await rig.active()).toHaveLength(40);
    expect(rig.published).toHaveLength(40);
  });
});
