import { ID_PATTERN, TIME_OF_DAY_PATTERN } from '@liandong/protocols';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { ValidationError, type FieldFault } from './problems.js';

/** More than these help nobody. */
export const MOST_FAULTS = 20;

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

interface SchemaError { keyword: string; schemaPath: string; instancePath: string; params: object; message: string }

/** The first fault of each place. */
export function faultsOf(errors: readonly SchemaError[]): FieldFault[] {
  const faults = new Map<string, string>();
  for (const { path, message } of errors.flatMap(faultsIn)) {
    if (!faults.has(path) && faults.size < MOST_FAULTS) faults.set(path, message);
  }
  return [...faults].map(([path, message]) => ({ path, message }));
}

/** Words for the patterns of the contract; a caller need not read regular expressions. */
const PATTERN_WORDS: ReadonlyMap<unknown, string> = new Map([
  [ID_PATTERN, 'must be up to 32 small letters, digits and hyphens, and not begin with a hyphen'], ['\\S', 'must not be blank'], [TIME_OF_DAY_PATTERN, 'must be HH:MM'],
]);

/** One fault per missing or unknown member, at the member's own path; a name the sender chose is cut short. */
function faultsIn({ keyword, schemaPath, instancePath, params, message }: SchemaError): FieldFault[] {
  const path = instancePath || '/';
  switch (keyword) {
    case 'additionalProperties': return membersOf(params, 'additionalProperties').map((name) => ({ path: `${instancePath}/${name.slice(0, 64)}`, message: 'unknown member' }));
    // Said a second time, by the `false` that stands for members the schema does not name.
    case 'boolean': return schemaPath.endsWith('/additionalProperties') ? [] : [{ path, message: 'is not allowed' }];
    case 'required': return membersOf(params, 'requiredProperties').map((name) => ({ path: `${instancePath}/${name}`, message: 'is missing' }));
    case 'enum': return [{ path, message: `must be one of ${membersOf(params, 'allowedValues').join(', ')}` }];
    case 'type': return [{ path, message: `must be ${'type' in params && typeof params.type === 'string' ? withArticle(params.type) : 'of another type'}` }];
    case 'pattern': return [{ path, message: PATTERN_WORDS.get('pattern' in params ? String(params.pattern) : undefined) ?? message }];
    default: return [{ path, message }];
  }
}

function membersOf(params: object, name: string): string[] {
  const list: unknown = Object.entries(params).find(([key]) => key === name)?.[1];
  return Array.isArray(list) ? list.map(String) : [];
}

const withArticle = (type: string): string => /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
