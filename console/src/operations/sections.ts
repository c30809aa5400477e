import type { Role } from '@liandong/protocols';

const READERS: readonly Role[] = ['admin', 'operator', 'grid_worker', 'property'];
const KEEPERS: readonly Role[] = ['admin', 'operator'];
const ADMINS: readonly Role[] = ['admin'];

/** Sub-pages of "rules & duty", in two groups: what a shift does, and what is set up once. `roles` may open it, as the hub's permissions say. */
export const SECTIONS = [
  { key: 'handover', group: 'duty', roles: READERS }, { key: 'kpi', group: 'duty', roles: READERS }, { key: 'shifts', group: 'duty', roles: KEEPERS }, { key: 'maintenance', group: 'duty', roles: READERS },
  { key: 'rules', group: 'setup', roles: KEEPERS }, { key: 'policies', group: 'setup', roles: KEEPERS }, { key: 'calendar', group: 'setup', roles: KEEPERS }, { key: 'channels', group: 'setup', roles: ADMINS },
] as const;
export type SectionKey = (typeof SECTIONS)[number]['key'];
export const SECTION_GROUPS = ['duty', 'setup'] as const;

export const sectionsOf = (role: Role | undefined): (typeof SECTIONS)[number][] => SECTIONS.filter(({ roles }) => role !== undefined && roles.includes(role));
/** What the role sees first: rules for who keeps them, else the handover. */
export const firstSection = (role: Role | undefined): SectionKey | undefined => sectionsOf(role).find(({ key }) => key === 'rules')?.key ?? sectionsOf(role)[0]?.key;
