import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { ValidationError, type FieldFault } from './problems.js';

/** More than these help nobody. */
const MOST_FAULTS = 20;

/**
 * Bodies are taken as they are: a number in quotes is an error. Addresses and queries are text, so numbers in them are read first.
 * An absent body stands for an empty object, which is right where every member is optional.
 */
export const typeboxValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = Compile(schema);
  const numbers = numbersOf(schema);
  return (input: unknown) => {
    const value = httpPart === 'body' ? input ?? {} : withNumbers(input, numbers);
    if (check.Check(value)) return { value };
    return { error: new ValidationError(httpPart ?? 'request', faultsOf(check.Errors(value))) };
  };
};

/** Names of the members that are numbers. */
function numbersOf(schema: TSchema): string[] {
  const { properties } = schema as { properties?: Record<string, { type?: string }> }; // plain JSON Schema underneath
  return Object.entries(properties ?? {}).filter(([, { type }]) => type === 'integer' || type === 'number').map(([name]) => name);
}

function withNumbers(input: unknown, names: readonly string[]): unknown {
  if (typeof input !== 'object' || input === null || names.length === 0) return input;
  const read: Record<string, unknown> = { ...input };
  for (const name of names) {
    const text = read[name];
    if (typeof text === 'string' && /^-?\d{1,16}(\.\d{1,16})?$/.test(text)) read[name] = Number(text);
  }
  return read;
}

interface SchemaError { keyword: string; instancePath: string; params: object; message: string }

/** The first fault of each place. */
function faultsOf(errors: readonly SchemaError[]): FieldFault[] {
  const faults = new Map<string, string>();
  for (const error of errors) {
    const path = pathOf(error);
    if (!faults.has(path) && faults.size < MOST_FAULTS) faults.set(path, error.message);
  }
  return [...faults].map(([path, message]) => ({ path, message }));
}

/** An unknown member is named by its own path, cut short because the sender chose it. */
function pathOf({ keyword, instancePath, params }: SchemaError): string {
  const extra: unknown = keyword === 'additionalProperties' && 'additionalProperties' in params ? params.additionalProperties : undefined;
  const name: unknown = Array.isArray(extra) ? extra[0] : undefined;
  return typeof name === 'string' ? `${instancePath}/${name.slice(0, 64)}` : instancePath || '/';
}
