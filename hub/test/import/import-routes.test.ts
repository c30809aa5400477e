import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROLES, type ImportEvent, type ImportResult } from '@liandong/protocols';
import { harmless, unharmed } from '../../src/import/csv-writer.js';
import { openImportHub, runImport, type ImportHub } from './import-hub.js';

let hub: ImportHub;
beforeEach(async () => { hub = await openImportHub(); });
afterEach(async () => { await hub.close(); });

const CSV = 'id,name,kind,area\nb1,东门,waste_bin,east-garden\nb2,西门,waste_bin,nowhere\n';

describe('POST /devices/import', () => {
  it('answers with every row, and with credentials once', async () => {
    const answer = await hub.send(CSV, { query: '?onlyValid=1' });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, expect.stringContaining('application/json')]);
    expect(answer.headers['cache-control']).toBe('no-store');
    const result = answer.json<ImportResult>();
    expect(result).toMatchObject({ applied: true, counts: { created: 1, failed: 1 }, credentials: [{ username: 'b1' }] });
    expect((await hub.send(CSV, { query: '?onlyValid=1' })).json<ImportResult>()).toMatchObject({ counts: { unchanged: 1, failed: 1 }, credentials: [] });
  });

  it('tells of its progress line by line when NDJSON is asked for', async () => {
    const csv = `id,name,kind,area\n${Array.from({ length: 400 }, (_, i) => `b-${i},x,waste_bin,east-grid`).join('\n')}\n`;
    const answer = await hub.send(csv, { headers: { accept: 'application/x-ndjson' } });
    const events = answer.body.trim().split('\n').map((line) => JSON.parse(line) as ImportEvent);
    expect(answer.headers['content-type']).toBe('application/x-ndjson');
    expect(events.map((event) => event.type === 'progress' ? [event.phase, event.done, event.total] : event.type)).toEqual([
      ['checking', 200, 400], ['checking', 400, 400], ['writing', 200, 400], ['writing', 400, 400], 'result',
    ]);
    expect(events.at(-1)).toMatchObject({ counts: { created: 400 } });
  });

  it.each([['text/csv', 'id,name\n1,"x', 422, 'CSV_INVALID'], ['application/json', '{}', 415, 'MEDIA_TYPE_UNSUPPORTED'], ['text/plain', CSV, 415, 'MEDIA_TYPE_UNSUPPORTED']])('refuses %s that it can not read', async (type, body, status, code) => {
    const answer = await hub.send(body, { headers: { 'content-type': type, accept: 'application/x-ndjson' } });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
  });

  it('refuses rows that are no lines', async () => {
    for (const rows of ['a', '1-', '-3', '1,,2']) expect((await hub.send(CSV, { query: `?rows=${rows}` })).statusCode).toBe(400);
  });

  it('is for those who may write devices', async () => {
    const codes = await Promise.all(ROLES.map(async (role) => [role, (await hub.app.inject({ url: '/api/v1/devices/import/template', headers: await hub.as(role) })).statusCode]));
    expect(Object.fromEntries(codes)).toEqual(Object.fromEntries(ROLES.map((role) => [role, ['admin', 'operator', 'installer'].includes(role) ? 200 : 403])));
    for (const role of ROLES.filter((one) => !['admin', 'operator', 'installer'].includes(one))) expect([role, (await hub.send(CSV, { role })).statusCode]).toEqual([role, 403]);
  });

  it('answers a file of 31 MB with 413, also when it does not say how long it will be', async () => {
    await hub.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = hub.app.server.address() as AddressInfo;
    const { authorization } = await hub.as('admin');
    const piece = Buffer.alloc(1024 * 1024, 'b1,x,waste_bin,east-grid\n');
    const upload = (headers: Record<string, string | number>) => new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const sending = request({ port, path: '/api/v1/devices/import', method: 'POST', headers: { authorization, 'content-type': 'text/csv', ...headers } }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => { body += chunk.toString(); }).on('end', () => resolve({ status: response.statusCode, body }));
      });
      sending.on('error', reject);
      sending.write('id,name,kind,area\n');
      for (let i = 0; i < 31; i += 1) sending.write(piece);
      sending.end();
    });
    for (const headers of [{ 'content-length': 31 * piece.length + 18 }, { 'transfer-encoding': 'chunked' }]) {
      const { status, body } = await upload(headers);
      expect([status, (JSON.parse(body) as { code: string }).code]).toEqual([413, 'BODY_TOO_LARGE']);
    }
  });

  it('lets one import be written at a time', async () => {
    const [first, second] = await Promise.all([runImport(hub.imports, 'id,name,kind,area\nb3,x,waste_bin,east-grid\n'), runImport(hub.imports, CSV).catch((error: unknown) => error)]);
    expect(first.result.counts.created).toBe(1);
    expect(second).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect((await hub.send(CSV, { query: '?dryRun=1' })).statusCode).toBe(200);
  });
});

describe('the files that the hub hands out', () => {
  it('are a template that Excel knows for UTF-8', async () => {
    const answer = await hub.app.inject({ url: '/api/v1/devices/import/template', headers: await hub.as('installer') });
    expect([...answer.rawPayload.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(answer.body).toContain('设备编号,名称,类型');
    expect(answer.body.trim().split('\r\n')).toHaveLength(3);
    expect((await hub.app.inject({ url: '/api/v1/devices/import/template?lang=en', headers: await hub.as('admin') })).body).toContain('id,name,kind,area');
  });

  it('are the failed rows with their reasons, harmless in a spreadsheet, good for another import once mended', async () => {
    const { id } = (await hub.send('id,name,kind,area,note\nb1,=1+1,waste_bin,nowhere,@x\nb2,ok,waste_bin,east-grid,\n')).json<ImportResult>();
    const url = `/api/v1/devices/import/${id}/failed.csv`;
    const answer = await hub.app.inject({ url, headers: await hub.as('admin') });
    expect(answer.body).toBe('\ufeffid,name,kind,area,note,error\r\nb1,\'=1+1,waste_bin,nowhere,\'@x,没有社区 nowhere\r\n');
    expect((await hub.app.inject({ url: `${url}?lang=en`, headers: await hub.as('admin') })).body).toContain('there is no community nowhere');
    const again = (await hub.send(answer.body.replace('nowhere,', 'east-grid,'))).json<ImportResult>();
    expect(again).toMatchObject({ ignoredColumns: ['note', 'error'], counts: { created: 1 } });
    expect(hub.registry.directory.get('b1')?.device.name).toBe('=1+1');
  });

  it('are gone after ten minutes, and nobody else\'s', async () => {
    const { id } = (await hub.send(CSV)).json<ImportResult>();
    const get = async (role: 'admin' | 'installer' | 'grid_worker') => (await hub.app.inject({ url: `/api/v1/devices/import/${id}/failed.csv`, headers: await hub.as(role) })).statusCode;
    expect([await get('admin'), await get('installer'), await get('grid_worker')]).toEqual([200, 404, 403]);
    hub.registry.clock.at += 10 * 60_000;
    expect(await get('admin')).toBe(404);
  });

  it.each(['=x', '+x', '-x', '@x', '\tx', '\rx'])('make %j harmless, and read it back', (cell) => {
    expect([harmless(cell), unharmed(harmless(cell))]).toEqual([`'${cell}`, cell]);
  });
  it('leave other cells alone, a quotation mark in front too', () => expect(['x', '\'x', ''].map((cell) => [harmless(cell), unharmed(cell)])).toEqual([['x', 'x'], ['\'x', '\'x'], ['', '']]));
});
