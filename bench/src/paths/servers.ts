import { findProgram } from '../programs/find-program.js';
import { goModuleVersion, mosquittoVersion } from '../programs/versions.js';

export interface Servers { readonly mosquitto: string | undefined; readonly influxd: string | undefined; readonly telegraf: string | undefined }

export const findServers = (): Servers => ({
  mosquitto: findProgram('mosquitto'),
  influxd: findProgram('influxd', 'INFLUXD_BIN'),
  telegraf: findProgram('telegraf', 'TELEGRAF_BIN'),
});

const HINTS: Readonly<Record<keyof Servers, string>> = {
  mosquitto: 'Mosquitto (apt-get install mosquitto)',
  influxd: 'InfluxDB 2 (set INFLUXD_BIN=/path/to/influxd, or run .ci/build-influxd ~/.cache/liandong/bin/influxd ~/.cache/liandong/influx-build)',
  telegraf: 'Telegraf (set TELEGRAF_BIN=/path/to/telegraf, or run bench/build-telegraf.sh)',
};

/** A sentence on what is missing of these and how to get it; undefined when nothing is. */
export function missingOf(servers: Servers, names: readonly (keyof Servers)[]): string | undefined {
  const missing = names.filter((name) => servers[name] === undefined).map((name) => HINTS[name]);
  return missing.length === 0 ? undefined : `not found: ${missing.join('; ')}`;
}

/** A program that `missingOf` has said is there. */
export function required(program: string | undefined): string {
  if (program === undefined) throw new Error('a server is missing');
  return program;
}

/** Name and version of each that is there. */
export function versionsOf({ mosquitto, influxd, telegraf }: Servers): Readonly<Record<keyof Servers, string>> {
  return {
    mosquitto: mosquitto === undefined ? 'none' : `Mosquitto ${mosquittoVersion(mosquitto)}`,
    influxd: influxd === undefined ? 'none' : `InfluxDB ${goModuleVersion(influxd, 'github.com/influxdata/influxdb/v2')}`,
    telegraf: telegraf === undefined ? 'none' : `Telegraf ${goModuleVersion(telegraf, 'github.com/influxdata/telegraf')}`,
  };
}
