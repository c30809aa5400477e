import { CONDITION_LIMITS, isGroup, type MetricKey, type RuleCondition, type RuleGroup, type RuleLeaf } from '@liandong/protocols';
import { figureOf, type Figure } from './rule-form.js';

export type LeafType = RuleLeaf['type'];
export const LEAF_TYPES = ['compare', 'outside', 'change', 'state', 'event'] as const satisfies readonly LeafType[];
export interface LeafForm { kind: 'leaf'; type: LeafType; metric: MetricKey; direction: 'above' | 'below'; trend: 'up' | 'down'; limit: Figure; low: Figure; high: Figure; by: Figure; withinS: Figure; equals: boolean; event: string; count: Figure }
export interface GroupForm { kind: 'group'; op: RuleGroup['op']; of: NodeForm[] }
export type NodeForm = LeafForm | GroupForm;

export const emptyLeaf = (metric: MetricKey = 'temperature'): LeafForm =>
  ({ kind: 'leaf', type: 'compare', metric, direction: 'above', trend: 'up', limit: '', low: '', high: '', by: '', withinS: '600', equals: true, event: 'denied', count: '1' });

export function formOfCondition(condition: RuleGroup): GroupForm {
  return { kind: 'group', op: condition.op, of: condition.of.map((node) => isGroup(node) ? formOfCondition(node) : formOfLeaf(node)) };
}

function formOfLeaf(leaf: RuleLeaf): LeafForm {
  switch (leaf.type) {
    case 'compare': return { ...emptyLeaf(leaf.metric), direction: leaf.direction, limit: String(leaf.limit) };
    case 'outside': return { ...emptyLeaf(leaf.metric), type: 'outside', low: String(leaf.low), high: String(leaf.high) };
    case 'change': return { ...emptyLeaf(leaf.metric), type: 'change', trend: leaf.direction, by: String(leaf.by), withinS: String(leaf.withinS) };
    case 'state': return { ...emptyLeaf(leaf.metric), type: 'state', equals: leaf.equals };
    case 'event': return { ...emptyLeaf(), type: 'event', event: leaf.event, count: String(leaf.count), withinS: String(leaf.withinS) };
  }
}

/** A leaf stays a leaf at any depth; a whole tree of one leaf under `all` is that leaf, as it was stored. */
export function toCondition(group: GroupForm): RuleCondition {
  const [only] = group.of;
  return group.op === 'all' && group.of.length === 1 && only?.kind === 'leaf' ? toLeaf(only) : toGroup(group);
}

const toGroup = ({ op, of }: GroupForm): RuleGroup => ({ op, of: of.map((node) => node.kind === 'group' ? toGroup(node) : toLeaf(node)) });

function toLeaf(form: LeafForm): RuleLeaf {
  const { metric } = form;
  switch (form.type) {
    case 'compare': return { type: 'compare', metric, direction: form.direction, limit: figureOf(form.limit) };
    case 'outside': return { type: 'outside', metric, low: figureOf(form.low), high: figureOf(form.high) };
    case 'change': return { type: 'change', metric, direction: form.trend, by: figureOf(form.by), withinS: figureOf(form.withinS) };
    case 'state': return { type: 'state', metric, equals: form.equals };
    case 'event': return { type: 'event', event: form.event.trim(), count: figureOf(form.count), withinS: figureOf(form.withinS) };
  }
}

/** Leaves of a tree, from left to right. */
export const leavesOfForm = (node: NodeForm): LeafForm[] => node.kind === 'group' ? node.of.flatMap(leavesOfForm) : [node];
/** May another condition, or a group at this depth (1 is the outermost), be added here? */
export const mayAdd = (group: GroupForm, whole: GroupForm): boolean => group.of.length < CONDITION_LIMITS.perGroup && leavesOfForm(whole).length < CONDITION_LIMITS.leaves;
export const mayNest = (depth: number): boolean => depth < CONDITION_LIMITS.depth;
