import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../problem.js';
import type { App } from '../dependencies.js';
import { sendProblem } from '../problems.js';

const NOT_BUILT = `<!doctype html><meta charset="utf-8"><title>Liandong</title>
<p>控制台尚未构建。请在项目目录运行 <code>npm run build</code>,然后重新启动。</p>
<p>The console has not been built. Run <code>npm run build</code> in the project's folder and start again.</p>
`;

/** The console's files, and its index page for every address that the console itself routes. */
export async function addConsole(app: App, folder: string): Promise<void> {
  const isBuilt = existsSync(join(folder, 'index.html'));
  if (isBuilt) await app.register(staticFiles, { root: folder, cacheControl: false, setHeaders: (reply, path) => { void reply.header('cache-control', cachingOf(path)); } });
  else app.get('/', { schema: { hide: true } }, async (_request, reply) => sendNotBuilt(reply));

  app.setNotFoundHandler((request, reply) => {
    if (!isPage(request)) return sendProblem(reply, new AppError('NOT_FOUND', `Nothing answers ${request.method} at this address.`));
    return isBuilt ? reply.sendFile('index.html') : sendNotBuilt(reply);
  });
}

const sendNotBuilt = (reply: FastifyReply): FastifyReply => reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT);

/** Files under `assets` carry a hash of their content in their name; everything else may change with the next build. */
const cachingOf = (path: string): string => (path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache');

/** An address of the console has no file extension and is not one of the hub's own. */
function isPage({ method, url }: FastifyRequest): boolean {
  const path = url.split('?', 1)[0] ?? '/';
  return (method === 'GET' || method === 'HEAD') && !/^\/(api|ngsi-ld|socket\.io|assets|metrics|healthz|readyz)(\/|$)/.test(path) && !/\.[^/]*$/.test(path);
}
