import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { Passwords } from './passwords.js';
import { readablePassword, type RandomBytes } from './secrets.js';
import type { TokenStore } from './token-store.js';
import type { AuditLog } from './types.js';

const ADMIN = 'admin';

interface AdminDependencies { db: Db; clock: Clock; random: RandomBytes; passwords: Passwords; tokens: TokenStore; audit: AuditLog }

/**
 * Sees to it that user `admin` exists and has the password the settings name.
 * Without one, the first start makes a password of 100 random bits and gives it to the caller to print once.
 */
export async function ensureAdmin(dependencies: AdminDependencies, password: string | undefined): Promise<{ generatedPassword?: string }> {
  const { db, passwords, random } = dependencies;
  const admin = await db.selectFrom('user').select('password_hash').where('username', '=', ADMIN).executeTakeFirst();
  if (admin === undefined) {
    const chosen = password ?? readablePassword(random);
    await createAdmin(dependencies, chosen);
    return password === undefined ? { generatedPassword: chosen } : {};
  }
  if (password !== undefined && !await passwords.verify(admin.password_hash, password)) await changePassword(dependencies, password);
  return {};
}

async function createAdmin({ db, clock, passwords, audit }: AdminDependencies, password: string): Promise<void> {
  await db.insertInto('user').values({
    username: ADMIN, name: '管理员', role: 'admin', area: null, password_hash: await passwords.hash(password), created_at: clock.now(),
  }).execute();
  await audit.record({ by: 'hub', action: 'user.created', target: ADMIN, detail: 'first start' });
}

/** Whoever changes the setting wants the old password's sessions gone too. */
async function changePassword({ db, passwords, tokens, audit }: AdminDependencies, password: string): Promise<void> {
  await db.updateTable('user').set({ password_hash: await passwords.hash(password) }).where('username', '=', ADMIN).execute();
  await tokens.endSessions(ADMIN);
  await audit.record({ by: 'hub', action: 'user.password-changed', target: ADMIN, detail: 'ADMIN_PASSWORD changed' });
}
