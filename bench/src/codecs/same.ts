/** Are two plain JSON-like values the same? For every decoded message while the clock runs, so it makes nothing new. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null || Array.isArray(one) !== Array.isArray(other)) return false;
  const [left, right] = [one as Record<string, unknown>, other as Record<string, unknown>]; // objects, by the check above
  for (const key in left) if (!Object.hasOwn(right, key) || !same(left[key], right[key])) return false;
  for (const key in right) if (!Object.hasOwn(left, key)) return false;
  return true;
}
