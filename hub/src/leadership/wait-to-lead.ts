import { StartError } from '../problem.js';
import { LEASE_MS, type Lease } from './lease.js';

const LOOK_MS = 500;

/**
 * For a hub that has no others: one that was killed on another data folder holds the lease for some seconds yet.
 * @throws StartError when another hub keeps it
 */
export async function waitToLead(lease: Pick<Lease, 'take' | 'leader'>): Promise<true> {
  const deadline = performance.now() + LEASE_MS + 2 * LOOK_MS;
  while (performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (await lease.take()) return true;
  }
  throw new StartError('Another hub uses the database that DATABASE_URL names. Stop it, set DATABASE_URL to another database, or set PEER_URL on both so that one stands by for the other.');
}
