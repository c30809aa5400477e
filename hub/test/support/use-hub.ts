import { afterAll, beforeAll } from 'vitest';
import type { HubClient } from './hub-client.js';
import { startHub, type HubProcess } from './hub-process.js';

/** A hub and its admin for the tests of a block: there before the first of them, and gone after the last. */
export function useHub(): { readonly hub: HubProcess; readonly admin: HubClient } {
  let hub: HubProcess | undefined;
  let admin: HubClient | undefined;
  beforeAll(async () => {
    hub = await startHub();
    admin = await hub.signIn();
  });
  afterAll(() => hub?.dispose());

  function started<T>(part: T | undefined): T {
    if (part === undefined) throw new Error('The hub is there from the first test on.');
    return part;
  }
  return { get hub() { return started(hub); }, get admin() { return started(admin); } };
}
