import type { AreaId, EpochMs, Role } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Principal } from './principal.js';
import { newRowId, newTokenValue, sha256, type RandomBytes } from './secrets.js';

/** An answer from memory is at most this old, so a token revoked elsewhere dies within it. */
const REMEMBER_MS = 5000;
/** Principals remembered at once; more callers than this only means more queries. */
const REMEMBERED = 10_000;

export interface NewTokenRow {
  readonly kind: 'session' | 'api';
  readonly name: string;
  readonly username?: string;
  readonly role: Role;
  readonly area: AreaId | undefined;
  readonly createdBy: string;
  readonly expiresAt?: EpochMs;
}

/** Sessions and API tokens: random values, known here only by their SHA-256. */
export interface TokenStore {
  issue(token: NewTokenRow): Promise<{ id: string; value: string }>;
  /** Who holds this value; undefined when it is unknown, revoked or expired. A session cookie is no bearer token, nor the other way round. */
  find(kind: 'session' | 'api', value: string): Promise<Principal | undefined>;
  revokeValue(value: string): Promise<void>;
  revoke(id: string): Promise<void>;
  /** Ends every session of a person whose password has changed. */
  endSessions(username: string): Promise<void>;
  dropExpired(): Promise<void>;
}

export function createTokenStore({ db, clock, random }: { db: Db; clock: Clock; random: RandomBytes }): TokenStore {
  const remembered = new Map<string, { principal: Principal; until: EpochMs }>();

  /** Current role and area of a session come from the user, so that a change of rights holds at once. */
  async function look(kind: 'session' | 'api', hash: string): Promise<{ principal: Principal; expiresAt: EpochMs } | undefined> {
    const row = await db.selectFrom('token').leftJoin('user', 'user.username', 'token.username')
      .select(['token.name', 'token.role', 'token.area', 'token.expires_at', 'user.username as person', 'user.role as person_role', 'user.area as person_area'])
      .where('token.token_hash', '=', hash).where('token.kind', '=', kind).executeTakeFirst();
    if (row === undefined || (row.expires_at !== null && row.expires_at <= clock.now())) return undefined;
    const expiresAt = row.expires_at ?? Infinity;
    if (kind === 'api') return { expiresAt, principal: { name: `token:${row.name}`, role: row.role as Role, area: row.area ?? undefined } }; // roles are written from Role only
    if (row.person === null) return undefined;
    return { expiresAt, principal: { name: row.person, role: row.person_role as Role, area: row.person_area ?? undefined } }; // as above
  }

  return {
    async issue(token) {
      const id = newRowId(random);
      const value = newTokenValue(random);
      await db.insertInto('token').values({
        id, kind: token.kind, name: token.name, username: token.username ?? null, role: token.role, area: token.area ?? null,
        token_hash: sha256(value).toString('hex'), created_by: token.createdBy, created_at: clock.now(), expires_at: token.expiresAt ?? null,
      }).execute();
      return { id, value };
    },
    async find(kind, value) {
      const hash = sha256(value).toString('hex');
      const key = `${kind} ${hash}`;
      const known = remembered.get(key);
      if (known !== undefined && known.until > clock.now()) return known.principal;
      remembered.delete(key);
      const found = await look(kind, hash);
      if (found === undefined) return undefined;
      if (remembered.size >= REMEMBERED) remembered.clear();
      remembered.set(key, { principal: found.principal, until: Math.min(clock.now() + REMEMBER_MS, found.expiresAt) });
      return found.principal;
    },
    async revokeValue(value) {
      const hash = sha256(value).toString('hex');
      await db.deleteFrom('token').where('token_hash', '=', hash).execute();
      remembered.clear();
    },
    async revoke(id) {
      await db.deleteFrom('token').where('id', '=', id).execute();
      remembered.clear();
    },
    async endSessions(username) {
      await db.deleteFrom('token').where('kind', '=', 'session').where('username', '=', username).execute();
      remembered.clear();
    },
    async dropExpired() {
      await db.deleteFrom('token').where('kind', '=', 'session').where('expires_at', '<=', clock.now()).execute();
    },
  };
}
