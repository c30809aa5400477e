import { severityRank, type Alert } from '@liandong/protocols';

/** The worst first, of these the oldest. */
export const worstFirst = (a: Alert, b: Alert): number => severityRank(a.severity) - severityRank(b.severity) || a.raisedAt - b.raisedAt || (a.id < b.id ? -1 : 1);
