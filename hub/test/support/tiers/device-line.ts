import { connect } from 'mqtt';
import type { Station } from './sub-district.js';

/** A real MQTT client that sends each message (QoS 1) until it is acknowledged, over lost connections and killed brokers, as firmware with a small flash does. */
export interface DeviceLine {
  /** Resolves when it is acknowledged. */
  send(kind: 'telemetry' | 'event', payload: object): Promise<void>;
  close(): Promise<void>;
}

export function openDeviceLine({ id, topic, mqttPort, credentials }: Station): DeviceLine {
  const client = connect({ host: '127.0.0.1', port: mqttPort, ...credentials, clientId: id, clean: false, reconnectPeriod: 200, connectTimeout: 5_000, keepalive: 20 });
  client.on('error', () => undefined); // whoever was killed refuses connections; the client tries again
  return {
    async send(kind, payload) { await client.publishAsync(`${topic}/${kind}`, JSON.stringify(payload), { qos: 1 }); },
    close: () => client.endAsync(true),
  };
}
