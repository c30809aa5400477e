import type { Alert, EpochMs } from '@liandong/protocols';
import type { AlertClocks } from '../alerts/alert-clocks.js';
import type { Merged } from './alert-merge.js';

/** What the hub had of an alert before; `isWithheld`: it was active at its edge then, and not here only because its device is out of service. */
export interface Known { readonly before: Alert | undefined; readonly isWithheld: boolean }
export interface Service {
  /** Why the device is out of service; undefined when it is in service. */
  readonly why: string | undefined;
  readonly at: EpochMs; readonly clocks: AlertClocks;
}
/** As it is from now on, and whether it is withheld. */
export interface Placed { readonly merged: Merged; readonly isWithheld: boolean }

/** The alert as its edge has it, though it is withheld here. */
export function standing(withheld: Alert): Alert {
  const alert: Alert = { ...withheld, active: true };
  delete alert.clearedAt;
  delete alert.endedBy;
  return alert;
}

/**
 * What stands at the edge is active here while the device is in service. Out of service it is known, with all that people said of it there, and neither active nor told to anybody; what still stands when that is over
 * is told then. `merged`: as the edge has it.
 */
export function inService(merged: Merged, known: Known, service: Service): Placed {
  if (!merged.alert.active) return { merged: over(merged, known), isWithheld: false };
  if (service.why !== undefined) return { merged: withheld(merged, known, { ...service, why: service.why }), isWithheld: true };
  return { merged: known.isWithheld ? toldAgain(merged, known, service) : merged, isWithheld: false };
}

/** What came and went without anybody being told stays so, and what people saw end with the service of its device has not come back to them for having recovered since. */
function over({ alert, entries }: Merged, { before, isWithheld }: Known): Merged {
  if (!isWithheld || before === undefined) return { alert, entries };
  const { endedBy } = before;
  return { alert: { ...alert, ...(endedBy === undefined ? {} : { endedBy }), ...(before.isWithheld === true ? { isWithheld: true } : {}) }, entries };
}

function withheld({ alert: told, entries }: Merged, { before, isWithheld }: Known, { why, at }: Service & { why: string }): Merged {
  const isStill = isWithheld && !entries.some(({ change }) => change === 'reraised');
  const alert: Alert = { ...told, active: false, clearedAt: isStill ? before?.clearedAt ?? at : at, endedBy: 'out-of-service' };
  delete alert.clock;
  // What was on screens before is seen to end there; otherwise nobody knows of it.
  if (before === undefined || before.isWithheld === true) alert.isWithheld = true;
  return { alert, entries: isStill ? entries : [...entries, { at, change: 'cleared', endedBy: 'out-of-service', note: why }] };
}

/** It is the same alert: since when it stands, how often it came and who has acknowledged it stay. Its clock starts now, as nobody could act before. */
function toldAgain({ alert: told, entries }: Merged, { before }: Known, { at, clocks }: Service): Merged {
  const alert: Alert = { ...told };
  for (const member of ['isWithheld', 'inhibitedBy', 'groupId'] as const) delete alert[member];
  const { severity, value } = alert;
  return { alert: clocks.after(before, alert, 'reraised', at), entries: [...entries, { at, change: 'reraised', severity, ...(value === undefined ? {} : { value }), note: BACK_IN_SERVICE }] };
}

/** A console says it in its reader's language. */
const BACK_IN_SERVICE = 'in service again';
