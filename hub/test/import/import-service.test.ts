import iconv from 'iconv-lite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { gcj02ToWgs84 } from '@liandong/protocols';
import type { ImportService } from '../../src/import/import-service.js';
import { importTemplate } from '../../src/import/template.js';
import { addPlaces, openRegistry, ROOT, type Registry } from '../devices/registry.js';
import { importsOf, runImport } from './import-hub.js';
import { describeOnDatabases } from '../support/databases.js';

let registry: Registry;
let imports: ImportService;
beforeEach(async () => {
  registry = await openRegistry();
  await addPlaces(registry);
  imports = importsOf(registry);
});
afterEach(async () => { await registry.destroy(); });

const HEAD = 'id,name,kind,area';
const file = (...lines: string[]): string => [HEAD, ...lines, ''].join('\r\n');
const wrongIn = (rows: { line: number; errors: { column: string }[] }[]) => rows.filter(({ errors }) => errors.length > 0).map(({ line, errors }) => [line, errors.map(({ column }) => column)]);
const audited = async () => (await registry.audit.page({ limit: 50 })).data.map(({ by, action, target }) => `${by} ${action} ${target}`).reverse();

describeOnDatabases('an import', () => {
  it('makes devices that can sign in with the credentials it shows, and audits each', async () => {
    const { result } = await runImport(imports, file('b1,东门,waste_bin,east-garden', 'g1,北门,门禁,east-grid'));
    expect(result).toMatchObject({ applied: true, dryRun: false, encoding: 'UTF-8', counts: { created: 2, updated: 0, unchanged: 0, failed: 0 } });
    expect(result.rows.map(({ line, id, state }) => [line, id, state])).toEqual([[2, 'b1', 'created'], [3, 'g1', 'created']]);
    for (const { username, password } of result.credentials) expect(registry.directory.authenticate(username, Buffer.from(password))?.device.id).toBe(username);
    expect(registry.directory.get('g1')?.device).toMatchObject({ kind: 'access_gate', name: '北门', area: 'east-grid', codec: 'native', reportingIntervalS: 60 });
    expect(registry.published.map((change) => change.kind === 'device' ? change.device.id : '')).toEqual(['b1', 'g1']);
    expect(await audited()).toEqual(expect.arrayContaining([`admin devices.import-started ${result.id}`, 'admin device.created b1', 'admin device.created g1', `admin devices.imported ${result.id}`]));
    const rows = await registry.db.selectFrom('device').select('mosquitto_hash').execute();
    expect(new Set(rows.map((row) => row.mosquitto_hash)).size).toBe(2);
  });

  it('changes nothing the second time, and changes exactly what a changed file says', async () => {
    const csv = `${HEAD},depthMm,doorName,lng,lat\r\nb1,东门,waste_bin,east-garden,1200,,121.5,31.2\r\nb2,西门,waste_bin,east-garden,,,,\r\n`;
    await runImport(imports, csv);
    const secret = registry.directory.get('b1')?.secretHash;
    expect((await runImport(imports, csv)).result).toMatchObject({ counts: { created: 0, updated: 0, unchanged: 2, failed: 0 }, credentials: [] });
    const { result } = await runImport(imports, `${HEAD},deadZoneMm\r\nb1,东门,waste_bin,east-garden,250\r\nb2,西门,waste_bin,east-garden,\r\n`);
    expect(result.counts).toEqual({ created: 0, updated: 1, unchanged: 1, failed: 0 });
    expect(registry.directory.get('b1')).toMatchObject({ device: { install: { depthMm: 1200, deadZoneMm: 250 }, location: { lng: 121.5, lat: 31.2 } }, secretHash: secret });
    expect(await audited()).toContain('admin device.changed b1');
  });

  it('writes nothing in a dry run, and tells the same', async () => {
    const { result } = await runImport(imports, file('b1,东门,waste_bin,east-garden', 'b1,again,waste_bin,east-garden'), { isDryRun: true });
    expect(result).toMatchObject({ dryRun: true, applied: false, counts: { created: 1, failed: 1 }, credentials: [] });
    expect(registry.directory.size).toBe(0);
    expect(await audited()).not.toContain(`admin devices.imported ${result.id}`);
  });

  it('writes nothing at all when a row fails, unless told to leave such rows out', async () => {
    const csv = file('b1,东门,waste_bin,east-garden', 'b2,西门,waste_bin,nowhere', 'b3,南门,waste_bin,east-garden');
    expect((await runImport(imports, csv)).result).toMatchObject({ applied: false, counts: { created: 2, failed: 1 }, credentials: [] });
    expect(registry.directory.size).toBe(0);
    const { result } = await runImport(imports, csv, { onlyValid: true });
    expect(result).toMatchObject({ applied: true, counts: { created: 2, failed: 1 } });
    expect([...registry.directory.values()].map(({ device }) => device.id)).toEqual(['b1', 'b3']);
  });

  it('takes only the lines that are asked for', async () => {
    const csv = file('b1,a,waste_bin,east-garden', 'b2,b,waste_bin,nowhere', 'b3,c,waste_bin,east-garden', 'b4,d,waste_bin,east-garden');
    const { result } = await runImport(imports, csv, { rows: '2,4-4' });
    expect(result.rows.map(({ line, state }) => [line, state])).toEqual([[2, 'created'], [4, 'created']]);
    expect(registry.directory.size).toBe(2);
  });

  it('keeps out of other people\'s areas: their communities and devices do not exist', async () => {
    await registry.devices.create(ROOT, { id: 'far', name: 'x', kind: 'waste_bin', area: 'west-garden' });
    const east = { name: 'li', role: 'installer' as const, area: 'east' };
    const { result } = await runImport(imports, file('b1,a,waste_bin,west-garden', 'far,stolen,waste_bin,east-garden', 'b2,b,waste_bin,east', 'b3,c,waste_bin,east-grid'), { principal: east, onlyValid: true });
    expect(wrongIn(result.rows)).toEqual([[2, ['area']], [3, ['id']], [4, ['area']]]);
    expect(result.rows[0]?.errors[0]).toEqual({ column: 'area', zh: '没有社区 west-garden', en: 'area: there is no community west-garden' });
    expect(registry.directory.get('far')?.device.name).toBe('x');
    expect(registry.directory.get('b3')?.device.accepted).toBe(false);
    await expect(runImport(imports, file(), { principal: { ...east, role: 'grid_worker' } })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('reports everything that is wrong with a row, by column, in both languages', async () => {
    const { result } = await runImport(imports, [
      `${HEAD},lng,lat,datum,reportingIntervalS,depthMm,externalId,codec,payloadCodec,topicPrefix,gateway`,
      'B 1,,bin,Nowhere!,200,,Mars,0,1.5,1.2E+15,smtp,morse,a b,none',
      ',x,waste_bin,east-garden,,,,,,,,,,',
      'b2,x,waste_bin,east-garden,,,,,,,,,,,,,extra',
      'b3,x,waste_bin,east-garden,121.4,,,,,,,,zigbee2mqtt,',
      'b4,x,waste_bin,east-garden,,,,,,,,,,bin-gate',
      'bin-gate,x,waste_bin,east-garden,,,,,,,,,,',
      `b5,${'长'.repeat(65)},waste_bin,east-garden,,,,,,,,,,`,
      'b6,\u0301,waste_bin,east-garden,,,,,,,,,,',
      'b7,bin \u202e7,waste_bin,east-garden,,,,,,,,,,',
    ].join('\n'));
    const columns = wrongIn(result.rows).map(([line, names]) => [line, [...names as string[]].sort()]);
    expect(columns).toEqual([
      // Its topic prefix is wrong twice: as such, and because a bin has none.
      [2, ['area', 'codec', 'datum', 'depthMm', 'externalId', 'gateway', 'id', 'kind', 'lat', 'lng', 'name', 'payloadCodec', 'reportingIntervalS', 'topicPrefix', 'topicPrefix']],
      [3, ['id']], [4, ['']], [5, ['lat', 'topicPrefix']], [6, ['gateway']], [8, ['name']], [9, ['name']], [10, ['name']],
    ]);
    for (const { errors } of result.rows) for (const { zh, en } of errors) expect([/[\u4e00-\u9fff]/.test(zh), en.length > 0]).toEqual([true, true]);
  });

  it('finds ids and external ids that stand twice, in the file or in the registry', async () => {
    const head = `${HEAD},gateway,externalId,topicPrefix`;
    await runImport(imports, [head, 'gw,g,gateway,east-garden,,,zigbee2mqtt', 'd1,a,env_sensor,east-garden,gw,0x01,', ''].join('\n'));
    const { result } = await runImport(imports, [head, 'd2,b,env_sensor,east-garden,gw,0x01,', 'd3,c,env_sensor,east-garden,gw,0x02,', 'd4,d,env_sensor,east-garden,gw,0x02,', 'd3,e,env_sensor,east-garden,gw,0x03,', 'gx,h,gateway,east-garden,,,zigbee2mqtt/x', ''].join('\n'));
    expect(wrongIn(result.rows)).toEqual([[2, ['externalId']], [4, ['externalId']], [5, ['id']], [6, ['topicPrefix']]]);
  });

  it('does not change what a device is', async () => {
    await runImport(imports, file('b1,a,waste_bin,east-garden'));
    const { result } = await runImport(imports, `${HEAD},codec\nb1,a,env_sensor,east-garden,tasmota\n`);
    expect(wrongIn(result.rows)).toEqual([[2, ['kind', 'codec']]]);
  });

  it('keeps places in WGS-84, whatever the file gives', async () => {
    await runImport(imports, `${HEAD},lng,lat,datum\nb1,a,waste_bin,east-garden,121.4737,31.2304,GCJ-02\nb2,b,waste_bin,east-garden,121.4737,31.2304,\n`);
    expect(registry.directory.get('b1')?.device.location).toEqual(gcj02ToWgs84({ lng: 121.4737, lat: 31.2304 }));
    expect(registry.directory.get('b1')?.device.location?.lng).not.toBe(121.4737);
    expect(registry.directory.get('b2')?.device.location).toEqual({ lng: 121.4737, lat: 31.2304 });
  });

  it('takes the template as it is handed out, in both languages', async () => {
    await registry.areas.create(ROOT, { id: 'garden', level: 'community', parent: 'east', name: '花园', profile: 'urban' });
    for (const language of ['zh', 'en'] as const) {
      const { result } = await runImport(imports, importTemplate(language), { isDryRun: true });
      expect([language, result.ignoredColumns, wrongIn(result.rows), result.counts.created]).toEqual([language, [], [], 2]);
    }
  });
});

describeOnDatabases('an import keeps to what a single registration does', () => {
  const east = { name: 'li', role: 'operator' as const, area: 'east' };
  const gone = async (id: string, area: string): Promise<void> => {
    await registry.devices.create(ROOT, { id, name: 'x', kind: 'access_gate', area });
    await registry.devices.remove(ROOT, id);
  };

  it('gives nobody the history of a device that was deleted elsewhere', async () => {
    await gone('g1', 'west-garden');
    const { result } = await runImport(imports, file('g1,a,access_gate,east-garden'), { principal: east, isDryRun: true });
    expect([wrongIn(result.rows), result.rows[0]?.errors[0]?.en]).toEqual([[[2, ['id']]], 'id: a device with this id exists']);
    expect((await runImport(imports, file('g1,a,access_gate,east-garden', 'b1,b,waste_bin,east-garden'), { principal: east, onlyValid: true })).result.counts).toMatchObject({ created: 1, failed: 1 });
    expect(registry.directory.get('g1')).toBeUndefined();
  });

  it('takes the id of a device that was deleted in the same community, which can then be deleted again', async () => {
    await gone('g1', 'east-garden');
    expect((await runImport(imports, file('g1,a,access_gate,east-grid'), { principal: east })).result.counts).toMatchObject({ created: 1 });
    await registry.devices.remove(east, 'g1');
    expect(registry.directory.get('g1')).toBeUndefined();
  });

  it('puts no device behind a gateway of somebody else, though a row of the file has its id', async () => {
    await registry.devices.create(ROOT, { id: 'gw', name: 'g', kind: 'gateway', area: 'west-garden', codec: 'chirpstack', topicPrefix: 'application/1' });
    const { result } = await runImport(imports, `${HEAD},gateway,externalId\ngw,g,gateway,east-garden,,\nd1,a,env_sensor,east-garden,gw,24e124136b502217\n`, { principal: east, onlyValid: true });
    expect(wrongIn(result.rows)).toEqual([[2, ['id']], [3, ['gateway']]]);
  });

  it('gives a new gateway the prefix of its format when neither the file nor the registry has it, and a known one what it has', async () => {
    const head = `${HEAD},codec,topicPrefix`;
    const file = `${head}\nz1,a,gateway,east-garden,zigbee2mqtt,\nz2,b,gateway,east-garden,zigbee2mqtt,\nt1,c,gateway,east-garden,tasmota,\nt2,d,gateway,east-garden,tasmota,tele/hall\nc1,e,gateway,east-garden,chirpstack,\n`;
    expect((await runImport(imports, file)).result.rows.map(({ state }) => state)).toEqual(Array(5).fill('created'));
    expect(['z1', 'z2', 't1', 't2', 'c1'].map((id) => registry.directory.get(id)?.device.topicPrefix)).toEqual(['zigbee2mqtt', undefined, undefined, 'tele/hall', undefined]);
    expect((await runImport(imports, file)).result.rows.map(({ state }) => state)).toEqual(Array(5).fill('unchanged'));
  });

  it('leaves out the devices of a gateway whose own row fails, and those behind them', async () => {
    const { result } = await runImport(imports, `${HEAD},gateway,externalId\nd1,a,env_sensor,east-garden,g2,1\ng2,b,gateway,east-garden,g1,2\ng1,c,gateway,nowhere,,\nd2,d,waste_bin,east-garden,,\n`, { onlyValid: true });
    expect(wrongIn(result.rows)).toEqual([[2, ['gateway']], [3, ['gateway']], [4, ['area']]]);
    expect([...registry.directory.values()].map(({ device }) => device.id)).toEqual(['d2']);
  });

  it('knows an EUI however it is typed, takes it off the discovered ones, and tells other names apart to the letter', async () => {
    const head = `${HEAD},gateway,externalId,topicPrefix`;
    await runImport(imports, `${head}\ngw,g,gateway,east-garden,,,application/1\n`);
    await registry.db.insertInto('discovered').values({ gateway: 'gw', external_id: '24e124136b502217', name: null, model: null, first_seen_at: 1, last_seen_at: 1, count: 1, sample: '' }).execute();
    const { result } = await runImport(imports, `${head}\nd1,a,env_sensor,east-garden,gw,24E124136B502217,\nd2,b,env_sensor,east-garden,gw,24-e1-24-13-6b-50-22-17,\nd3,c,env_sensor,east-garden,gw,Lobby,\nd4,d,env_sensor,east-garden,gw,lobby,\n`, { onlyValid: true });
    expect(wrongIn(result.rows)).toEqual([[3, ['externalId']]]);
    expect(await registry.db.selectFrom('discovered').selectAll().execute()).toEqual([]);
  });

  it('refuses reserved ids, topics of the broker, and a dead zone as deep as the bin, also of one that is known', async () => {
    await registry.devices.create(ROOT, { id: 'b1', name: 'x', kind: 'waste_bin', area: 'east-garden', install: { depthMm: 1000 } });
    const { result } = await runImport(imports, [`${HEAD},topicPrefix,depthMm,deadZoneMm`,
      'hub,a,waste_bin,east-garden,,,', 'gw,b,gateway,east-garden,$SYS/x,,', 'b2,c,waste_bin,east-garden,,1000,1000', 'b1,x,waste_bin,east-garden,,,1200', 'b3,d,waste_bin,east-garden,,1000,999', ''].join('\n'));
    expect(wrongIn(result.rows)).toEqual([[2, ['id']], [3, ['topicPrefix']], [4, ['deadZoneMm']], [5, ['deadZoneMm']]]);
  });

  it('tells those who see only the area that a device left that it is gone', async () => {
    await registry.devices.create(ROOT, { id: 'b1', name: 'x', kind: 'waste_bin', area: 'east-garden' });
    registry.published.length = 0;
    await runImport(imports, file('b1,x,waste_bin,west-garden'));
    expect(registry.published.map(({ area, movedTo, kind, ...change }) => [kind, area, movedTo, 'device' in change && change.device.status])).toEqual([['device', 'east-garden', 'west-garden', 'retired'], ['device', 'west-garden', undefined, 'provisioned']]);
  });
});

describeOnDatabases('the encoding of a file', () => {
  const csv = '设备编号,名称,类型,区域编号\r\nb1,联通东门垃圾桶,垃圾桶,east-garden\r\nb2,"西门,南侧",垃圾桶,east-garden\r\n';
  const names = () => ['b1', 'b2'].map((id) => registry.directory.get(id)?.device.name);

  it.each([
    ['UTF-8', Buffer.from(csv)], ['UTF-8', Buffer.from(`\ufeff${csv}`)], ['GB18030', iconv.encode(csv, 'gb18030')],
  ])('is found out: %s', async (encoding, bytes) => {
    expect((await runImport(imports, bytes)).result).toMatchObject({ encoding, counts: { created: 2, failed: 0 } });
    expect(names()).toEqual(['联通东门垃圾桶', '西门,南侧']);
  });

  it('reads four-byte characters of GB18030, whose digits are no commas', async () => {
    await runImport(imports, iconv.encode('设备编号,名称,类型,区域编号\nb1,𠮷野㐂门,垃圾桶,east-garden\n', 'gb18030'));
    expect(registry.directory.get('b1')?.device.name).toBe('𠮷野㐂门');
  });

  it('faults the rows that are in another encoding than the rest, either way round', async () => {
    const lines = csv.split('\r\n');
    const other = Buffer.from('b9,东门,垃圾桶,east-garden\r\n');
    const inGb = await runImport(imports, Buffer.concat([iconv.encode(csv, 'gb18030'), other]), { isDryRun: true });
    expect([inGb.result.encoding, wrongIn(inGb.result.rows)]).toEqual(['GB18030', [[4, ['']]]]);
    const inUtf8 = await runImport(imports, Buffer.concat([Buffer.from(`${lines.slice(0, 3).join('\r\n')}\r\n`), iconv.encode('b9,东门,垃圾桶,east-garden\r\n', 'gb18030')]), { isDryRun: true });
    expect([inUtf8.result.encoding, wrongIn(inUtf8.result.rows)]).toEqual(['UTF-8', [[4, ['']]]]);
    expect(inUtf8.result.rows[2]?.errors[0]).toMatchObject({ en: expect.stringContaining('GB18030') as string, zh: expect.stringContaining('编码') as string });
  });
});

describeOnDatabases('a file that can not be read', () => {
  it.each<[string, string | Buffer, RegExp, RegExp]>([
    ['a quotation mark that is never closed', `${HEAD}\nb1,a,waste_bin,east-garden\nb2,"b,waste_bin,east-garden\nb3,c,waste_bin,east-garden\n`, /^Line 3: .*cell\.$/, /^第 3 行：/],
    ['one that is closed in the middle of a later row', `${HEAD}\nb1,"a,waste_bin,east-garden\nb2,"b",waste_bin,east-garden\n`, /Line 2: /, /第 2 行/],
    ['a quotation mark inside a cell', `${HEAD}\nb1,6" bin,waste_bin,east-garden\n`, /Line 2: .*inside a cell/, /第 2 行：单元格/],
    ['an open quotation mark in a long file', `${HEAD}\nb1,"a,waste_bin,east-garden\n${'b2,b,waste_bin,east-garden\n'.repeat(5000)}`, /Line 2: /, /第 2 行/],
    ['no column that is needed', 'id,name,kind\nb1,a,waste_bin\n', /missing: area\.$/, /缺少：区域编号。/],
    ['a column twice', `${HEAD},编号\n`, /two columns id/, /“设备编号”出现两次/],
    ['nothing', '', /empty/, /空/],
    ['UTF-16', Buffer.from(`\ufeff${HEAD}\n`, 'utf16le'), /UTF-16/, /UTF-16/],
  ])('is refused as a whole, with the place: %s', async (_what, csv, detail, detailZh) => {
    await expect(runImport(imports, csv)).rejects.toMatchObject({ code: 'CSV_INVALID', detail: expect.stringMatching(detail) as string, detailZh: expect.stringMatching(detailZh) as string });
  });

  it('is refused with too many rows', async () => {
    await expect(runImport(imports, `${HEAD}\n${'b,b,waste_bin,east-garden\n'.repeat(50_001)}`)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  });

  it('counts lines as an editor does, over empty lines and cells of several lines', async () => {
    const { result } = await runImport(imports, `${HEAD}\r\n\r\nb1,"a\r\nb",waste_bin,nowhere\r\nb2,c,waste_bin,nowhere\r\n,,,\r\nb3,c,waste_bin,nowhere\r\n`);
    expect(result.rows.map(({ line, id }) => [line, id])).toEqual([[3, 'b1'], [5, 'b2'], [7, 'b3']]);
  });
});
