import type { Claim, ClaimAnswer, ClaimCode, Command, Credentials, Device, DeviceId, Discovered, ImportEvent, ImportResult, Installation, NewCommand, NewDevice, NewDeviceAnswer } from '@liandong/protocols';
import { ApiError, errorOf } from './api-error.js';
import type { ApiClient } from './client.js';
import { readLines } from './read-lines.js';

export interface ImportOptions {
  isDryRun: boolean;
  /** Lines of the file to take; all when left out. */
  lines?: readonly number[];
  onProgress: (done: number, total: number) => void;
}

const IMPORT_TIMEOUT_MS = 300_000;
const UPLOAD_TIMEOUT_MS = 60_000;

/** Claiming, installation, import, discovery and commands. Every method throws ApiError. */
export const createProvisioningApi = (client: ApiClient) => ({
  /** `formId` lets the hub know a form that is sent again after a lost answer. */
  async claim(claim: Claim, formId: string): Promise<ClaimAnswer> {
    const response = await client.send('POST', '/devices/claim', { body: JSON.stringify(claim), headers: { 'content-type': 'application/json', 'idempotency-key': formId } });
    return await jsonOf<ClaimAnswer>(response);
  },
  accept: (id: DeviceId) => client.post<Device>(`${pathOf(id)}/accept`),
  installation: (id: DeviceId) => client.get<Installation>(`${pathOf(id)}/installation`),
  async uploadPhoto(id: DeviceId, photo: Blob): Promise<void> {
    await client.send('POST', `${pathOf(id)}/photo`, { body: photo, headers: { 'content-type': photo.type || 'image/jpeg' }, timeoutMs: UPLOAD_TIMEOUT_MS });
  },
  claimCode: (id: DeviceId) => client.post<ClaimCode>(`${pathOf(id)}/claim-code`),
  rotateCredentials: (id: DeviceId) => client.post<{ credentials: Credentials }>(`${pathOf(id)}/credentials`),
  createDevice: (device: NewDevice) => client.post<NewDeviceAnswer>('/devices', device),
  patchDevice: (id: DeviceId, patch: object) => client.patch<Device>(pathOf(id), patch),
  discovered: (gateway?: DeviceId) => client.get<{ data: Discovered[] }>('/devices/discovered', { gateway }),
  command: (id: DeviceId, command: NewCommand) => client.post<{ command: Command }>(`${pathOf(id)}/commands`, command),
  commands: (id: DeviceId) => client.get<{ data: Command[] }>(`${pathOf(id)}/commands`),

  /** Progress comes line by line; the last line is the result. */
  async importDevices(csv: Blob, { isDryRun, lines, onProgress }: ImportOptions): Promise<ImportResult> {
    const query = new URLSearchParams({ ...(isDryRun ? { dryRun: '1' } : {}), ...(lines === undefined ? {} : { rows: rangesOf(lines) }) }).toString();
    const response = await client.send('POST', `/devices/import${query === '' ? '' : `?${query}`}`, { body: csv, headers: { 'content-type': 'text/csv', accept: 'application/x-ndjson' }, timeoutMs: IMPORT_TIMEOUT_MS });
    for await (const line of readLines(response)) {
      // One event a line, of the hub's own making.
      const event = JSON.parse(line) as ImportEvent;
      if (event.type === 'progress') onProgress(event.done, event.total);
      else if (event.type === 'result') return event;
      else throw errorOf(event.problem, event.problem.status);
    }
    throw new ApiError('UNREACHABLE', 0);
  },
});

const pathOf = (id: DeviceId): string => `/devices/${encodeURIComponent(id)}`;
/** The hub checks its answers against its schemas, so they aren't checked again here. */
const jsonOf = async <T>(response: Response): Promise<T> => await response.json() as T;

/** Lines as the hub takes them: `2-50,60`. */
export function rangesOf(lines: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const line of [...lines].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && line <= last[1] + 1) last[1] = line; else ranges.push([line, line]);
  }
  return ranges.map(([from, to]) => from === to ? String(from) : `${from}-${to}`).join(',');
}
