import type { AreaNode, Command, Device, Discovered, ImportResult, Installation } from '@liandong/protocols';

interface Answer { status: number; body: unknown; type?: string }
const problem = (status: number, code: string, words?: { detail: string; detailZh: string }): Answer => ({ status, body: { code, status, title: '', type: '', ...words } });
const json = (body: unknown, status = 200): Answer => ({ status, body });
/** Seconds from a claim to the made-up first reading. */
const FIRST_READING_MS = 3500;

/** A square of grids around a community's centre, so that the installer's map has something to draw. */
export function withOutlines(areas: AreaNode[]): AreaNode[] {
  const box = (lng: number, lat: number, w: number, h: number) => ({ type: 'Polygon' as const, coordinates: [[[lng - w, lat - h], [lng + w, lat - h * 0.8], [lng + w * 0.8, lat + h], [lng - w * 0.9, lat + h * 0.9], [lng - w, lat - h]]] });
  return areas.map((area) => {
    const centre = area.centre;
    if (area.level !== 'community' || centre === undefined) return { ...area, children: withOutlines(area.children) };
    const grids = [1, 2].map((n): AreaNode => ({ id: `${area.id}-g${n}`, name: `${area.name} ${n} 号网格`, nameEn: `${area.nameEn} grid ${n}`, level: 'grid', parent: area.id, children: [], boundary: box(centre.lng + (n * 2 - 3) * 0.0026, centre.lat, 0.0024, 0.0042) }));
    return { ...area, boundary: box(centre.lng, centre.lat, 0.0055, 0.005), children: grids };
  });
}

/** Claiming, discovery, import and commands of the fixture: enough to walk through every screen. Codes: `2222…` is wrong. */
export function createFixtureProvisioning(devices: Device[]) {
  const claimedAt = new Map<string, number>();
  const accepted = new Set<string>();
  const commands = new Map<string, Command[]>();
  const photos = new Map<string, Buffer>();
  const discovered: Discovered[] = [['24e124136c330777', 'EM400-MUD'], ['0xa4c138f2d9b1e003', 'TS0201'], ['a84041b2c1860f21', 'LDDS75']].map(([externalId = '', model = ''], index) => ({ gateway: 'gateway-001', externalId, model, ...(index === 1 ? { name: '活动室温湿度' } : {}), firstSeenAt: Date.now() - 7_200_000, lastSeenAt: Date.now() - index * 40_000 - 5000, count: 12 + index * 31, sample: '{"deduplicationId":"3ac7…","deviceInfo":{"devEui":"24e124136c330777"},"fPort":85,"data":"AXVcA2fXAASCrQM="}' }));

  devices.push({ id: 'gateway-001', name: '北关机房网关', kind: 'gateway', area: 'beiguan', codec: 'chirpstack', topicPrefix: 'application/1', reportingIntervalS: 60, status: 'online', lastSeenAt: Date.now() });
  devices.forEach((device, index) => {
    if (index % 9 === 4) Object.assign(device, { gateway: 'gateway-001', externalId: `24e124136c33${String(index).padStart(4, '0')}` });
    if (index % 17 === 6) device.reportingIntervalS = 10;
    if (index % 23 === 5) device.accepted = false;
  });

  function installation(id: string): Installation {
    const since = Date.now() - (claimedAt.get(id) ?? 0);
    const isHere = since > FIRST_READING_MS;
    const at = Date.now() - (since % 8000);
    const isAccepted = accepted.has(id) || !claimedAt.has(id);
    return {
      values: isHere ? { fill_level: { ts: at, value: 27.3, unit: '%' }, temperature: { ts: at, value: 21.5, unit: 'Cel' }, battery: { ts: at, value: 92, unit: '%' }, rssi: { ts: at, value: -87, unit: 'dBm' } } : {},
      ...(isHere ? { lastMessageAt: at, raw: { topic: 'application/1/device/24e124136c330777/event/up', payload: '01 75 5C  03 67 D7 00\n04 82 AD 03', at }, decoded: { values: { fill_level: 27.3 }, events: [], refused: [] } } : {}),
      diagnosis: isHere ? { code: 'receiving', zh: '数据正常到达', en: 'Readings are arriving' } : { code: 'wrong_password', zh: '用户名对,密码不对:请重新输入认领时给出的密码', en: 'The user name is right and the password is wrong: enter the password given when it was claimed' },
      acceptance: { accepted: isAccepted, lacks: isAccepted || isHere ? [] : [{ code: 'no_reading', zh: '认领后还没有收到合理的读数', en: 'no plausible reading has come since it was claimed' }] }, hasPhoto: photos.has(id),
    };
  }
  function claim(body: string): Answer {
    const { code, area, name, location, install } = JSON.parse(body) as { code: string; area: string; name?: string; location?: Device['location']; install?: Device['install'] };
    if (code.startsWith('2222')) return problem(404, 'CLAIM_CODE_WRONG');
    const known = devices.find((device) => device.id === 'waste-bin-new');
    const device: Device = { ...(known ?? {}), id: 'waste-bin-new', name: name ?? '垃圾桶 B-207', kind: 'waste_bin', area, codec: 'native', reportingIntervalS: 600, status: 'online', accepted: false, externalId: '24E1…0777', ...(location === undefined ? {} : { location }), ...(install === undefined ? {} : { install }) };
    if (known === undefined) devices.push(device); else Object.assign(known, device);
    claimedAt.set(device.id, Date.now());
    accepted.delete(device.id);
    return json({ device, credentials: { username: device.id, password: 'Qm7-yV2xkT9bLwEz0aNp4g' }, acceptance: { accepted: false, lacks: [] } });
  }
  function importCsv(text: string, isDryRun: boolean): Answer {
    const rows: ImportResult['rows'] = text.split('\n').slice(1).filter((line) => line.trim() !== '').map((line, index) => {
      const id = line.split(',')[0] ?? '';
      const isBad = index % 7 === 3;
      return { line: index + 2, id, state: isBad ? 'failed' : index % 5 === 4 ? 'updated' : 'created', errors: isBad ? [{ column: 'area', zh: '没有这个社区', en: 'There is no such community' }] : [] };
    });
    const count = (state: string) => rows.filter((row) => row.state === state).length;
    const result: ImportResult = { id: 'i1', dryRun: isDryRun, applied: !isDryRun, encoding: 'UTF-8', ignoredColumns: [], rows, counts: { created: count('created'), updated: count('updated'), unchanged: 0, failed: count('failed') }, credentials: isDryRun ? [] : rows.filter((row) => row.state === 'created').map(({ id }) => ({ username: id, password: '=made-up' })) };
    const progress = [0.25, 0.5, 1].map((part) => JSON.stringify({ type: 'progress', phase: 'checking', done: Math.round(rows.length * part), total: rows.length }));
    return { status: 200, type: 'application/x-ndjson', body: [...progress, JSON.stringify({ type: 'result', ...result })].join('\n') };
  }
  function command(id: string, body: string): Answer {
    const { type, data } = JSON.parse(body) as Pick<Command, 'type' | 'data'>;
    const made: Command = { id: `c${Date.now()}`, device: id, type, ...(data === undefined ? {} : { data }), by: 'admin', at: Date.now(), state: 'pending' };
    commands.set(id, [made, ...commands.get(id) ?? []]);
    setTimeout(() => Object.assign(made, { state: 'done', answeredAt: Date.now() }), 2500);
    return json({ command: made }, 202);
  }

  return (method: string, path: string, query: URLSearchParams, body: Buffer): Answer | undefined => {
    const text = body.toString();
    const [, , id = '', verb] = path.split('/');
    if (path === '/devices/claim') return claim(text);
    if (path === '/devices/discovered') return json({ data: discovered });
    if (path === '/devices/import') return importCsv(text, query.get('dryRun') === '1');
    if (path === '/devices' && method === 'POST') {
      // A made-up hub believes what it is told.
      const made = { codec: 'native', reportingIntervalS: 60, status: 'provisioned', ...JSON.parse(text) as object } as Device;
      devices.push(made);
      discovered.splice(0, discovered.length, ...discovered.filter((each) => each.externalId !== made.externalId));
      return json({ device: made, credentials: { username: made.id, password: 'Qm7-yV2xkT9bLwEz0aNp4g' } }, 201);
    }
    const device = devices.find((candidate) => candidate.id === id);
    if (device === undefined || !path.startsWith('/devices/')) return undefined;
    if (method === 'PATCH') { Object.assign(device, JSON.parse(text)); return json(device); }
    if (verb === 'installation') return json(installation(id));
    if (verb === 'accept') { if (installation(id).acceptance.lacks.length > 0) return problem(409, 'DEVICE_NOT_READY', { detail: 'no plausible reading since it was claimed', detailZh: '认领后还没有收到合理的读数' }); accepted.add(id); device.accepted = true; return json(device); }
    if (verb === 'claim-code') return json({ code: '7F3K-92AB-QX4M-0TZW', url: '/install?code=7F3K-92AB-QX4M-0TZW' });
    if (verb === 'credentials') return json({ credentials: { username: id, password: 'Qm7-yV2xkT9bLwEz0aNp4g' } });
    if (verb === 'commands') return method === 'POST' ? command(id, text) : json({ data: commands.get(id) ?? [] });
    if (verb === undefined && method === 'GET') {
      const asked = (commands.get(id) ?? []).filter(({ type }) => type === 'set_interval');
      const [desired, reported] = [asked[0], asked.find(({ state }) => state === 'done')].map((each) => each === undefined ? undefined : { reportingIntervalS: each.data?.['seconds'] });
      return json({ ...device, ...(desired === undefined ? {} : { twin: { desired, ...(reported === undefined ? {} : { reported }) } }) });
    }
    if (verb === 'photo' && method === 'POST') { photos.set(id, body); return { status: 204, body: undefined }; }
    if (verb === 'photo') { const photo = photos.get(id); return photo === undefined ? problem(404, 'PHOTO_NOT_FOUND') : { status: 200, body: photo, type: 'image/jpeg' }; }
    return undefined;
  };
}
