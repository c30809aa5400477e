import { familyOf, severityRank, type Rule, type Severity } from '@liandong/protocols';

const SUBJECTS = ['waste_bin', 'gates', 'env_sensor', 'gateway', 'several'] as const;
export type Subject = (typeof SUBJECTS)[number];

/** Severities a rule can raise, worst first, each once. */
export function severitiesOf(rule: Rule): Severity[] {
  const all = 'bands' in rule ? rule.bands.map(({ severity }) => severity) : [rule.severity];
  return [...new Set(all)].sort((a, b) => severityRank(a) - severityRank(b));
}

function subjectOf({ kinds }: Rule): Subject {
  if (kinds.every((kind) => kind === 'access_gate' || kind === 'vehicle_gate')) return 'gates';
  const [only] = kinds;
  return kinds.length === 1 ? SUBJECTS.find((subject) => subject === only) ?? 'several' : 'several';
}

/** The wider a scope, the earlier in its family: the nearer ones below give way to none. */
const width = ({ scope = {} }: Rule): number => scope.devices !== undefined ? 3 : scope.areas !== undefined ? 2 : scope.profiles !== undefined ? 1 : 0;
const worst = (rule: Rule): number => Math.min(...severitiesOf(rule).map(severityRank));

/** All rules by what they are about; families with what is most urgent first, the widest rule leading each. */
export function groupRules(rules: readonly Rule[]): { subject: Subject; families: Rule[][] }[] {
  const families = new Map<string, Rule[]>();
  for (const rule of rules) families.set(familyOf(rule), [...families.get(familyOf(rule)) ?? [], rule]);
  const sorted = [...families.values()].map((family) => family.sort((a, b) => width(a) - width(b) || (a.id < b.id ? -1 : 1))).sort((a, b) => Math.min(...a.map(worst)) - Math.min(...b.map(worst)) || (idOf(a) < idOf(b) ? -1 : 1));
  return SUBJECTS.map((subject) => ({ subject, families: sorted.filter(([leading]) => leading !== undefined && subjectOf(leading) === subject) })).filter(({ families: own }) => own.length > 0);
}
const idOf = (family: readonly Rule[]): string => family[0]?.id ?? '';

/** A rule's id made from its name where that has Latin letters; else of its type. Free of those taken. */
export function freeId(base: string, taken: readonly string[]): string {
  const plain = base.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 28) || 'rule';
  if (!taken.includes(plain)) return plain;
  for (let n = 2; ; n += 1) if (!taken.includes(`${plain}-${n}`)) return `${plain}-${n}`;
}
