import { afterEach, beforeEach, expect, it } from 'vitest';
import { OWASP_COST, createPasswords } from '../../src/identity/passwords.js';
import { addPlaces, openRegistry, ROOT, type Registry } from '../devices/registry.js';
import { describeOnDatabases } from '../support/databases.js';

let hub: Registry;
beforeEach(async () => { hub = await openRegistry(); });
afterEach(async () => { await hub.destroy(); });

const HOUR_MS = 3_600_000;
const EAST = { name: 'east-admin', role: 'admin', area: 'east' } as const;

describeOnDatabases('the first admin', () => {
  it('gets a password of 100 random bits once, when none is set', async () => {
    const { generatedPassword = '' } = await hub.identity.ensureAdmin({ password: undefined });
    expect(generatedPassword).toMatch(/^([0-9a-z]{4}-){4}[0-9a-z]{4}$/);
    expect(await hub.identity.ensureAdmin({ password: undefined })).toEqual({});
    expect((await hub.identity.signIn('admin', generatedPassword)).session).toEqual({ username: 'admin', name: '管理员', role: 'admin' });
  });

  it('has the password of the settings, also after it changed, and old sessions end', async () => {
    await hub.identity.ensureAdmin({ password: 'first password' });
    const { cookieValue } = await hub.identity.signIn('admin', 'first password');
    await hub.identity.ensureAdmin({ password: 'first password' });
    expect(await hub.identity.authenticate({ sessionCookie: cookieValue })).toBeDefined();
    await hub.identity.ensureAdmin({ password: 'second password' });
    await expect(hub.identity.signIn('admin', 'first password')).rejects.toMatchObject({ code: 'CREDENTIALS_WRONG' });
    await hub.identity.signIn('admin', 'second password');
    expect(await hub.identity.authenticate({ sessionCookie: cookieValue })).toBeUndefined();
  });
});

describeOnDatabases('a session', () => {
  beforeEach(async () => { await hub.identity.ensureAdmin({ password: 'correct horse' }); });

  it('ends after twelve hours, and at once when its person signs out', async () => {
    const first = await hub.identity.signIn('admin', 'correct horse');
    const second = await hub.identity.signIn('admin', 'correct horse');
    await hub.identity.signOut(first.cookieValue);
    expect(await hub.identity.authenticate({ sessionCookie: first.cookieValue })).toBeUndefined();
    hub.clock.at += 12 * HOUR_MS - 1;
    expect(await hub.identity.authenticate({ sessionCookie: second.cookieValue })).toEqual({ name: 'admin', role: 'admin', area: undefined });
    hub.clock.at += 1;
    expect(await hub.identity.authenticate({ sessionCookie: second.cookieValue })).toBeUndefined();
  });

  it('is no bearer token, and is known to the database only by its hash', async () => {
    const { cookieValue } = await hub.identity.signIn('admin', 'correct horse');
    expect(await hub.identity.authenticate({ bearer: cookieValue })).toBeUndefined();
    expect(JSON.stringify(await hub.db.selectFrom('token').selectAll().execute())).not.toContain(cookieValue);
  });

  it('is refused for a wrong password and for nobody alike, and both are audited without what was typed', async () => {
    for (const [name, password] of [['admin', 'wrong'], ['my password by mistake', 'x']] as const) {
      await expect(hub.identity.signIn(name, password)).rejects.toMatchObject({ code: 'CREDENTIALS_WRONG' });
    }
    const { data } = await hub.identity.audit(ROOT, { limit: 10 });
    expect(data.slice(0, 2).map(({ action, target }) => [action, target])).toEqual([['session.refused', 'unknown'], ['session.refused', 'admin']]);
    expect(JSON.stringify(data)).not.toContain('mistake');
  });
});

describeOnDatabases('passwords', () => {
  it('are argon2id at the cost OWASP recommends', async () => {
    const passwords = createPasswords();
    const stored = await passwords.hash('correct horse');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(OWASP_COST.memoryKiB).toBe(19_456);
    expect(await passwords.verify(stored, 'correct horse')).toBe(true);
    expect(await passwords.verify(stored, 'Correct horse')).toBe(false);
    expect(await passwords.verify(undefined, 'nobody has this password')).toBe(false);
  });
});

describeOnDatabases('tokens and users', () => {
  beforeEach(async () => { await addPlaces(hub); });

  it('give a program a role in an area until revoked', async () => {
    const { id, token } = await hub.identity.createToken(ROOT, { name: 'pull', role: 'operator', area: 'east' });
    expect(await hub.identity.authenticate({ bearer: token })).toEqual({ name: 'token:pull', role: 'operator', area: 'east' });
    expect(JSON.stringify(await hub.identity.tokens(ROOT))).not.toContain(token);
    await hub.identity.deleteToken(ROOT, id);
    expect(await hub.identity.authenticate({ bearer: token })).toBeUndefined();
  });

  it('expire, even while they are remembered', async () => {
    const { token } = await hub.identity.createToken(ROOT, { name: 'short', role: 'city', expiresAt: hub.clock.at + 1000 });
    expect(await hub.identity.authenticate({ bearer: token })).toBeDefined();
    hub.clock.at += 1000;
    expect(await hub.identity.authenticate({ bearer: token })).toBeUndefined();
    await expect(hub.identity.createToken(ROOT, { name: 'past', role: 'city', expiresAt: hub.clock.at })).rejects.toMatchObject({ code: 'VALIDATION_FAILED', faults: [{ path: '/expiresAt', keyword: 'minimum', limit: hub.clock.at + 1 }], detailZh: expect.any(String) as string });
  });

  it('revoked elsewhere are dead within five seconds', async () => {
    const { id, token } = await hub.identity.createToken(ROOT, { name: 'x', role: 'city' });
    await hub.identity.authenticate({ bearer: token });
    await hub.db.deleteFrom('token').where('id', '=', id).execute();
    hub.clock.at += 5000;
    expect(await hub.identity.authenticate({ bearer: token })).toBeUndefined();
  });

  it('never reach further than their maker', async () => {
    const { token } = await hub.identity.createToken(EAST, { name: 'mine', role: 'admin' });
    expect(await hub.identity.authenticate({ bearer: token })).toMatchObject({ role: 'admin', area: 'east' });
    await expect(hub.identity.createToken(EAST, { name: 'x', role: 'city', area: 'west' })).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    await expect(hub.identity.createToken(EAST, { name: 'x', role: 'city', area: 'city' })).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    const installer = { name: 'i', role: 'installer', area: 'east' } as const;
    await expect(hub.identity.createToken(installer, { name: 'x', role: 'installer' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('of other areas do not exist', async () => {
    const { id } = await hub.identity.createToken(ROOT, { name: 'west', role: 'operator', area: 'west' });
    await hub.identity.createToken(ROOT, { name: 'everywhere', role: 'operator' });
    expect(await hub.identity.tokens(EAST)).toEqual([]);
    await expect(hub.identity.deleteToken(EAST, id)).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' });
    await hub.identity.createUser(ROOT, { username: 'wang', name: '王', role: 'property', area: 'west-garden', password: 'long enough' });
    expect(await hub.identity.users(EAST)).toEqual([]);
  });

  it('a user name is taken once', async () => {
    const user = { username: 'li', name: '李', role: 'grid_worker', area: 'east-garden', password: 'long enough' } as const;
    expect(await hub.identity.createUser(ROOT, user)).toEqual({ username: 'li', name: '李', role: 'grid_worker', area: 'east-garden', createdAt: hub.clock.at });
    await expect(hub.identity.createUser(ROOT, user)).rejects.toMatchObject({ code: 'USER_EXISTS' });
  });

  it('an area\'s admin reads the audit rows of that area\'s people and programs only', async () => {
    await hub.identity.createUser(ROOT, { username: 'east-admin', name: 'E', role: 'admin', area: 'east', password: 'long enough' });
    await hub.identity.createToken(EAST, { name: 'mine', role: 'city' });
    const { data } = await hub.identity.audit(EAST, { limit: 100 });
    expect(data.map(({ by, action }) => [by, action])).toEqual([['east-admin', 'token.created']]);
    expect((await hub.identity.audit(ROOT, { limit: 100 })).data.length).toBeGreaterThan(5);
  });

  it('audit rows come a page at a time, newest first', async () => {
    const first = await hub.identity.audit(ROOT, { limit: 4 });
    const second = await hub.identity.audit(ROOT, { limit: 4, cursor: first.next ?? '' });
    expect([...first.data, ...second.data].map(({ target }) => target)).toEqual(['east-grid', 'west-garden', 'west', 'east-garden', 'east', 'city']);
    expect(second.next).toBeUndefined();
    await expect(hub.identity.audit(ROOT, { limit: 4, cursor: 'nonsense' })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });
});
