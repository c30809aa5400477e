import { parseArgs } from 'node:util';

/**
 * What one process is: everything of a sub-district (`all`, the default), its hub alone (`hub`: never with the simulated fleet), a community's gateway box (`edge`), or a city that pulls
 * from hubs (`city`).
 */
export type Role = 'all' | 'hub' | 'edge' | 'city';

const ROLES: readonly Role[] = ['all', 'hub', 'edge', 'city'];

/** `--role hub` or `--role=hub`. Adds to `problems` what a person has to mend. */
export function readRole(args: readonly string[], problems: string[]): Role {
  const { values: { role }, tokens } = parseArgs({ args: [...args], options: { role: { type: 'string' } }, strict: false, tokens: true });
  for (const token of tokens) if (token.kind !== 'option' || token.name !== 'role') problems.push(`${token.kind === 'option' ? token.rawName : token.kind === 'positional' ? token.value : '--'} is not known; there is --role ${ROLES.join('|')}`);
  if (role === undefined) return 'all';
  const known = ROLES.find((name) => name === role);
  if (known === undefined) problems.push(`--role must be one of ${ROLES.join(', ')}${typeof role === 'string' ? `, not "${role}"` : ''}`);
  return known ?? 'all';
}
