import { timingSafeEqual } from 'node:crypto';
import type { JournalRecord } from '@liandong/protocols';
import { Type } from 'typebox';
import type { JournalWriter } from '../../journal/types.js';
import { HAND_OVER_PATH } from '../../leadership/hand-over.js';
import { AppError } from '../../problem.js';
import type { App } from '../dependencies.js';

const BODY_BYTES = 8 * 1024 * 1024;
const BodySchema = Type.Object({ records: Type.Array(Type.Unsafe<JournalRecord>(Type.Object({ type: Type.String(), device: Type.String() })), { maxItems: 1_000 }) });

export interface PeerAccess { readonly token: string; readonly journal: JournalWriter }

/** `POST /internal/records {records}`: what another hub of this sub-district acknowledged and had not dealt with. 204 once it is on disk here; only for who has the peers' token. */
export function addHandOverRoute(app: App, { token, journal }: PeerAccess): void {
  app.post(HAND_OVER_PATH, {
    schema: { hide: true, body: BodySchema }, bodyLimit: BODY_BYTES,
    async onRequest({ headers: { authorization = '' } }) {
      if (!isSame(authorization, `Bearer ${token}`)) throw new AppError('UNAUTHENTICATED');
    },
  }, async ({ body: { records }, headers: { 'content-length': length } }, reply) => {
    await new Promise<void>((resolve) => { journal.append({ records, bytes: Number(length ?? 0) }, resolve); });
    return reply.code(204).send(null);
  });
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
