import type { Rule } from '@liandong/protocols';
import { afterEach, expect } from 'vitest';
import { createRig, type Rig } from './rig.js';

/** Of the test that runs, from `begin` on. */
export let rig: Rig;

/** A rig with these rules that runs, with a bin, a sensor and a gate. It is closed after the test, and may have met no error by then. */
export async function begin(...rules: Rule[]): Promise<void> {
  rig = await createRig(rules);
  rig.directory.put('bin', 'waste_bin');
  rig.directory.put('env', 'env_sensor');
  rig.directory.put('gate', 'access_gate');
  await rig.evaluator.start();
}

afterEach(async () => {
  expect(rig.errors).toEqual([]);
  await rig.close();
});
