import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOPIC_ROOT } from '@liandong/protocols';
import type { OwnedProcess } from '../support/owned-process.js';
import type { Resources } from '../support/resources.js';
import type { Influx } from './influx.js';
import type { Mosquitto } from './mosquitto.js';

/** What is set against Telegraf's defaults, for the record. */
export const TELEGRAF_SETTINGS = [
  'metric_batch_size 5000', 'max_undelivered_messages 5000', 'flush_interval 1s', 'flush_jitter 0s', 'persistent_session true', 'qos 1', 'content_encoding gzip',
] as const;

/** Measurement and tag that Telegraf writes. */
export const TELEGRAF_MEASUREMENT = 'telemetry';

/** A real Telegraf that moves telemetry from Mosquitto to InfluxDB, and acknowledges after the write. */
export async function startTelegraf(program: string, { mosquitto, influx, resources }: { mosquitto: Mosquitto; influx: Influx; resources: Resources }): Promise<OwnedProcess> {
  const configFile = join(resources.folder, 'telegraf.conf');
  writeFileSync(configFile, config(mosquitto, influx));
  const telegraf = resources.start('Telegraf', program, ['--config', configFile]);
  await mosquitto.subscribed().catch((error: unknown) => {
    throw new Error(`Telegraf did not subscribe:\n${telegraf.logEnd()}`, { cause: error });
  });
  return telegraf;
}

const config = ({ port }: Mosquitto, { url, org, bucket, token }: Influx): string => `
[agent]
  interval = "1s"
  metric_batch_size = 5000
  metric_buffer_limit = 50000
  flush_interval = "1s"
  flush_jitter = "0s"
  precision = "1ms"
  omit_hostname = true

[[inputs.mqtt_consumer]]
  servers = ["tcp://127.0.0.1:${port}"]
  topics = ["${TOPIC_ROOT}/+/+/+/telemetry"]
  topic_tag = ""
  qos = 1
  persistent_session = true
  client_id = "telegraf-bench"
  max_undelivered_messages = 5000
  name_override = "${TELEGRAF_MEASUREMENT}"
  data_format = "json"
  json_time_key = "ts"
  json_time_format = "unix_ms"
  [[inputs.mqtt_consumer.topic_parsing]]
    topic = "${TOPIC_ROOT}/+/+/+/telemetry"
    tags = "_/_/_/_/device/_"

[[outputs.influxdb_v2]]
  urls = ["${url}"]
  organization = "${org}"
  bucket = "${bucket}"
  token = "${token}"
  content_encoding = "gzip"
`;
