import { Readable } from 'node:stream';
import type { ImportEvent, ImportResult, Role } from '@liandong/protocols';
import { createDeviceBulk } from '../../src/devices/device-bulk.js';
import { createImportService, type ImportService } from '../../src/import/import-service.js';
import type { Principal } from '../../src/identity/principal.js';
import { openHub } from '../http/test-hub.js';
import { ROOT, type Registry } from '../devices/registry.js';

export const importsOf = (registry: Registry): ImportService => {
  const { db, clock, tree: areas, directory, changes, audit } = registry;
  return createImportService({ areas, directory, audit, clock, reservedIds: new Set(['hub']), bulk: createDeviceBulk({ db, clock, areas, directory, changes }) });
};

/** The real application with imports; `bin-1` stands in the east, `bin-2` in the west. */
export async function openImportHub() {
  let imports: ImportService | undefined;
  const hub = await openHub({ more: (registry) => ({ imports: imports = importsOf(registry) }) });
  return {
    ...hub,
    imports: imports as unknown as ImportService, // openHub has called `more`
    async send(csv: string | Buffer, { query = '', role = 'admin', area, headers = {} }: { query?: string; role?: Role; area?: string; headers?: Record<string, string> } = {}) {
      return hub.app.inject({ method: 'POST', url: `/api/v1/devices/import${query}`, payload: csv, headers: { ...await hub.as(role, area), 'content-type': 'text/csv', ...headers } });
    },
  };
}
export type ImportHub = Awaited<ReturnType<typeof openImportHub>>;

export async function runImport(imports: ImportService, csv: string | Buffer, { principal = ROOT, isDryRun = false, onlyValid = false, rows }: { principal?: Principal; isDryRun?: boolean; onlyValid?: boolean; rows?: string } = {}): Promise<{ result: ImportResult; events: ImportEvent[] }> {
  const open = await imports.open(principal, Readable.from([Buffer.from(csv)]) as AsyncIterable<Buffer>, { isDryRun, onlyValid, ...(rows === undefined ? {} : { rows }) }); // a stream of that one buffer
  const events: ImportEvent[] = [];
  for await (const event of open.run()) events.push(event);
  const last = events.at(-1);
  if (last?.type !== 'result') throw new Error('no result');
  return { result: last, events };
}
