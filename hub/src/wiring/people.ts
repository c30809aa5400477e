import { AreaTree } from '../areas/area-tree.js';
import { createAreaService } from '../areas/area-service.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import { createAuditLog } from '../identity/audit-log.js';
import { createIdentityService } from '../identity/identity-service.js';

/** Who may do what where, and what they did; every role has it. */
export function wirePeople({ db, clock, onError }: { db: Db; clock: Clock; onError: (error: unknown) => void }) {
  const areas = new AreaTree({ onError });
  const audit = createAuditLog({ db, clock });
  return { areas, audit, identity: createIdentityService({ db, clock, areas, audit }), areaService: createAreaService({ db, areas, audit }) };
}
