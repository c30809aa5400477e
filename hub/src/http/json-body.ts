import type { App } from './dependencies.js';

/**
 * Clients that always name JSON as their content type send nothing with DELETE or a bare acknowledgement: that is no body, not a broken one.
 * `__proto__` and `constructor.prototype` are refused.
 */
export function tolerateEmptyBodies(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.trim() === '') done(null, undefined);
    else void parse(request, body, done);
  });
}
