import { BackupListSchema, BackupSchema } from '@liandong/protocols';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { RowParams, problems } from '../schemas.js';

const tags = ['operations'];

export function addBackupRoutes(app: App, { backups }: HttpDependencies): void {
  if (backups === undefined) return;

  app.post('/backups', {
    schema: { tags, summary: 'Begin a backup of the whole hub into BACKUP_DIR', response: { 202: BackupSchema, ...problems } },
  }, async (request, reply) => reply.code(202).send(await backups.create(principalOf(request))));

  app.get('/backups', {
    schema: { tags, summary: 'Backups, newest first', response: { 200: BackupListSchema, ...problems } },
  }, async (request) => ({ data: await backups.list(principalOf(request)) }));

  app.get('/backups/:id', {
    schema: { tags, summary: 'How far a backup is', params: RowParams, response: { 200: BackupSchema, ...problems } },
  }, async (request) => backups.get(principalOf(request), request.params.id));
}
