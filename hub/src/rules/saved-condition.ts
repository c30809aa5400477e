import type { Label } from '@liandong/protocols';
import type { SavedChatter } from '../alerts/chatter.js';
import type { SavedDelays } from './grade-delays.js';
import type { SavedLeave } from './leave-delay.js';

/** What is kept of a condition; NaN is written as null. */
export interface SavedCondition extends SavedDelays, SavedLeave {
  isIn: boolean; value: number | null;
  /** Grade of its alert, or of the one that was cleared by hand; missing when there is none. */
  level?: number;
  /** A person cleared its alert. Written into the saved state by that person's transaction. */
  clearedByHand?: boolean;
  chatter?: SavedChatter;
  /** What the rule type itself remembers, such as a window. */
  extra?: unknown;
  facts?: AlertFacts;
  /** Of the rule; missing in what was written before rules had versions. */
  version?: number;
  /** `CompiledRule.core`; missing in what was written before there was one, where the version decides. */
  core?: string;
}
/** What an alert says beside its value, where the rule alone doesn't tell: the limit that was crossed, and what it is about. */
export interface AlertFacts { limit?: number; what?: Label }
