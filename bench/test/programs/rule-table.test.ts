import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OTHER_RULES, TEN_RULES } from '../../src/alerts/bench-rules.js';
import { writeRules } from '../../src/programs/rule-table.js';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'liandong-rules-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('puts ten thousand rules in the place of those that are there, with what columns there are', () => {
  const file = join(folder, 'a.db');
  const db = new Database(file);
  db.exec('create table rule (id text primary key, body text, enabled integer, author text)');
  db.prepare('insert into rule values (?, ?, ?, ?)').run('old', '{}', 1, 'hub');
  writeRules(file, [...TEN_RULES, ...OTHER_RULES]);
  const rows = db.prepare('select id, body, enabled, author from rule').all() as { id: string; body: string; enabled: number; author: string }[];
  db.close();
  expect(rows).toHaveLength(10_000);
  expect(new Set(rows.map(({ enabled, author }) => `${enabled} ${author}`))).toEqual(new Set(['1 hub']));
  expect(JSON.parse(rows.find(({ id }) => id === TEN_RULES[0]?.id)?.body ?? '')).toEqual(TEN_RULES[0]);
});
