import type { Resources } from '../support/resources.js';

/** What a measurement of the alerts is given beside its size. */
export interface Told { readonly resources: Resources; readonly progress: (stage: string, done: number, of: number) => void }
