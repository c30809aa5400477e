import type { DeviceLoad, Span } from '../load/plan.js';
import type { OwnedProcess } from '../support/owned-process.js';
import type { Resources } from '../support/resources.js';

export const PATH_IDS = ['a', 'b', 'c'] as const;
export type PathId = (typeof PATH_IDS)[number];

/** The place a process has in a path; the columns of the table. */
export type Part = 'broker' | 'consumer' | 'store';

/** One way from a device to a stored row. */
export interface Path {
  readonly id: PathId;
  readonly title: string;
  /** Versions and settings worth knowing, a line each. */
  readonly notes: readonly string[];
  /** What is missing and how to get it; undefined when it can run. */
  readonly missing: string | undefined;
  start(resources: Resources): Promise<RunningPath>;
}

export interface RunningPath {
  readonly processes: readonly { readonly part: Part; readonly process: OwnedProcess }[];
  /** Where and as whom the devices connect. */
  readonly port: number;
  readonly devices: readonly DeviceLoad[];
  /** What reads from the broker and can be frozen while a backlog builds up; undefined where devices speak to the hub itself. */
  readonly consumer: OwnedProcess | undefined;
  /** Begins to follow the messages of a span, before the first is sent; the answer says how many of them are stored by now. */
  follow(span: Span): Promise<() => Promise<number>>;
  /** Nothing is left to do for the messages that are stored. */
  isIdle(): Promise<boolean>;
  /** Rows of a span in the store, one per value. */
  rows(span: Span): Promise<number>;
}
