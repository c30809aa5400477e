import { timingSafeEqual } from 'node:crypto';
import type { JournalRecord } from '@liandong/protocols';
import { Type } from 'typebox';
import type { AlertService } from '../../alerts/types.js';
import type { Principal } from '../../identity/principal.js';
import type { JournalWriter } from '../../journal/types.js';
import { HAND_OVER_PATH } from '../../leadership/hand-over.js';
import { AppError } from '../../problem.js';
import type { App } from '../dependencies.js';

const BODY_BYTES = 8 * 1024 * 1024;
const BodySchema = Type.Object({ records: Type.Array(Type.Unsafe<JournalRecord>(Type.Object({ type: Type.String(), device: Type.String() })), { maxItems: 1_000 }) });

export const ACK_PATH = '/internal/ack';
const AckSchema = Type.Object({ principal: Type.Unsafe<Principal>(Type.Object({ name: Type.String(), role: Type.String(), area: Type.Optional(Type.String()) })), id: Type.String(), note: Type.Optional(Type.String()) });

export interface PeerAccess { readonly token: string; readonly journal: JournalWriter; readonly alerts: Pick<AlertService, 'ack'> }

/**
 * Only for the other hub of this sub-district, who has the peers' token. `POST /internal/records {records}`: what it acknowledged and had not dealt with; 204 once it is
 * on disk here. `POST /internal/ack {principal, id, note?}`: what a screen of its acknowledged; answers the alert, or the problem that acknowledging here would meet.
 */
export function addHandOverRoute(app: App, { token, journal, alerts }: PeerAccess): void {
  const onRequest = async ({ headers: { authorization = '' } }: { headers: { authorization?: string | undefined } }): Promise<void> => {
    if (!isSame(authorization, `Bearer ${token}`)) throw new AppError('UNAUTHENTICATED');
  };
  app.post(HAND_OVER_PATH, {
    schema: { hide: true, body: BodySchema }, bodyLimit: BODY_BYTES, onRequest,
  }, async ({ body: { records }, headers: { 'content-length': length } }, reply) => {
    await new Promise<void>((resolve) => { journal.append({ records, bytes: Number(length ?? 0) }, resolve); });
    return reply.code(204).send(null);
  });
  app.post(ACK_PATH, { schema: { hide: true, body: AckSchema }, onRequest }, async ({ body: { principal, id, note } }) => alerts.ack({ ...principal, area: principal.area }, id, note));
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
