import { Type, type Static } from 'typebox';
import { EpochMsSchema, oneOf } from './common.js';

/** What a backup is busy with. `verifying`: working out the checksums of what was written. */
export const BACKUP_PHASES = ['database', 'telemetry', 'journal', 'photos', 'verifying'] as const;
export type BackupPhase = (typeof BACKUP_PHASES)[number];

/**
 * POST /backups → 202 Backup: copies everything the hub keeps in its data folder into a new folder `id` of BACKUP_DIR, while the hub goes on. GET /backups/{id} says how far it is.
 * `outside`: what an outside server keeps and this backup does not hold. The newest BACKUP_KEEP stay, older ones are removed after one is done.
 */
export const BackupSchema = Type.Object({
  id: Type.String({ description: 'Name of its folder in BACKUP_DIR' }), state: oneOf(['running', 'done', 'failed']), startedAt: EpochMsSchema,
  endedAt: Type.Optional(EpochMsSchema), phase: Type.Optional(oneOf(BACKUP_PHASES)), bytes: Type.Optional(Type.Integer({ description: 'Of all its files' })),
  outside: Type.Optional(Type.Array(oneOf(['influxdb', 'postgresql']))), error: Type.Optional(Type.String()),
});
export type Backup = Static<typeof BackupSchema>;
/** GET /backups: newest first. */
export const BackupListSchema = Type.Object({ data: Type.Array(BackupSchema) });
