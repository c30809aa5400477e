import { topDown, type Area, type AreaNode } from '@liandong/protocols';

/** The trees with this area added, in its place by id, or in the place of what was known of it. One whose parent is not there is a root, as in `GET /areas`. */
export function withArea(roots: readonly AreaNode[], area: Area): AreaNode[] {
  const known = flatten(roots);
  const isNew = !known.some(({ id }) => id === area.id);
  return grow(isNew ? [...known, area] : known.map((one) => one.id === area.id ? area : one));
}

/** Every node, each before what lies below it. */
export const flatten = (nodes: readonly AreaNode[]): AreaNode[] => nodes.flatMap((node) => [node, ...flatten(node.children)]);

function grow(areas: readonly Area[]): AreaNode[] {
  const nodes = new Map([...areas].sort(topDown).map((area): [string, AreaNode] => [area.id, { ...area, children: [] }]));
  const roots: AreaNode[] = [];
  for (const node of nodes.values()) (node.parent === undefined ? roots : nodes.get(node.parent)?.children ?? roots).push(node);
  return roots;
}
