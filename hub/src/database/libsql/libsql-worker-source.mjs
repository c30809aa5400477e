// Runs the worker from source. `--import tsx` registers its loader on a main thread only, so a thread does it by name.
import { register } from 'tsx/esm/api';

register();
await import('./libsql-worker.ts');
