import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

const ANSWER_MS = 20_000;

/** Posts JSON to another hub of the sub-district. Answers status and body. @throws Error when it does not answer in 20 s, or `signal` ends it */
export function callPeer(peer: URL, { path, token, body, signal }: { path: string; token: string; body: unknown; signal?: AbortSignal }): Promise<{ status: number; text: string }> {
  const start = peer.protocol === 'https:' ? requestHttps : requestHttp;
  const bytes = Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': bytes.length, authorization: `Bearer ${token}` };
    const request = start(new URL(path, peer), { method: 'POST', headers, signal: AbortSignal.any([AbortSignal.timeout(ANSWER_MS), ...(signal === undefined ? [] : [signal])]) }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
      answer.once('end', () => { resolve({ status: answer.statusCode ?? 0, text }); });
      answer.once('error', reject);
    });
    request.once('error', reject);
    request.end(bytes);
  });
}
