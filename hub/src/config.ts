import { resolve } from 'node:path';
import { readEdge, type EdgeConfig } from './edge/edge-config.js';
import { StartError } from './problem.js';
import { readRole, type Role } from './role.js';

/** Every setting, checked and frozen. Names and defaults: contract, "Starting". */
export interface Config {
  readonly role: Role;
  readonly host: string;
  readonly port: number;
  readonly mqttHost: string;
  readonly mqttPort: number;
  /** Use this broker instead of the embedded one. */
  readonly mqttUrl: URL | undefined;
  /** Where the password and ACL files for an external Mosquitto are kept up to date. */
  readonly mosquittoAuthDir: string | undefined;
  /** HTTPS, and MQTT over TLS beside the plain port. */
  readonly tls: { readonly certFile: string; readonly keyFile: string; readonly mqttsPort: number } | undefined;
  readonly dataDir: string;
  /** PostgreSQL instead of the libSQL file. */
  readonly databaseUrl: URL | undefined;
  /** Where another hub of this sub-district reaches this one; set, it stands by while the other leads. */
  readonly peerUrl: URL | undefined;
  /** What the leader tells the screens of the hub that stands by. */
  readonly redisUrl: URL | undefined;
  readonly influx: { readonly url: string; readonly token: string; readonly org: string; readonly bucket: string } | undefined;
  readonly adminPassword: string | undefined;
  /** The mail server, with its user and password, and whom mails come from. */
  readonly smtp: { readonly url: string; readonly from: string } | undefined;
  /** Where people reach the console, for links in messages; no slash at its end. */
  readonly publicUrl: string | undefined;
  /** An outside monitor that alarms when the hub's calls stop coming. */
  readonly watchdog: { readonly url: URL; readonly intervalS: number } | undefined;
  readonly isDemo: boolean;
  readonly gateRetentionDays: number;
  readonly telemetryRetentionDays: number;
  /** Alerts that cleared, with their timelines, and commands. */
  readonly alertRetentionDays: number;
  /** Who did what; half a year at least (网络安全法 art. 21 (3)). */
  readonly auditRetentionDays: number;
  /** The journal is full beyond this (MiB on disk). */
  readonly journalMaxMb: number;
  /** Where backups are made, a folder each; not in the data folder, which they are to outlive. */
  readonly backupDir: string;
  /** So many backups stay. */
  readonly backupKeep: number;
  readonly logLevel: string;
  /** Of role `edge` only. */
  readonly edge: EdgeConfig | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * Reads the settings, from the environment and the command line (`--role`).
 * @throws StartError that names every bad one; values of secrets are not shown.
 */
export function readConfig(environment: Environment, args: readonly string[] = []): Config {
  const problems: string[] = [];
  const read = settingReader(environment, problems);
  const role = readRole(args, problems);
  const config: Config = {
    role,
    host: read.text('HOST', '127.0.0.1'),
    port: read.whole('PORT', 8080, { min: 0, max: 65_535 }),
    mqttHost: read.text('MQTT_HOST', '127.0.0.1'),
    mqttPort: read.whole('MQTT_PORT', 1883, { min: 0, max: 65_535 }),
    mqttUrl: read.url('MQTT_URL', ['mqtt:', 'mqtts:']),
    mosquittoAuthDir: read.optional('MOSQUITTO_AUTH_DIR'),
    tls: readTls(read, problems),
    dataDir: resolve(read.text('DATA_DIR', './data')),
    databaseUrl: readDatabaseUrl(read, problems),
    peerUrl: readPeerUrl(read, problems),
    redisUrl: readRedisUrl(read, problems),
    influx: readInflux(read, problems),
    adminPassword: readAdminPassword(read, problems),
    smtp: readSmtp(read, problems),
    publicUrl: read.url('PUBLIC_URL', ['https:', 'http:'])?.href.replace(/\/+$/, ''),
    watchdog: readWatchdog(read),
    isDemo: read.flag('DEMO', false) && role === 'all',
    gateRetentionDays: read.whole('GATE_RETENTION_DAYS', 90, { min: 1, max: 3650 }),
    telemetryRetentionDays: read.whole('TELEMETRY_RETENTION_DAYS', 730, { min: 1, max: 36_500 }),
    alertRetentionDays: read.whole('ALERT_RETENTION_DAYS', 730, { min: 30, max: 36_500 }),
    auditRetentionDays: read.whole('AUDIT_RETENTION_DAYS', 730, { min: 183, max: 36_500 }),
    journalMaxMb: read.whole('JOURNAL_MAX_MB', 4096, { min: 16, max: 1_048_576 }),
    backupDir: resolve(read.text('BACKUP_DIR', './backups')),
    backupKeep: read.whole('BACKUP_KEEP', 7, { min: 1, max: 1000 }),
    logLevel: read.text('LOG_LEVEL', 'info'),
    edge: role === 'edge' ? readEdge(read, problems) : undefined,
  };
  if (!LOG_LEVELS.includes(config.logLevel)) problems.push(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}`);
  if (problems.length > 0) throw new StartError(`These settings are wrong:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  return Object.freeze(config);
}

type SettingReader = ReturnType<typeof settingReader>;

function settingReader(environment: Environment, problems: string[]) {
  /** Unset and empty are the same: compose files pass empty strings. */
  const optional = (name: string): string | undefined => environment[name]?.trim() || undefined;
  return {
    optional,
    text: (name: string, fallback: string): string => optional(name) ?? fallback,
    whole(name: string, fallback: number, { min, max }: { min: number; max: number }): number {
      const text = optional(name);
      if (text === undefined) return fallback;
      const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
      if (value >= min && value <= max) return value;
      problems.push(`${name} must be a whole number from ${min} to ${max}, not "${text}"`);
      return fallback;
    },
    flag(name: string, fallback: boolean): boolean {
      const text = optional(name);
      if (text === undefined) return fallback;
      if (['1', 'true'].includes(text)) return true;
      if (!['0', 'false'].includes(text)) problems.push(`${name} must be 1 or 0, not "${text}"`);
      return false;
    },
    url(name: string, protocols: readonly string[]): URL | undefined {
      const text = optional(name);
      if (text === undefined) return undefined;
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (url !== undefined && protocols.includes(url.protocol) && url.hostname !== '') return url;
      problems.push(`${name} must look like ${protocols[0] ?? ''}//host:port`);
      return undefined;
    },
  };
}

function readTls(read: SettingReader, problems: string[]): Config['tls'] {
  const certFile = read.optional('TLS_CERT_FILE');
  const keyFile = read.optional('TLS_KEY_FILE');
  const mqttsPort = read.whole('MQTTS_PORT', 8883, { min: 0, max: 65_535 });
  if (certFile !== undefined && keyFile !== undefined) return { certFile: resolve(certFile), keyFile: resolve(keyFile), mqttsPort };
  if (certFile !== undefined) problems.push('TLS_KEY_FILE must be set when TLS_CERT_FILE is');
  if (keyFile !== undefined) problems.push('TLS_CERT_FILE must be set when TLS_KEY_FILE is');
  if (certFile === undefined && keyFile === undefined && read.optional('MQTTS_PORT') !== undefined) problems.push('TLS_CERT_FILE and TLS_KEY_FILE must be set when MQTTS_PORT is');
  return undefined;
}

/** User and database are named, or the driver would take whatever the environment of the process says. */
function readDatabaseUrl(read: SettingReader, problems: string[]): URL | undefined {
  const url = read.url('DATABASE_URL', ['postgres:', 'postgresql:']);
  if (url === undefined || (url.username !== '' && url.pathname.length > 1)) return url;
  problems.push('DATABASE_URL must name a user and a database: postgres://user:password@host:5432/database');
  return undefined;
}

/** What two hubs share has to be outside of both. */
function readPeerUrl(read: SettingReader, problems: string[]): URL | undefined {
  const url = read.url('PEER_URL', ['http:', 'https:']);
  if (url !== undefined) for (const name of ['DATABASE_URL', 'MQTT_URL', 'INFLUX_URL']) if (read.optional(name) === undefined) problems.push(`${name} must be set when PEER_URL is: hubs that stand in for each other share it`);
  return url;
}

/** One hub has nobody to tell: set by itself, it would be silently ignored. */
function readRedisUrl(read: SettingReader, problems: string[]): URL | undefined {
  const url = read.url('REDIS_URL', ['redis:', 'rediss:']);
  if (url !== undefined && read.optional('PEER_URL') === undefined) problems.push('PEER_URL must be set when REDIS_URL is: Redis serves the screens of two hubs');
  return url;
}

function readInflux(read: SettingReader, problems: string[]): Config['influx'] {
  const url = read.url('INFLUX_URL', ['http:', 'https:']);
  const names = ['INFLUX_TOKEN', 'INFLUX_ORG', 'INFLUX_BUCKET'] as const;
  const [token, org, bucket] = names.map(read.optional);
  if (read.optional('INFLUX_URL') === undefined) return undefined;
  for (const name of names) if (read.optional(name) === undefined) problems.push(`${name} must be set when INFLUX_URL is`);
  if (url === undefined || token === undefined || org === undefined || bucket === undefined) return undefined;
  return { url: url.href.replace(/\/$/, ''), token, org, bucket };
}

function readSmtp(read: SettingReader, problems: string[]): Config['smtp'] {
  const url = read.url('SMTP_URL', ['smtp:', 'smtps:']);
  const from = read.optional('SMTP_FROM');
  if (from !== undefined && !/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/.test(from)) problems.push('SMTP_FROM must be an address such as hub@example.com or Liandong <hub@example.com>');
  if (read.optional('SMTP_URL') === undefined) return undefined;
  if (from === undefined) problems.push('SMTP_FROM must be set when SMTP_URL is');
  return url === undefined || from === undefined ? undefined : { url: url.href, from };
}

function readWatchdog(read: SettingReader): Config['watchdog'] {
  const url = read.url('WATCHDOG_URL', ['https:', 'http:']);
  const intervalS = read.whole('WATCHDOG_INTERVAL_S', 60, { min: 5, max: 86_400 });
  return url === undefined ? undefined : { url, intervalS };
}

function readAdminPassword(read: SettingReader, problems: string[]): string | undefined {
  const password = read.optional('ADMIN_PASSWORD');
  if (password !== undefined && password.length < 8) problems.push('ADMIN_PASSWORD must be at least 8 characters long');
  return password;
}
