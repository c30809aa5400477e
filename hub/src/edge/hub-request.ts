import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

const TIMEOUT_MS = 10_000;
/** Ten thousand devices take about 5 MB. */
const BODY_BYTES = 64 << 20;

export interface HubAnswer { readonly status: number; readonly etag: string | undefined; readonly date: string | undefined; readonly body: string }

export interface HubRequest { readonly url: URL; readonly ca: string | undefined; readonly user: string; readonly password: string; readonly etag: string | undefined }

/** One GET with basic sign-in. @throws Error when no whole answer comes within 10 s. The built-in `fetch` takes no certificate authority of one's own. */
export function getFromHub({ url, ca, user, password, etag }: HubRequest): Promise<HubAnswer> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const call = request(url, {
      auth: `${user}:${password}`, signal: AbortSignal.timeout(TIMEOUT_MS), agent: false,
      headers: { accept: 'application/json', ...(etag === undefined ? {} : { 'if-none-match': etag }) },
      ...(ca === undefined ? {} : { ca }),
    }, (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > BODY_BYTES) call.destroy(new Error('the answer is too long'));
        else chunks.push(chunk);
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, etag: answer.headers.etag, date: answer.headers.date, body: Buffer.concat(chunks).toString('utf8') }));
    });
    call.on('error', reject);
    call.end();
  });
}
