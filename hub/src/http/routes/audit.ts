import { AuditListSchema, CursorQuery, LimitQuery } from '@liandong/protocols';
import { Type } from 'typebox';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { problems } from '../schemas.js';

const DEFAULT_PAGE = 200;
const AuditQuerySchema = Type.Object({ 
  limit: LimitQuery, cursor: CursorQuery, target: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Exactly what it was done to, such as a device\'s id' })),
}, { additionalProperties: false });

export function addAuditRoutes(app: App, { identity }: Pick<HttpDependencies, 'identity'>): void {
  app.get('/audit', {
    schema: { tags: ['audit'], summary: 'Who did what, newest first', querystring: AuditQuerySchema, response: { 200: AuditListSchema, ...problems } },
  }, async (request) => {
    const { limit = DEFAULT_PAGE, cursor, target } = request.query;
    return identity.audit(principalOf(request), { limit, ...(cursor === undefined ? {} : { cursor }), ...(target === undefined ? {} : { target }) });
  });
}
