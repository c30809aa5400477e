import { DEVICE_AUDIT_ACTIONS, type AreaId, type NewToken, type NewUser, type Role, type Session, type Token, type User } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import { AppError, fieldError } from '../problem.js';
import { ensureAdmin } from './admin.js';
import type { AuditReader } from './audit-log.js';
import { createPasswords, type Passwords } from './passwords.js';
import { hasPermission, mayGrant, requirePermission, type Principal } from './principal.js';
import { systemRandom, type RandomBytes } from './secrets.js';
import { createTokenStore } from './token-store.js';
import type { AuditLog, IdentityService } from './types.js';

/** A session ends this long after the sign-in. */
const SESSION_MS = 12 * 3_600_000;

export interface IdentityDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly areas: AreaTree;
  readonly audit: AuditLog & AuditReader;
  readonly random?: RandomBytes;
  /** Tests hash cheaper. */
  readonly passwords?: Passwords;
}

/** People, sessions and API tokens. Errors as in `IdentityService`. */
export function createIdentityService({ db, clock, areas, audit, random = systemRandom, passwords = createPasswords() }: IdentityDependencies): IdentityService {
  const tokens = createTokenStore({ db, clock, random });

  /** The area a new user or token is bound to: never outside the maker's own. */
  function boundArea(maker: Principal, wanted: AreaId | undefined): AreaId | undefined {
    const area = wanted ?? maker.area;
    areas.requireVisible(maker, area);
    return area;
  }

  /** Somebody bound to no area is seen only by those bound to none. */
  const isWithin = (principal: Principal, area: AreaId | null): boolean =>
    principal.area === undefined || (area !== null && areas.isVisible(principal, area));

  function requireGrant(maker: Principal, role: Role): void {
    if (!mayGrant(maker.role, role)) throw new AppError('FORBIDDEN', { zh: `角色 ${maker.role} 不能授予角色 ${role}。`, en: `Role ${maker.role} may not give role ${role}.` });
  }

  async function visibleTokens(principal: Principal) {
    const rows = await db.selectFrom('token').selectAll().where('kind', '=', 'api').orderBy('created_at').orderBy('id').execute();
    return rows.filter((row) => isWithin(principal, row.area));
  }

  async function visibleUsers(principal: Principal) {
    const rows = await db.selectFrom('user').selectAll().orderBy('username').execute();
    return rows.filter((row) => isWithin(principal, row.area));
  }

  /** Whose audit rows an area's admin may read; undefined: everybody's. A token name that is also used elsewhere is left out. */
  async function auditedNames(principal: Principal): Promise<string[] | undefined> {
    if (principal.area === undefined) return undefined;
    const users = await visibleUsers(principal);
    const own = await visibleTokens(principal);
    const foreign = await db.selectFrom('token').select(['id', 'name']).where('kind', '=', 'api').execute()
      .then((rows) => new Set(rows.filter((row) => !own.some(({ id }) => id === row.id)).map((row) => row.name)));
    return [...users.map((user) => user.username), ...own.filter((token) => !foreign.has(token.name)).map((token) => `token:${token.name}`)];
  }

  /** May this caller change that device? Then what was done to it is theirs to read. */
  async function mayChangeDevice(principal: Principal, id: string): Promise<boolean> {
    if (!hasPermission(principal, 'device:write')) return false;
    const device = await db.selectFrom('device').select('area').where('id', '=', id).executeTakeFirst();
    return device !== undefined && areas.isVisible(principal, device.area);
  }

  return {
    ensureAdmin: ({ password }) => ensureAdmin({ db, clock, random, passwords, tokens, audit }, password),

    async authenticate({ bearer, sessionCookie }) {
      if (bearer !== undefined) return tokens.find('api', bearer);
      return sessionCookie === undefined ? undefined : tokens.find('session', sessionCookie);
    },

    async signIn(username, password) {
      const user = await db.selectFrom('user').selectAll().where('username', '=', username).executeTakeFirst();
      const isRight = await passwords.verify(user?.password_hash, password);
      if (user === undefined || !isRight) {
        // An unknown name is not written down: people type passwords into the wrong field.
        await audit.record({ by: user?.username ?? 'unknown', action: 'session.refused', target: user?.username ?? 'unknown' });
        throw new AppError('CREDENTIALS_WRONG');
      }
      await tokens.dropExpired();
      const session = toSession(user);
      const expiresAt = clock.now() + SESSION_MS;
      const { value } = await tokens.issue({ kind: 'session', name: 'session', username: user.username, role: session.role, area: session.area, createdBy: user.username, expiresAt });
      await audit.record({ by: user.username, action: 'session.created', target: user.username });
      return { session, cookieValue: value, expiresAt };
    },

    async signOut(cookieValue) {
      const principal = await tokens.find('session', cookieValue);
      await tokens.revokeValue(cookieValue);
      if (principal !== undefined) await audit.record({ by: principal.name, action: 'session.ended', target: principal.name });
    },

    async session(principal) {
      const user = await db.selectFrom('user').selectAll().where('username', '=', principal.name).executeTakeFirst();
      if (user !== undefined) return toSession(user);
      const { name, role, area } = principal;
      return { username: name, name, role, ...(area === undefined ? {} : { area }) };
    },

    async users(principal) {
      requirePermission(principal, 'user:write');
      return (await visibleUsers(principal)).map(toUser);
    },

    async createUser(principal, user: NewUser) {
      requirePermission(principal, 'user:write');
      requireGrant(principal, user.role);
      const area = boundArea(principal, user.area);
      const row = { username: user.username, name: user.name, role: user.role, area: area ?? null, password_hash: await passwords.hash(user.password), created_at: clock.now() };
      const made = await db.insertInto('user').values(row).onConflict((conflict) => conflict.doNothing()).returning('username').executeTakeFirst();
      if (made === undefined) throw new AppError('USER_EXISTS', { zh: `已有用户 ${user.username}。`, en: `There is a user ${user.username} already.` });
      await audit.record({ by: principal.name, action: 'user.created', target: user.username, detail: `role ${user.role}, area ${area ?? 'all'}` });
      return toUser(row);
    },

    async tokens(principal) {
      requirePermission(principal, 'token:write');
      return (await visibleTokens(principal)).map((row): Token => ({
        id: row.id, name: row.name, role: row.role as Role, createdBy: row.created_by, createdAt: row.created_at, // roles are written from Role only
        ...(row.area === null ? {} : { area: row.area }), ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
      }));
    },

    async createToken(principal, token: NewToken) {
      requirePermission(principal, 'token:write');
      requireGrant(principal, token.role);
      const area = boundArea(principal, token.area);
      if (token.expiresAt !== undefined && token.expiresAt <= clock.now()) throw fieldError('/expiresAt', { zh: '到期时间已经过去。', en: '`expiresAt` is in the past.' }, { keyword: 'minimum', limit: clock.now() + 1 });
      const { id, value } = await tokens.issue({
        kind: 'api', name: token.name, role: token.role, area, createdBy: principal.name, ...(token.expiresAt === undefined ? {} : { expiresAt: token.expiresAt }),
      });
      await audit.record({ by: principal.name, action: 'token.created', target: id, detail: `${token.name}: role ${token.role}, area ${area ?? 'all'}` });
      return { id, token: value };
    },

    async deleteToken(principal, id) {
      requirePermission(principal, 'token:write');
      const row = (await visibleTokens(principal)).find((token) => token.id === id);
      if (row === undefined) throw new AppError('TOKEN_NOT_FOUND', { zh: `没有令牌 ${id}。`, en: `There is no token ${id}.` });
      await tokens.revoke(id);
      await audit.record({ by: principal.name, action: 'token.deleted', target: id, detail: row.name });
    },

    async audit(principal, page) {
      const readsAll = hasPermission(principal, 'audit:read');
      if (!readsAll) requirePermission(principal, page.target === undefined ? 'audit:read' : 'device:write');
      const isOwnDevice = page.target !== undefined && await mayChangeDevice(principal, page.target);
      if (!readsAll && !isOwnDevice) throw new AppError('DEVICE_NOT_FOUND', { zh: `没有设备 ${page.target}。`, en: `There is no device ${page.target}.` });
      const by = readsAll ? await auditedNames(principal) : [];
      // Users and areas may be called as a device is: only what is done to devices is opened.
      return audit.page({ ...page, ...(by === undefined ? {} : { among: { by, actions: isOwnDevice ? DEVICE_AUDIT_ACTIONS : [] } }) });
    },
  };
}

interface UserRow { username: string; name: string; role: string; area: string | null; created_at: number }

const toSession = ({ username, name, role, area }: UserRow): Session =>
  ({ username, name, role: role as Role, ...(area === null ? {} : { area }) }); // roles are written from Role only
const toUser = (row: UserRow): User => ({ ...toSession(row), createdAt: row.created_at });
