import { RULE_SCHEMAS, RULE_TYPES, type RuleType } from '@liandong/protocols';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { ValidationError } from './problems.js';
import { typeboxValidator } from './validator.js';

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
    if (!isRuleType(type)) return { error: new ValidationError('body', [{ path: `${prefix}/type`, message: `must be one of ${RULE_TYPES.join(', ')}` }]) };
    const fault = others?.(body) as { error?: Error } | undefined; // typeboxValidator answers with objects
    if (fault?.error !== undefined) return fault;
    const { error } = checkOf(type)(rule) as { error?: Error }; // typeboxValidator answers with objects
    if (error instanceof ValidationError && prefix !== '') return { error: new ValidationError('body', error.faults.map(({ path, message }) => ({ path: `${prefix}${path}`, message }))) };
    return error === undefined ? { value: body } : { error };
  };
};

/** The schema with one member left to be checked by itself. */
const withAny = (schema: TSchema, member: string): TSchema => {
  const { properties } = schema as { properties?: object }; // plain JSON Schema underneath
  return { ...schema, properties: { ...properties, [member]: {} } };
};

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
