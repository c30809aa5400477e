import { severityRank, type Alert, type EpochMs, type HandoverGroup, type HandoverGroups, type Severity } from '@liandong/protocols';

/** A group of more alerts than these is one row that can be opened; those of a smaller one stand by themselves. */
const NAMED_ALONE = 3;
/** Rows after which a list begins no further group until it is asked for more: somebody has to read them standing up. */
export const ROWS_AT_FIRST = 30;

export type HandoverRow = { readonly group: HandoverGroup; readonly isOpen: boolean } | { readonly alert: Alert; readonly isInside: boolean } | /** How many of an opened group are not named. */ { readonly unnamed: number; readonly group: HandoverGroup };

export const groupKey = ({ ruleId, area }: HandoverGroup): string => `${ruleId} ${area}`; // ids hold no space
const isAlone = ({ count }: HandoverGroup): boolean => count <= NAMED_ALONE;

/**
 * A list as rows: few alerts of a kind each by name, many as one row with their number. `turned`: groups that somebody opened or closed; critical ones are open unless closed.
 * `left`: alerts that no row stands for; `hasMore`: rows are left out that the report has.
 */
export function handoverRows({ total, groups }: HandoverGroups, { turned, isWhole }: { turned: ReadonlySet<string>; isWhole: boolean }): { rows: HandoverRow[]; left: number; hasMore: boolean } {
  const rows: HandoverRow[] = [];
  let [told, counted] = [0, 0];
  for (const block of blocksOf(groups)) {
    if (!isWhole && counted >= ROWS_AT_FIRST) return { rows, left: total - told, hasMore: true };
    counted += rowsOf(block, false).length; // whatever is opened or closed, the same ones are there
    rows.push(...rowsOf(block, 'group' in block && turned.has(groupKey(block.group))));
    told += 'group' in block ? block.group.count : 1;
  }
  return { rows, left: total - told, hasMore: false };
}

type Block = { readonly alert: Alert } | { readonly group: HandoverGroup };

/** Alerts that stand alone and groups in one order: the worst, of these the oldest, first. */
function blocksOf(groups: readonly HandoverGroup[]): Block[] {
  const placed = groups.flatMap((group): { severity: Severity; at: EpochMs; block: Block }[] => isAlone(group)
    ? group.alerts.map((alert) => ({ severity: alert.severity, at: alert.raisedAt, block: { alert } }))
    : [{ severity: group.severity, at: group.oldestAt, block: { group } }]);
  return placed.sort((a, b) => severityRank(a.severity) - severityRank(b.severity) || a.at - b.at).map(({ block }) => block);
}

function rowsOf(block: Block, isTurned: boolean): HandoverRow[] {
  if ('alert' in block) return [{ alert: block.alert, isInside: false }];
  const { group } = block;
  const isOpen = (group.severity === 'critical') !== isTurned;
  if (!isOpen) return [{ group, isOpen }];
  const unnamed = group.count - group.alerts.length;
  return [{ group, isOpen }, ...group.alerts.map((alert) => ({ alert, isInside: true })), ...(unnamed > 0 ? [{ unnamed, group }] : [])];
}

/** Rules whose name a row shows. */
export const rulesNamed = (lists: readonly HandoverGroups[]): string[] => lists.flatMap(({ groups }) => groups.filter((group) => !isAlone(group)).map(({ ruleId }) => ruleId));
