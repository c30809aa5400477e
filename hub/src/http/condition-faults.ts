import { CONDITION_LIMITS, RuleLeafSchema, oneOf, type FieldFault } from '@liandong/protocols';
import { Type, type TSchema } from 'typebox';
import { Errors } from 'typebox/value';
import { memberOf } from './member-of.js';
import { faultsOf } from './validator.js';

const OPS = ['all', 'any', 'not'] as const;
const GroupSchema = Type.Object({ op: oneOf(OPS), of: Type.Array(Type.Unknown(), { minItems: 1, maxItems: CONDITION_LIMITS.perGroup }) }, { additionalProperties: false });
const LEAVES: ReadonlyMap<unknown, TSchema> = new Map(RuleLeafSchema.anyOf.map((leaf) => [leaf.properties.type.const, leaf]));

/** What is wrong in the tree of a combined rule, each node held against what it says it is: the union would blame every kind of node but that one. */
export function conditionFaults(node: unknown, path: string, depth: number = CONDITION_LIMITS.depth): FieldFault[] {
  if (memberOf(node, 'op') === undefined) return leafFaults(node, path);
  if (depth === 0) return [{ path, message: `is a group too deep; ${CONDITION_LIMITS.depth} within each other are the most`, keyword: 'depth', limit: CONDITION_LIMITS.depth }];
  const of = memberOf(node, 'of');
  const parts: unknown[] = Array.isArray(of) ? of.slice(0, CONDITION_LIMITS.perGroup) : [];
  return [...faultsAt(GroupSchema, node, path), ...parts.flatMap((part, index) => conditionFaults(part, `${path}/of/${index}`, depth - 1))];
}

function leafFaults(node: unknown, path: string): FieldFault[] {
  const type = memberOf(node, 'type');
  const schema = LEAVES.get(type);
  if (schema !== undefined) return faultsAt(schema, node, path);
  const types = [...LEAVES.keys()].map(String);
  return [type === undefined ? { path, message: `must have an op (${OPS.join(', ')}) or a type (${types.join(', ')})`, keyword: 'required' } : { path: `${path}/type`, message: `must be one of ${types.join(', ')}`, keyword: 'enum', expected: types }];
}

const faultsAt = (schema: TSchema, node: unknown, path: string): FieldFault[] =>
  faultsOf(Errors(schema, node)).map((fault) => ({ ...fault, path: fault.path === '/' ? path : `${path}${fault.path}` }));
