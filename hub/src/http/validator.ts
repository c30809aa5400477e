import { ID_PATTERN, NOT_BLANK_PATTERN, TIME_OF_DAY_PATTERN, type FaultKeyword, type FaultPattern, type FieldFault } from '@liandong/protocols';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { memberOf } from './member-of.js';
import { ValidationError } from './problems.js';

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
  const faults = new Map<string, FieldFault>();
  for (const fault of errors.flatMap(faultsIn)) {
    if (!faults.has(fault.path) && faults.size < MOST_FAULTS) faults.set(fault.path, fault);
  }
  return [...faults.values()];
}

interface PatternWords { readonly name: FaultPattern; readonly words: string }
const NOT_BLANK: PatternWords = { name: 'not_blank', words: 'must not be blank' };
const NOT_TURNED: PatternWords = { name: 'not_turned', words: 'must not hold controls that turn the direction of the text (U+202A–U+202E, U+2066–U+2069)' };
/** Words for the patterns of the contract; a caller need not read regular expressions. */
const PATTERNS: ReadonlyMap<unknown, PatternWords> = new Map<unknown, PatternWords>([
  [ID_PATTERN, { name: 'id', words: 'must be up to 32 small letters, digits and hyphens, and not begin with a hyphen' }],
  ['\\S', NOT_BLANK], [NOT_BLANK_PATTERN, NOT_BLANK], [TIME_OF_DAY_PATTERN, { name: 'time_of_day', words: 'must be HH:MM' }],
]);

/** One fault per missing or unknown member, at the member's own path; a name the sender chose is cut short. */
function faultsIn({ keyword, schemaPath, instancePath, params, message }: SchemaError): FieldFault[] {
  const path = instancePath || '/';
  const fault = (kind: FaultKeyword, words: string, more: Pick<FieldFault, 'limit' | 'expected'> = {}): FieldFault[] => [{ path, message: words, keyword: kind, ...more }];
  switch (keyword) {
    case 'additionalProperties': return listOf(params, 'additionalProperties').map((name) => ({ path: `${instancePath}/${name.slice(0, 64)}`, message: 'unknown member', keyword }));
    // Said a second time, by the `false` that stands for members the schema does not name.
    case 'boolean': return schemaPath.endsWith('/additionalProperties') ? [] : [{ path, message: 'is not allowed' }];
    case 'required': return listOf(params, 'requiredProperties').map((name) => ({ path: `${instancePath}/${name}`, message: 'is missing', keyword }));
    case 'enum': return fault(keyword, `must be one of ${listOf(params, 'allowedValues').join(', ')}`, { expected: listOf(params, 'allowedValues') });
    case 'type': return fault(keyword, `must be ${withArticle(listOf(params, 'type').join(' or '))}`, { expected: listOf(params, 'type') });
    case 'pattern': {
      const known = PATTERNS.get(memberOf(params, 'pattern'));
      return fault(keyword, known?.words ?? message, known === undefined ? {} : { expected: [known.name] });
    }
    // In the contract only what TURNED_PATTERN stands in.
    case 'not': return fault('pattern', NOT_TURNED.words, { expected: [NOT_TURNED.name] });
    case 'minimum': case 'maximum': case 'minLength': case 'maxLength': case 'minItems': case 'maxItems': {
      const limit = memberOf(params, 'limit');
      return fault(keyword, message, limit === undefined ? {} : { limit: Number(limit) });
    }
    case 'uniqueItems': return fault(keyword, message);
    default: return [{ path, message }];
  }
}

/** A member that is a list, or a single word, as words. */
function listOf(params: object, name: string): string[] {
  const member = memberOf(params, name);
  return member === undefined ? [] : [member].flat().map(String);
}

const withArticle = (type: string): string => /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
