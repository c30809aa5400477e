import type { Alert, EpochMs, Rule } from '@liandong/protocols';
import type { Db } from '../../src/database/database.js';
import { createAlertIntake } from '../../src/edges/alert-intake.js';
import { createBackInService } from '../../src/edges/back-in-service.js';
import { createEdgeAlertWriter } from '../../src/edges/edge-alert-writer.js';
import { common, type Rig } from '../rules/rig.js';

/** A rule that edges evaluate. */
export const FIRE: Rule = { ...common('fire'), local: true, type: 'threshold', metric: 'temperature', direction: 'above', bands: [{ limit: 60, severity: 'critical' }], clearAt: 50 };

/** Its alert, as the edge has it. */
export const fireAlert = (raisedAt: EpochMs): Alert => ({
  id: 'edge-alert-1', ruleId: 'fire', deviceId: 'bin-1', area: 'east', kind: 'waste_bin', severity: 'critical', tier: 'community', active: true, acked: false, raisedAt, lastAt: raisedAt,
  count: 1, value: 75, threshold: 60, message: { zh: '火', en: 'fire' }, seq: 1,
});

/** What the hub has for alerts of edges, over the rig's parts as they are now. `db`: another way to its database. */
export function createEdgeSide(rig: Rig, db: Db = rig.db) {
  const { clock, changes, activeAlerts, clocks, outOfService, directory, evaluator, areas } = rig;
  const writer = createEdgeAlertWriter({ db, clock, changes, activeAlerts, clocks, outOfService, adopt: (active) => { evaluator.adopt(active); } });
  return {
    intake: createAlertIntake({ writer, clocks, directory, areas }),
    back: createBackInService({ db, clock, directory, outOfService, writer, onError: (error) => { rig.errors.push(error); } }),
  };
}
