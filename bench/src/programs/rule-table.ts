import type { Rule } from '@liandong/protocols';
import Database from 'libsql';

/**
 * Puts these rules, and no others, into the database of a hub that is not running. Through REST each would be put in force by itself, ten thousand times over.
 * Rows are made as the hub's own are: a column that is not a rule's id or body is taken over from one of its default rules.
 */
export function writeRules(file: string, rules: readonly Rule[]): void {
  const db = new Database(file);
  try {
    const model = db.prepare('select * from rule limit 1').get() as Record<string, unknown> | undefined; // a row is an object of its columns
    if (model === undefined) throw new Error('the hub has no default rules to take for a model');
    const columns = (db.prepare('select name from pragma_table_info(?)').all('rule') as { name: string }[]).map(({ name }) => name); // as the statement names it
    const insert = db.prepare(`insert into rule (${columns.map((column) => `"${column}"`).join(', ')}) values (${columns.map(() => '?').join(', ')})`);
    db.exec('begin');
    db.exec('delete from rule');
    for (const rule of rules) insert.run(columns.map((column) => column === 'id' ? rule.id : column === 'body' ? JSON.stringify(rule) : model[column]));
    db.exec('commit');
  } finally {
    db.close();
  }
}
