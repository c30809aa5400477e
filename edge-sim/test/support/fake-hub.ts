import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Value } from 'typebox/value';
import { NewAreaSchema, NewDeviceSchema, type Device, type NewArea } from '@liandong/protocols';

/** A real HTTP server that plays the hub's REST as far as set-up needs it, checking bodies with the contract's schemas. */
export interface FakeHub {
  readonly url: string;
  readonly areas: Map<string, NewArea>;
  readonly devices: Map<string, Device>;
  readonly secrets: Map<string, string>;
  readonly calls: string[];
  /** Answers these before anything else: status by "METHOD /path". */
  readonly faults: Map<string, { status: number; times: number; headers?: Record<string, string> }>;
  readiness: number;
  mostAtOnce: number;
  close(): Promise<void>;
}

export const TOKEN = 'test-token';

export async function startFakeHub(): Promise<FakeHub> {
  let secretNumber = 0;
  let atOnce = 0;
  const server: Server = createServer((request, response) => {
    atOnce += 1;
    hub.mostAtOnce = Math.max(hub.mostAtOnce, atOnce);
    // a hub takes a moment; without it nothing would ever overlap
    void Promise.all([readBody(request), new Promise((resolve) => setTimeout(resolve, 2))]).then(([body]) => {
      const { status, answer, headers = {} } = reply(request, body);
      atOnce -= 1;
      response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', ...headers }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hub: FakeHub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    areas: new Map(), devices: new Map(), secrets: new Map(), calls: [], faults: new Map(), readiness: 200, mostAtOnce: 0,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
  const problem = (status: number, code: string) => ({ status, answer: { type: code, title: code, status, code } });
  const newSecret = (id: string): { username: string; password: string } => {
    secretNumber += 1;
    hub.secrets.set(id, `secret-${secretNumber}`);
    return { username: id, password: `secret-${secretNumber}` };
  };

  function reply(request: IncomingMessage, body: unknown): { status: number; answer: object; headers?: Record<string, string> } {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const call = `${request.method} ${path}`;
    hub.calls.push(call);
    const fault = hub.faults.get(call);
    if (fault !== undefined && fault.times > 0) {
      fault.times -= 1;
      return { ...problem(fault.status, 'FAULT'), ...(fault.headers === undefined ? {} : { headers: fault.headers }) };
    }
    if (call === 'GET /readyz') return { status: hub.readiness, answer: {} };
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return problem(401, 'UNAUTHENTICATED');
    if (call === 'POST /api/v1/areas') return createArea(body);
    if (call === 'POST /api/v1/devices') return createDevice(body);
    if (call === 'GET /api/v1/devices') return page(new URLSearchParams(query));
    const [, id = '', action] = /^\/api\/v1\/devices\/([^/]+)(\/credentials)?$/.exec(path) ?? [];
    const device = hub.devices.get(id);
    if (device === undefined) return problem(404, 'DEVICE_NOT_FOUND');
    if (action !== undefined) return { status: 200, answer: { credentials: newSecret(id) } };
    hub.devices.set(id, { ...device, ...(body as object) });
    return { status: 200, answer: hub.devices.get(id) ?? {} };
  }
  function createArea(body: unknown) {
    if (!Value.Check(NewAreaSchema, body)) return problem(400, 'VALIDATION_FAILED');
    if (hub.areas.has(body.id)) return problem(409, 'AREA_EXISTS');
    if (body.parent !== undefined && !hub.areas.has(body.parent)) return problem(422, 'PARENT_LEVEL');
    hub.areas.set(body.id, body);
    return { status: 201, answer: body };
  }
  function createDevice(body: unknown) {
    if (!Value.Check(NewDeviceSchema, body)) return problem(400, 'VALIDATION_FAILED');
    const { id, area } = body;
    if (hub.devices.has(id)) return problem(409, 'DEVICE_EXISTS');
    if (!hub.areas.has(area)) return problem(404, 'AREA_NOT_FOUND');
    const device: Device = { codec: 'native', reportingIntervalS: 60, ...(body), status: 'provisioned' };
    hub.devices.set(id, device);
    return { status: 201, answer: { device, credentials: newSecret(id) } };
  }
  /** Ten to a page, so that paging is walked. */
  function page(query: URLSearchParams) {
    const all = [...hub.devices.values()];
    const from = Number(query.get('cursor') ?? 0);
    return { status: 200, answer: { data: all.slice(from, from + 10), ...(from + 10 < all.length ? { next: String(from + 10) } : {}) } };
  }
  return hub;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // a stream without encoding yields buffers
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : JSON.parse(text);
}
