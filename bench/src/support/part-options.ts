import type { Resources } from './resources.js';

/** Tells of a stage and how far it is. */
export type TellProgress = (stage: string, done: number, of: number) => void;
/** What every measurement is given beside its size. */
export interface PartOptions { readonly resources: Resources; readonly onProgress: TellProgress }
