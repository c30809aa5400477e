export const DEVICE_KINDS = ['waste_bin', 'env_sensor', 'access_gate', 'vehicle_gate', 'gateway'] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

export const DEVICE_STATUSES = ['provisioned', 'online', 'offline', 'maintenance', 'retired'] as const;
export type DeviceStatus = (typeof DEVICE_STATUSES)[number];

/** Wire formats a device or gateway may speak. */
export const CODECS = ['native', 'chirpstack', 'tts', 'zigbee2mqtt', 'tasmota', 'sparkplug', 'hikvision', 'edge'] as const;
export type CodecName = (typeof CODECS)[number];

/** Byte formats inside a LoRaWAN uplink. */
export const PAYLOAD_CODECS = ['milesight', 'dragino-ldds75'] as const;
export type PayloadCodecName = (typeof PAYLOAD_CODECS)[number];

/** Gate events a rule may refer to; other event types are kept but mean nothing to the default rules. */
export const GATE_EVENTS = ['granted', 'denied', 'forced_open', 'held_open', 'door_opened', 'door_closed', 'tamper', 'fault'] as const;
export type GateEvent = (typeof GATE_EVENTS)[number];

/** What the hub may ask of a native device. */
export const COMMAND_TYPES = ['report_now', 'set_interval', 'open_gate'] as const;
export type CommandType = (typeof COMMAND_TYPES)[number];
