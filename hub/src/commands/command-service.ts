import { nativeTopic, type Command, type Device, type DeviceId, type NewCommand } from '@liandong/protocols';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { DeviceService } from '../devices/device-service.js';
import type { DeviceDirectory } from '../devices/types.js';
import { insertAudit } from '../identity/audit-log.js';
import type { Permission, Principal } from '../identity/principal.js';
import { newRowId, systemRandom, type RandomBytes } from '../identity/secrets.js';
import { AppError, fieldError, type FieldError } from '../problem.js';
import type { CommandPublisher } from './command-publisher.js';
import { toCommand, type CommandRow } from './command-rows.js';
import { mergeTwin } from './twin.js';

/** No answer by then: `timed_out`. */
export const ANSWER_MS = 30_000;
/** Commands of one device that wait for an answer at the same time. */
const MOST_PENDING = 20;
const DEFAULT_PAGE = 50;

export interface CommandService {
  /** Writes it down, then sends it, whether or not the device is there. Throws FORBIDDEN, DEVICE_NOT_FOUND, COMMAND_UNSUPPORTED, VALIDATION_FAILED, TOO_MANY_REQUESTS. */
  send(principal: Principal, device: DeviceId, command: NewCommand): Promise<Command>;
  /** Newest first. Throws DEVICE_NOT_FOUND, CURSOR_INVALID. */
  list(principal: Principal, device: DeviceId, page: { limit?: number; cursor?: string }): Promise<{ data: Command[]; next?: string }>;
}

export interface CommandServiceDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly devices: Pick<DeviceService, 'require'>;
  readonly directory: DeviceDirectory;
  readonly publisher: CommandPublisher;
  /** Told when a command will run out. */
  readonly timeouts: { watch(expiresAt: number): void };
  readonly random?: RandomBytes;
}

export function createCommandService({ db, clock, devices, directory, publisher, timeouts, random = systemRandom }: CommandServiceDependencies): CommandService {
  async function write(row: CommandRow): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const { count } = await trx.selectFrom('command').select((e) => e.fn.countAll<number>().as('count'))
        .where('device', '=', row.device).where('state', '=', 'pending').where('expires_at', '>', row.at).executeTakeFirstOrThrow();
      if (count >= MOST_PENDING) throw new AppError('TOO_MANY_REQUESTS', { zh: `这台设备已有 ${count} 条命令在等应答。`, en: `${count} commands of this device wait for an answer already.` });
      await trx.insertInto('command').values(row).execute();
      if (row.type === 'set_interval') await mergeTwin(trx, row.device, 'desired', twinOf(row));
      await insertAudit(trx, row.at, [{ by: row.by, action: 'command.sent', target: row.device, detail: `${row.type}${row.data === null ? '' : ` ${row.data}`}, ${row.id}` }]);
    });
  }

  /** A command that no broker took has failed: nobody needs to wait for it. */
  async function publish(row: CommandRow): Promise<CommandRow> {
    const entry = directory.get(row.device);
    try {
      if (entry === undefined) throw new Error('the device was removed');
      await publisher.publishCommand(
        nativeTopic({ subdistrict: entry.subdistrict, community: entry.community, device: row.device, kind: 'command' }),
        JSON.stringify({ id: row.id, type: row.type, ...(row.data === null ? {} : { data: JSON.parse(row.data) as unknown }), expiresAt: row.expires_at }),
      );
      return row;
    } catch (error) {
      const failed = { state: 'failed' as const, answered_at: clock.now(), error: `not sent: ${error instanceof Error ? error.message : String(error)}`.slice(0, 500) };
      await db.updateTable('command').set(failed).where('id', '=', row.id).where('state', '=', 'pending').execute();
      return { ...row, ...failed };
    }
  }

  return {
    async send(principal, id, command) {
      const device = devices.require(principal, permissionFor(command), id);
      requireSupported(device, command);
      const at = clock.now();
      const data = dataOf(command);
      const row: CommandRow = {
        id: newRowId(random), device: id, type: command.type, data: data === undefined ? null : JSON.stringify(data), by: principal.name,
        at, expires_at: at + ANSWER_MS, state: 'pending', answered_at: null, error: null,
      };
      await write(row);
      timeouts.watch(row.expires_at);
      return toCommand(await publish(row));
    },

    async list(principal, id, { limit = DEFAULT_PAGE, cursor }) {
      devices.require(principal, 'device:read', id);
      let query = db.selectFrom('command').selectAll().where('device', '=', id).orderBy('at', 'desc').orderBy('id', 'desc').limit(limit + 1);
      if (cursor !== undefined) {
        const { at, id: last } = positionOf(cursor);
        query = query.where((e) => e.or([e('at', '<', at), e.and([e('at', '=', at), e('id', '<', last)])]));
      }
      const rows = await query.execute();
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return { data: page.map(toCommand), ...(rows.length > limit && last !== undefined ? { next: `${last.at}.${last.id}` } : {}) };
    },
  };
}

const permissionFor = ({ type }: NewCommand): Permission => type === 'open_gate' ? 'gate:open' : 'device:command';

function requireSupported({ id, kind, codec, gateway, status }: Device, { type }: NewCommand): void {
  if (codec !== 'native') throw new AppError('COMMAND_UNSUPPORTED', { zh: `${id} 的协议是 ${codec}，只有直连设备能接收命令。`, en: `${id} speaks ${codec}; commands go to native devices.` });
  if (gateway !== undefined) throw new AppError('COMMAND_UNSUPPORTED', { zh: `${id} 经网关 ${gateway} 接入，只有直连设备能接收命令。`, en: `${id} speaks through gateway ${gateway}; commands go to native devices.` });
  if (status === 'retired') throw new AppError('COMMAND_UNSUPPORTED', { zh: `${id} 已停用。`, en: `${id} is retired.` });
  if (type === 'open_gate' && kind !== 'access_gate' && kind !== 'vehicle_gate') throw new AppError('COMMAND_UNSUPPORTED', { zh: `${id} 不是门禁或道闸。`, en: `${id} is a ${kind}, not a gate.` });
}

/** What goes to the device; only what the type knows. */
function dataOf({ type, data = {} }: NewCommand): Record<string, unknown> | undefined {
  const { seconds, ...rest } = data;
  if (Object.keys(rest).length > 0 || (type !== 'set_interval' && seconds !== undefined)) throw fieldError('/data', type === 'set_interval' ? { zh: '`set_interval` 的 `data` 只有 {"seconds": …}。', en: '`data` of set_interval is {"seconds": …} and nothing else.' } : { zh: `${type} 不带 \`data\`。`, en: `${type} takes no data.` });
  if (type !== 'set_interval') return undefined;
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_INTERVAL_S) throw secondsError(seconds);
  return { seconds };
}

const LONGEST_INTERVAL_S = 86_400;
function secondsError(seconds: unknown): FieldError {
  const words = { zh: `上报间隔要是 1 到 ${LONGEST_INTERVAL_S} 的整秒数。`, en: `\`data.seconds\` must be a whole number from 1 to ${LONGEST_INTERVAL_S}.` };
  if (seconds === undefined) return fieldError('/data/seconds', words, { keyword: 'required' });
  if (typeof seconds !== 'number' || !Number.isInteger(seconds)) return fieldError('/data/seconds', words, { keyword: 'type', expected: ['integer'] });
  return fieldError('/data/seconds', words, seconds < 1 ? { keyword: 'minimum', limit: 1 } : { keyword: 'maximum', limit: LONGEST_INTERVAL_S });
}

/** What a set_interval is to change, in the twin's terms. */
export const twinOf = ({ data }: Pick<CommandRow, 'data'>): { reportingIntervalS: number } =>
  ({ reportingIntervalS: (JSON.parse(data ?? '{}') as { seconds: number }).seconds }); // dataOf has checked it

function positionOf(cursor: string): { at: number; id: string } {
  const [, at, id] = /^(\d{1,16})\.([0-9a-f]{24})$/.exec(cursor) ?? [];
  if (at === undefined || id === undefined) throw new AppError('CURSOR_INVALID');
  return { at: Number(at), id };
}
