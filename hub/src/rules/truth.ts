import { isGroup, type RuleCondition, type RuleLeaf } from '@liandong/protocols';

/** Undefined: neither true nor false, as something is not known. */
export type Truth = () => boolean | undefined;

/** What a tree of conditions comes to, by what its leaves do; they are asked for from left to right. */
export function truthOf(when: RuleCondition, ofLeaf: (leaf: RuleLeaf) => Truth): Truth {
  if (!isGroup(when)) return ofLeaf(when);
  const parts = when.of.map((part) => truthOf(part, ofLeaf));
  switch (when.op) {
    case 'all': return allOf(parts);
    case 'any': return negated(allOf(parts.map(negated)));
    case 'not': return allOf(parts.map(negated));
  }
}

const negated = (part: Truth): Truth => () => {
  const isTrue = part();
  return isTrue === undefined ? undefined : !isTrue;
};

/** One that is false decides; else one that is unknown leaves it open. */
const allOf = (parts: readonly Truth[]): Truth => () => {
  let result: boolean | undefined = true;
  for (const part of parts) {
    const isTrue = part();
    if (isTrue === false) return false;
    if (isTrue === undefined) result = undefined;
  }
  return result;
};
