import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Resources } from '../../src/support/resources.js';
import { until } from '../../src/support/until.js';

/** Says when it is up, and leaves SIGTERM to the default. */
const PROGRAM = ['-e', 'console.log("up"); setInterval(() => {}, 1000)'];
const isUp = (log: string): boolean => log.includes('up');

it('ends a frozen process and removes the folder', async () => {
  const resources = new Resources();
  const owned = resources.start('sleeper', process.execPath, PROGRAM);
  await until('it is up', () => isUp(owned.log()));
  owned.freeze();
  await resources.release();
  expect(owned.process.signalCode).toBe('SIGTERM');
  expect(existsSync(resources.folder)).toBe(false);
});

it('kills what is still there when the run ends early', async () => {
  const resources = new Resources();
  const owned = resources.start('sleeper', process.execPath, PROGRAM);
  await until('it is up', () => isUp(owned.log()));
  resources.releaseNow();
  await until('it is gone', () => !owned.isRunning());
  expect(owned.process.signalCode).toBe('SIGKILL');
  expect(existsSync(resources.folder)).toBe(false);
});

it('says what a program that ended wrote last', async () => {
  const resources = new Resources();
  const owned = resources.start('broken', process.execPath, ['-e', 'console.error("no such setting"); process.exit(3)']);
  await until('it is gone', () => !owned.isRunning());
  expect(() => owned.assertRunning()).toThrow(/broken has ended \(code 3\)\nno such setting/);
  await resources.release();
});

it('gives a program nothing of our own environment', async () => {
  const resources = new Resources();
  const owned = resources.start('environment', process.execPath, ['-e', 'console.log(Object.keys(process.env).sort().join())'], { PORT: '1' });
  await until('it is done', () => !owned.isRunning());
  expect(owned.log().trim()).toBe('HOME,PORT,TZ');
  await resources.release();
});
