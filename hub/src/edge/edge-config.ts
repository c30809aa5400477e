import { readFileSync } from 'node:fs';
import { isId } from '@liandong/protocols';
import type { BacklogOrder } from './lanes.js';

/** What an edge has to know of its hub. */
export interface EdgeConfig {
  /** The hub's broker; `mqtt:` or `mqtts:`. */
  readonly mqttUrl: URL;
  /** The hub's REST API; `http:` or `https:`. */
  readonly hubUrl: URL;
  /** PEM of who signed the hub's certificate; undefined: the authorities Node knows. */
  readonly ca: string | undefined;
  readonly id: string;
  /** Read anew for each try, so that a new secret in the file needs no restart. @throws Error when the file can't be read */
  readonly secret: () => string;
  readonly order: BacklogOrder;
  /** Backlog records passed on per second at most: live ones and alerts come first. */
  readonly backlogPerS: number;
}

/** Of `config.ts`. */
interface SettingReader {
  optional(name: string): string | undefined;
  text(name: string, fallback: string): string;
  whole(name: string, fallback: number, limits: { min: number; max: number }): number;
  url(name: string, protocols: readonly string[]): URL | undefined;
}

const ORDERS: readonly BacklogOrder[] = ['in-order', 'newest-first'];

/** The settings of `--role edge`; undefined when one is missing or wrong, which is then among the problems. */
export function readEdge(read: SettingReader, problems: string[]): EdgeConfig | undefined {
  const [mqttUrl, hubUrl] = [read.url('HUB_MQTT_URL', ['mqtts:', 'mqtt:']), read.url('HUB_URL', ['https:', 'http:'])];
  for (const name of ['HUB_MQTT_URL', 'HUB_URL', 'EDGE_ID']) if (read.optional(name) === undefined) problems.push(`${name} must be set with --role edge`);
  const id = read.optional('EDGE_ID') ?? '';
  if (id !== '' && !isId(id)) problems.push('EDGE_ID must be the id of this edge at its hub');
  const order = ORDERS.find((name) => name === read.text('UPLINK_ORDER', 'in-order'));
  if (order === undefined) problems.push(`UPLINK_ORDER must be one of ${ORDERS.join(', ')}`);
  const [secret, ca] = [readSecret(read, problems), readCa(read, problems)];
  const backlogPerS = read.whole('UPLINK_BACKLOG_PER_S', 2000, { min: 10, max: 1_000_000 });
  if (mqttUrl === undefined || hubUrl === undefined || order === undefined || secret === undefined) return undefined;
  return { mqttUrl, hubUrl, ca, id, secret, order, backlogPerS };
}

function readSecret(read: SettingReader, problems: string[]): EdgeConfig['secret'] | undefined {
  const [secret, file] = [read.optional('EDGE_SECRET'), read.optional('EDGE_SECRET_FILE')];
  if (file !== undefined) return () => readFileSync(file, 'utf8').trim();
  if (secret === undefined) problems.push('EDGE_SECRET or EDGE_SECRET_FILE must be set with --role edge');
  return secret === undefined ? undefined : () => secret;
}

function readCa(read: SettingReader, problems: string[]): string | undefined {
  const file = read.optional('HUB_CA_FILE');
  try {
    return file === undefined ? undefined : readFileSync(file, 'utf8');
  } catch {
    problems.push('HUB_CA_FILE can not be read');
    return undefined;
  }
}
