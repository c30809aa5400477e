import type { EpochMs } from '@liandong/protocols';
import { dropAlertsBefore } from '../alerts/alert-retention.js';
import { dropCommandsBefore } from '../commands/command-rows.js';
import type { Config } from '../config.js';
import type { Db } from '../database/database.js';
import { dropAuditBefore } from '../identity/audit-log.js';
import type { RetentionDependencies } from '../retention.js';

/** Rows of the database that grow with time, and how long each kind is kept. */
export const rowRetention = ({ alertRetentionDays, auditRetentionDays }: Config, db: Db): RetentionDependencies['rows'] => [
  { days: alertRetentionDays, dropBefore: (at: EpochMs) => dropAlertsBefore(db, at) },
  { days: alertRetentionDays, dropBefore: (at: EpochMs) => dropCommandsBefore(db, at) },
  { days: auditRetentionDays, dropBefore: (at: EpochMs) => dropAuditBefore(db, at) },
];
