import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

const ANSWER_MS = 20_000;

/** Posts JSON to another hub of the sub-district. Answers status and body. @throws Error when it does not answer in 20 s */
export function callPeer(peer: URL, { path, token, body }: { path: string; token: string; body: unknown }): Promise<{ status: number; text: string }> {
  const start = peer.protocol === 'https:' ? requestHttps : requestHttp;
  const bytes = Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': bytes.length, authorization: `Bearer ${token}` };
    const request = start(new URL(path, peer), { method: 'POST', headers, signal: AbortSignal.timeout(ANSWER_MS) }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
      answer.once('end', () => { resolve({ status: answer.statusCode ?? 0, text }); });
      answer.once('error', reject);
    });
    request.once('error', reject);
    request.end(bytes);
  });
}
