import { AreaSchema, IdSchema, ProblemSchema, RuleSchema, type Rule } from '@liandong/protocols';
import { Type } from 'typebox';

/** An area and those below it; named, so that it can refer to itself. */
export const AreaNodeSchema = Type.Object({ ...AreaSchema.properties, children: Type.Array(Type.Ref('AreaNode#')) }, { $id: 'AreaNode' });
export const AreaForestSchema = Type.Object({ data: Type.Array(Type.Ref('AreaNode#')) });

/** Ten types of rules are long; named, they stand in the document once. */
export const NamedRuleSchema = { ...RuleSchema, $id: 'Rule' };
export const RuleRef = Type.Unsafe<Rule>(Type.Ref('Rule#'));

export const IdParams = Type.Object({ id: IdSchema });
/** Ids that the hub gives: alerts, tokens. */
export const RowParams = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }) });
export const Nothing = Type.Null({ description: 'Done' });

const problem = (description: string) => ({ description, content: { 'application/problem+json': { schema: ProblemSchema } } });
/** What every route may answer instead. */
export const problems = {
  '4xx': problem('The request can not be served; `code` says why'),
  '5xx': problem('The hub can not serve it now; `code` says why'),
};
