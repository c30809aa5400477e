import { HttpError } from '@influxdata/influxdb-client';
import { StartError } from '../problem.js';
import type { InfluxHttp, InfluxSettings } from './influx-client.js';
import type { StoreLog } from './store-log.js';

const PROBE_TIMEOUT_MS = 5_000;

/** @throws StartError when it isn't an http or https address. */
export function checkInfluxUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return;
  throw new StartError('INFLUX_URL is not an http:// or https:// address; write it like http://127.0.0.1:8086.');
}

/**
 * Asks the server whether it would take a write. A server that doesn't answer is only down, which doesn't stop the start.
 * @throws StartError when it answers that the token, the organisation or the bucket is wrong.
 */
export async function probeInflux(http: InfluxHttp, { url, org, bucket }: InfluxSettings, log: StoreLog): Promise<void> {
  try {
    await http.write(['# may this token write here?'], 'ms'); // a comment line stores nothing
  } catch (error) {
    switch (error instanceof HttpError ? error.statusCode : undefined) {
      case 401: case 403:
        throw new StartError(`InfluxDB at INFLUX_URL does not accept INFLUX_TOKEN; set a token that may read and write bucket "${bucket}".`, { cause: error });
      case 404:
        throw await isOrgMissing(http, org)
          ? new StartError(`InfluxDB at INFLUX_URL has no organisation "${org}"; correct INFLUX_ORG.`, { cause: error })
          : new StartError(`InfluxDB at INFLUX_URL has no bucket "${bucket}"; create it or correct INFLUX_BUCKET.`, { cause: error });
      default:
        log.warn({ url, reason: String(error) }, 'InfluxDB at INFLUX_URL does not answer now; telemetry waits in the journal until it does');
    }
  }
}

async function isOrgMissing(http: InfluxHttp, org: string): Promise<boolean> {
  try {
    await http.get(`/api/v2/buckets?limit=1&org=${encodeURIComponent(org)}`, PROBE_TIMEOUT_MS);
    return false;
  } catch (error) {
    return error instanceof HttpError && error.statusCode === 404;
  }
}
