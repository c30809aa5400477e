import type { Label } from '@liandong/protocols';
import { Type } from 'typebox';
import { Value } from 'typebox/value';

const StoredSchema = Type.Object({ zh: Type.String(), en: Type.String() });

/** What went wrong, as it stands in a text column: both languages as JSON. */
export const storedFailure = ({ zh, en }: Label): string => JSON.stringify({ zh, en });

/** As the API has it: `error`, and `errorZh` where there is Chinese. A row of before both languages were kept holds the English sentence itself. */
export function failureOf(text: string): { error: string; errorZh?: string } {
  if (!text.startsWith('{')) return { error: text };
  const parsed: unknown = JSON.parse(text);
  return Value.Check(StoredSchema, parsed) ? { error: parsed.en, errorZh: parsed.zh } : { error: text };
}
