import { describe, expect, it } from 'vitest';
import { ApiError } from '../../src/api/api-error.js';
import { createApiClient } from '../../src/api/client.js';
import { createProvisioningApi, rangesOf } from '../../src/api/provisioning-api.js';

const result = { type: 'result', id: 'i', dryRun: true, applied: false, encoding: 'UTF-8', ignoredColumns: [], rows: [], counts: { created: 0, updated: 0, unchanged: 0, failed: 0 }, credentials: [] };
function apiOf(...chunks: string[]) {
  const asked: string[] = [];
  const body = new ReadableStream({ start(controller) { for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk)); controller.close(); } });
  const client = createApiClient({ fetch: async (url) => { asked.push(typeof url === 'string' ? url : ''); return new Response(body, { headers: { 'content-type': 'application/x-ndjson' } }); }, timeoutMs: 1000, onUnauthenticated: () => undefined });
  return { api: createProvisioningApi(client), asked };
}

describe('an import', () => {
  it('tells its progress while it comes, however the lines are cut', async () => {
    const { api, asked } = apiOf('{"type":"progress","phase":"checking","done":1,"to', 'tal":4}\n{"type":"progress","phase":"writing","done":4,"total":4}\n', JSON.stringify(result));
    const seen: number[][] = [];
    expect(await api.importDevices(new Blob(['id']), { isDryRun: true, lines: [4, 2, 3, 9], onProgress: (done, total) => seen.push([done, total]) })).toMatchObject({ id: 'i', dryRun: true });
    expect(seen).toEqual([[1, 4], [4, 4]]);
    expect(asked).toEqual(['/api/v1/devices/import?dryRun=1&rows=2-4%2C9']);
  });
  it('that breaks half-way is an error with the hub’s code', async () => {
    const { api } = apiOf('{"type":"error","problem":{"code":"CSV_INVALID","title":"","status":422,"detail":"line 3","detailZh":"第 3 行"}}\n');
    await expect(api.importDevices(new Blob(), { isDryRun: false, onProgress: () => undefined })).rejects.toMatchObject({ code: 'CSV_INVALID', status: 422, detail: 'line 3', detailZh: '第 3 行' });
  });
  it('that ends without a result is an error too', async () => {
    const { api } = apiOf('{"type":"progress","phase":"checking","done":1,"total":4}\n');
    await expect(api.importDevices(new Blob(), { isDryRun: false, onProgress: () => undefined })).rejects.toBeInstanceOf(ApiError);
  });
});

describe('chosen lines', () => {
  it.each([[[], ''], [[5], '5'], [[2, 3, 4], '2-4'], [[9, 2, 4, 3, 3], '2-4,9']])('%j are asked for as %j', (lines, text) => { expect(rangesOf(lines)).toBe(text); });
});
