import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import Value from 'typebox/value';
import { ValidationError, type FieldFault } from './problems.js';

/** More than these help nobody. */
const MOST_FAULTS = 20;

/**
 * Bodies are taken as they are: a number in quotes is an error. Addresses and queries are text, so they are converted first.
 * An absent body stands for an empty object where every member is optional.
 */
export const typeboxValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = Compile(schema);
  const isBody = httpPart === 'body';
  return (input: unknown) => {
    const given = isBody ? input ?? {} : input;
    const value = isBody ? given : Value.Convert(schema, Value.Default(schema, given));
    if (check.Check(value)) return { value };
    return { error: new ValidationError(httpPart ?? 'request', faultsOf(check.Errors(value))) };
  };
};

interface SchemaError { keyword: string; instancePath: string; params: object; message: string }

function faultsOf(errors: readonly SchemaError[]): FieldFault[] {
  return errors.slice(0, MOST_FAULTS).map(({ keyword, instancePath, params, message }) => {
    const extra = keyword === 'additionalProperties' && 'additionalProperties' in params && Array.isArray(params.additionalProperties) ? params.additionalProperties : [];
    const [name] = extra as unknown[];
    return { path: typeof name === 'string' ? `${instancePath}/${name.slice(0, 64)}` : instancePath || '/', message };
  });
}
