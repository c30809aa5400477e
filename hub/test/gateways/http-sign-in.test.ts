import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { DIGEST_REALM, digestHash } from '../../src/devices/device-digests.js';
import { createHttpSignIn } from '../../src/gateways/http-sign-in.js';
import { MemoryDirectory } from '../support/memory-directory.js';

it('takes no answer a second time, though ten thousand nonces were used since and its count is forgotten', async () => {
  const directory = new MemoryDirectory();
  directory.put({ id: 'door-1', secret: 's' });
  const clock = { at: 1_000_000, now() { return this.at; } };
  const ha1 = digestHash('MD5', `door-1:${DIGEST_REALM}:s`);
  const signIn = createHttpSignIn({ directory, clock, random: randomBytes, digestOf: async () => ({ 'MD5': ha1, 'SHA-256': '' }) });
  const attempt = (authorization?: string) => signIn({ device: 'door-1', authorization, method: 'POST', url: '/x', isPrivate: false });
  const answerTo = (challenge: string): string => {
    const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? '';
    const response = digestHash('MD5', `${ha1}:${nonce}:00000001:c:auth:${digestHash('MD5', 'POST:/x')}`);
    return `Digest username="door-1", realm="${DIGEST_REALM}", nonce="${nonce}", uri="/x", qop=auth, nc=00000001, cnonce="c", response="${response}", algorithm=MD5`;
  };
  const challenged = async (): Promise<string> => {
    const answer = await attempt();
    return 'challenges' in answer ? answer.challenges[0] ?? '' : '';
  };
  const overheard = answerTo(await challenged());
  const unused = answerTo(await challenged());
  expect(await attempt(overheard)).toHaveProperty('entry');
  for (let n = 0; n < 10_000; n += 1) {
    if (n % 100 === 0) clock.at += 1;
    expect(await attempt(answerTo(await challenged()))).toHaveProperty('entry');
  }
  expect(await attempt(overheard)).toMatchObject({ isGuess: false, challenges: [expect.stringContaining('stale=true'), expect.anything()] });
  // As old as a forgotten one, so nobody knows whether it was used: asked again, its device is in.
  expect(await attempt(unused)).toMatchObject({ isGuess: false });
  expect(await attempt(answerTo(await challenged()))).toHaveProperty('entry');
});
