import type { Alert } from '@liandong/protocols';

/** An active, unacknowledged major alert, with what a test cares about changed. */
export const anAlert = (changes: Partial<Alert> = {}): Alert => ({
  id: 'a1', ruleId: 'bin-fill', deviceId: 'bin-1', area: 'beiguan', kind: 'waste_bin', severity: 'major', tier: 'community', active: true, acked: false,
  raisedAt: 1000, lastAt: 1000, count: 1, message: { zh: '垃圾桶满溢', en: 'Bin full' }, seq: 1, ...changes,
});
