import { RULE_SCHEMAS, RULE_TYPES, type FieldFault, type RuleType } from '@liandong/protocols';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { conditionFaults } from './condition-faults.js';
import { memberOf } from './member-of.js';
import { ValidationError } from './problems.js';
import { MOST_FAULTS, typeboxValidator } from './validator.js';

const isRuleType = (type: unknown): type is RuleType => RULE_TYPES.some((known) => known === type);

/** Checks a rule against the schema of its own type: a union of ten would blame all of them. `member`: where in the body the rule stands. */
export const ruleBodyValidator = (member?: string): FastifySchemaCompiler<TSchema> => (route) => {
  if (route.httpPart !== 'body') return typeboxValidator(route);
  // Compiled when the first rule of a type comes: ten of them for each route would be felt at every start.
  const checks = new Map<RuleType, ReturnType<typeof typeboxValidator>>();
  const checkOf = (type: RuleType) => {
    const check = checks.get(type) ?? typeboxValidator({ ...route, schema: RULE_SCHEMAS[type] });
    checks.set(type, check);
    return check;
  };
  const others = member === undefined ? undefined : typeboxValidator({ ...route, schema: withAny(route.schema, member) });
  const prefix = member === undefined ? '' : `/${member}`;
  return (body: unknown) => {
    const rule: unknown = member === undefined ? body : memberOf(body, member);
    const type = memberOf(rule, 'type');
    if (!isRuleType(type)) return { error: new ValidationError('body', [{ path: `${prefix}/type`, message: `must be one of ${RULE_TYPES.join(', ')}`, keyword: 'enum', expected: [...RULE_TYPES] }]) };
    const fault = others?.(body) as { error?: Error } | undefined; // typeboxValidator answers with objects
    if (fault?.error !== undefined) return fault;
    const { error } = checkOf(type)(rule) as { error?: Error }; // typeboxValidator answers with objects
    if (error instanceof ValidationError) return { error: new ValidationError('body', ruleFaults(error.faults, rule).map((fault) => ({ ...fault, path: `${prefix}${fault.path}` }))) };
    return error === undefined ? { value: body } : { error };
  };
};

/** The faults, with those of a combined rule's tree said of the nodes themselves. */
function ruleFaults(faults: readonly FieldFault[], rule: unknown): readonly FieldFault[] {
  const when = memberOf(rule, 'when');
  if (memberOf(rule, 'type') !== 'combined' || when === undefined) return faults;
  return [...faults.filter(({ path }) => path !== '/when' && !path.startsWith('/when/')), ...conditionFaults(when, '/when')].slice(0, MOST_FAULTS);
}

/** The schema with one member left to be checked by itself. */
const withAny = (schema: TSchema, member: string): TSchema => {
  const { properties } = schema as { properties?: object }; // plain JSON Schema underneath
  return { ...schema, properties: { ...properties, [member]: {} } };
};
