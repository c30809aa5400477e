import type { Rule } from '@liandong/protocols';
import { afterEach, expect, it } from 'vitest';
import { common, createRig, type Rig } from './rig.js';
import { describeOnDatabases } from '../support/databases.js';

const fill: Rule = { ...common('fill'), type: 'threshold', metric: 'fill_level', direction: 'above', bands: [{ limit: 80, severity: 'major' }], clearAt: 70 };
const silence: Rule = { ...common('silence'), type: 'silence', intervals: 3, severity: 'minor' };

let rig: Rig;
afterEach(async () => { await rig.close(); });

describeOnDatabases('a device that is not accepted', () => {
  it('raises nothing, and what it sends once it is accepted counts', async () => {
    rig = await createRig([fill, silence]);
    rig.directory.put('bin', 'waste_bin', { accepted: false });
    await rig.evaluator.start();
    await rig.send('bin', 'fill_level', 96);
    await rig.pass(400);
    expect(await rig.alerts()).toEqual([]);
    rig.directory.put('bin', 'waste_bin');
    await rig.pass(100); // a whole window of silence begins with the acceptance
    expect(await rig.alerts()).toEqual([]);
    await rig.send('bin', 'fill_level', 97);
    expect(await rig.active()).toMatchObject([{ ruleId: 'fill', deviceId: 'bin' }]);
  });

  it('loses its alerts when it is claimed anew, also over a restart', async () => {
    rig = await createRig([fill]);
    rig.directory.put('bin', 'waste_bin');
    rig.directory.put('bin-2', 'waste_bin');
    await rig.evaluator.start();
    await rig.feed(rig.sample('bin', { fill_level: 96 }), rig.sample('bin-2', { fill_level: 96 }));
    rig.directory.put('bin', 'waste_bin', { accepted: false });
    await rig.pass(1);
    expect((await rig.active()).map(({ deviceId }) => deviceId)).toEqual(['bin-2']);
    rig.directory.put('bin-2', 'waste_bin', { accepted: false });
    await rig.restart();
    expect(await rig.active()).toEqual([]);
  });
});
