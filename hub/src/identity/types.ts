import type { AuditEntry, NewToken, NewUser, Session, Token, User } from '@liandong/protocols';
import type { Principal } from './principal.js';

/** Name of the session cookie: HttpOnly, SameSite=Strict, Path=/. */
export const SESSION_COOKIE = 'liandong_session';

export interface IdentityService {
  /** Makes user `admin` on first start; gives the generated password once, when none was set. */
  ensureAdmin(settings: { password: string | undefined }): Promise<{ generatedPassword?: string }>;
  /** From an `Authorization: Bearer` header, a session cookie or a Socket.IO `auth.token`: undefined when nobody valid. Answers from memory for at most 5 s, so a revoked token dies within that. */
  authenticate(credentials: { bearer?: string | undefined; sessionCookie?: string | undefined }): Promise<Principal | undefined>;
  /** Throws CREDENTIALS_WRONG, in the same time whether or not the user exists. */
  signIn(username: string, password: string): Promise<{ session: Session; cookieValue: string; expiresAt: number }>;
  signOut(cookieValue: string): Promise<void>;
  session(principal: Principal): Promise<Session>;
  users(principal: Principal): Promise<User[]>;
  createUser(principal: Principal, user: NewUser): Promise<User>;
  tokens(principal: Principal): Promise<Token[]>;
  /** No more than the caller's own rights: an area outside the caller's is AREA_NOT_FOUND. */
  createToken(principal: Principal, token: NewToken): Promise<{ id: string; token: string }>;
  deleteToken(principal: Principal, id: string): Promise<void>;
  /**
   * Newest first; with `target`, only rows of exactly that one. Whoever may change a device and see it reads what was done to it without `audit:read`.
   * Throws FORBIDDEN, CURSOR_INVALID, and DEVICE_NOT_FOUND when a caller without `audit:read` names anything but a device in sight.
   */
  audit(principal: Principal, page: { limit: number; cursor?: string; target?: string }): Promise<{ data: AuditEntry[]; next?: string }>;
}

/** Writes an audit row: who did what to what. */
export interface AuditLog {
  record(entry: { by: string; action: string; target: string; detail?: string }): Promise<void>;
}
