import { readFileSync } from 'node:fs';
import { RuleLeafSchema, leavesOf, type Rule } from '@liandong/protocols';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../devices/registry.js';
import { openHub, type TestHub } from '../http/test-hub.js';

const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
/** Bodies that are kept in a variable of the shell, by its name: those that are rules. */
const examples = [...page.matchAll(/^([A-Z]+)='(\{[^']*\})'$/gm)].map(([, name = '', body = '']): [string, Rule] => [name, JSON.parse(body) as Rule]).filter(([, { kinds }]) => kinds !== undefined);

let hub: TestHub;
beforeAll(async () => {
  hub = await openHub();
  await hub.registry.areas.create(ROOT, { id: 'riverside', level: 'community', parent: 'east', name: 'Riverside', profile: 'urban' });
});
afterAll(() => hub.close());

it.each(examples)('the rule %s of the page is taken as it is written', async (_name, body) => {
  const answer = await hub.app.inject({ method: 'POST', url: '/api/v1/rules', headers: await hub.as('admin'), payload: body });
  expect([answer.statusCode, answer.json()]).toMatchObject([201, body]);
});

it('the page has an example of every leaf of a combined rule', () => {
  const shown = examples.flatMap(([, rule]) => rule.type === 'combined' ? leavesOf(rule.when).map(({ type }) => type) : []);
  expect(new Set(shown)).toEqual(new Set(RuleLeafSchema.anyOf.map((leaf) => leaf.properties.type.const)));
});
