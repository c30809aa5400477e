import type { Credentials, Device, NewArea, NewDevice } from '@liandong/protocols';
import { SimulatorError } from '../errors.js';

export interface HubClientDeps {
  /** Such as `http://127.0.0.1:8080`. */
  readonly hubUrl: string;
  readonly token: string;
  readonly fetch: typeof fetch;
  readonly sleep: (delayMs: number) => Promise<void>;
}

/** An answer of the hub that is an error: its HTTP status and RFC 9457 `code`. */
export class HubProblem extends Error {
  override readonly name = 'HubProblem';
  constructor(readonly status: number, readonly code: string, detail: string) { super(detail); }
}

/** The part of the hub's REST API the fleet needs. Every method throws SimulatorError (unreachable, 401, 403) or HubProblem. */
export type HubClient = ReturnType<typeof createHubClient>;

const TIMEOUT_MS = 15_000;
const TRIES = 5;
/** Answers that say "later": asked again, after `Retry-After` or a growing pause. */
const LATER = new Set([429, 503]);
const LONGEST_PAUSE_MS = 10_000;
const PAGE = 1000;

export function createHubClient({ hubUrl, token, fetch, sleep }: HubClientDeps) {
  const base = hubUrl.replace(/\/+$/, '');

  async function request(method: string, path: string, body?: object): Promise<Response> {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    try {
      return await fetch(`${base}${path}`, { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS), ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    } catch (cause) {
      throw new SimulatorError(`The hub at ${base} can't be reached (${reasonOf(cause)}): start it, or name its address with --hub or LIANDONG_HUB.`, { cause });
    }
  }

  async function call(method: string, path: string, body?: object): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await request(method, `/api/v1${path}`, body);
      const answer: unknown = await response.json().catch(() => undefined); // an empty or broken body is judged by its status
      if (response.ok) return answer;
      if (!LATER.has(response.status) || attempt === TRIES) throw problemOf(method, path, response.status, answer);
      const askedMs = Number(response.headers.get('retry-after')) * 1000;
      await sleep(Math.min(LONGEST_PAUSE_MS, askedMs > 0 ? askedMs : 250 * 2 ** attempt));
    }
  }

  return {
    /** Waits for `/readyz` to answer 200. @throws SimulatorError after `timeoutMs` */
    async waitUntilReady(timeoutMs: number): Promise<void> {
      const PAUSE_MS = 500;
      for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
        const state = await request('GET', '/readyz').then(({ ok, status }) => ok || new SimulatorError(`The hub at ${base} is not ready: /readyz answers ${status}.`), asSimulatorError);
        if (state === true) return;
        if (waitedMs >= timeoutMs) throw state;
        await sleep(PAUSE_MS);
      }
    },

    createArea: (area: NewArea) => call('POST', '/areas', area),

    /** Every device below an area, page by page. */
    async devicesOf(area: string): Promise<Device[]> {
      const devices: Device[] = [];
      for (let cursor = ''; ;) {
        const query = new URLSearchParams({ area, limit: String(PAGE), ...(cursor === '' ? {} : { cursor }) });
        const page = await call('GET', `/devices?${query.toString()}`);
        if (!isRecord(page) || !Array.isArray(page['data'])) throw strange('GET /devices');
        devices.push(...page['data'] as Device[]); // the hub's own schema of this answer
        if (typeof page['next'] !== 'string') return devices;
        cursor = page['next'];
      }
    },
    createDevice: async (device: NewDevice): Promise<Credentials> => credentialsOf(await call('POST', '/devices', device), 'POST /devices'),
    rotateCredentials: async (id: string): Promise<Credentials> => credentialsOf(await call('POST', `/devices/${id}/credentials`), 'POST /devices/{id}/credentials'),
    setReportingInterval: (id: string, reportingIntervalS: number) => call('PATCH', `/devices/${id}`, { reportingIntervalS }),
  };
}

function problemOf(method: string, path: string, status: number, answer: unknown): Error {
  const { code = '', detail = '', title = '' } = isRecord(answer) ? answer : {};
  if (status === 401) return new SimulatorError('The hub refuses the token: it is wrong, expired or revoked; make one with POST /api/v1/tokens and pass it in LIANDONG_TOKEN.');
  if (status === 403) return new SimulatorError(`The token's role may not ${method} ${path.split('?')[0] ?? path}: the simulated fleet needs a token of role admin that is not bound to an area.`);
  return new HubProblem(status, String(code), `${method} ${path}: ${status} ${String(code)} ${String(detail || title)}`.trimEnd());
}

function credentialsOf(answer: unknown, call: string): Credentials {
  const credentials = isRecord(answer) ? answer['credentials'] : undefined;
  if (!isRecord(credentials)) throw strange(call);
  const { username, password } = credentials;
  if (typeof username !== 'string' || typeof password !== 'string') throw strange(call);
  return { username, password };
}

const strange = (call: string): SimulatorError => new SimulatorError(`The answer to ${call} is not what the contract says: is that address a Liandong hub?`);

const asSimulatorError = (error: unknown): SimulatorError => error instanceof SimulatorError ? error : new SimulatorError(String(error));

/** Node's fetch hides the reason (ECONNREFUSED) in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause;
  if (isRecord(cause) && typeof cause['code'] === 'string') return cause['code'];
  return error.name === 'TimeoutError' ? `no answer in ${TIMEOUT_MS / 1000} s` : error.message;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
