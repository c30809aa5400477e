/** An empty field says as much as one that is not there. */
const said = (value: unknown): string => value === undefined || value === '' ? '' : JSON.stringify(value);

/** The members in which two forms differ. */
export function changedKeys<F extends object>(a: F, b: F): (keyof F & string)[] {
  const [left, right] = [new Map<string, unknown>(Object.entries(a)), new Map<string, unknown>(Object.entries(b))];
  // The keys of both are those of F, which entries do not say.
  return [...new Set([...left.keys(), ...right.keys()])].filter((key) => said(left.get(key)) !== said(right.get(key))) as (keyof F & string)[];
}

/** Theirs, with what was changed in mine since both were as `before`. */
export function merged<F extends object>(before: F, theirs: F, mine: F): F {
  const result = new Map<string, unknown>(Object.entries(theirs));
  const own = new Map<string, unknown>(Object.entries(mine));
  for (const key of changedKeys(before, mine)) {
    if (own.has(key)) result.set(key, own.get(key));
    else result.delete(key);
  }
  return Object.fromEntries(result) as F; // members of two F
}
