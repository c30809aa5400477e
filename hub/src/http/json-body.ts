import { AppError } from '../problem.js';
import type { App } from './dependencies.js';

/**
 * Clients that always name JSON as their content type send nothing with DELETE or a bare acknowledgement: that is no body, not a broken one.
 * `__proto__` and `constructor.prototype` are refused.
 */
export function readJsonBodies(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.trim() === '') done(null, undefined);
    else void parse(request, body, (error, value) => { done(error === null ? null : jsonError(body), value); });
  });
}

/** What is wrong with a body that was not taken, and where, as far as the engine says so; never what stands there. */
function jsonError(body: string): AppError {
  try {
    JSON.parse(body);
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : '';
    const at = / at position (\d+)/.exec(words)?.[1];
    if (words.startsWith('Unexpected end')) return new AppError('VALIDATION_FAILED', { zh: '请求内容不是有效的 JSON：没有写完。', en: 'The body is not valid JSON: it ends too early.' }, { cause });
    if (at === undefined) return new AppError('VALIDATION_FAILED', { zh: '请求内容不是有效的 JSON。', en: 'The body is not valid JSON.' }, { cause });
    return new AppError('VALIDATION_FAILED', { zh: `请求内容不是有效的 JSON：第 ${Number(at) + 1} 个字符处有误。`, en: `The body is not valid JSON: there is a mistake at character ${Number(at) + 1}.` }, { cause });
  }
  return new AppError('VALIDATION_FAILED', { zh: '请求内容里不能有 __proto__ 或 constructor.prototype。', en: 'The body must not hold __proto__ or constructor.prototype.' });
}
