import { gatewayCodecs, type CodecName, type GatewayCodec } from '@liandong/protocols';
import type { DeviceEntry } from '../devices/types.js';

/** Parts below the prefix in which the hub speaks to a gateway: a Sparkplug host application writes commands. */
const COMMANDS: Partial<Record<CodecName, readonly string[]>> = { sparkplug: ['NCMD', 'DCMD'] };

/** Native topics and the broker's own are nobody's to take over. */
const RESERVED = /^(\$|liandong(\/|$))/;

/** Prefix without a slash at its end; undefined when the device is no gateway that may publish below one. */
export function prefixOf({ device: { kind, codec, topicPrefix, status } }: DeviceEntry, codecs: ReadonlyMap<CodecName, GatewayCodec> = gatewayCodecs): string | undefined {
  if (kind !== 'gateway' || status === 'retired' || topicPrefix === undefined || RESERVED.test(topicPrefix) || !codecs.has(codec)) return undefined;
  return topicPrefix.replace(/\/+$/, '');
}

/** Filters of the topics on which a gateway is spoken to. */
export function commandFilters(entry: DeviceEntry): string[] {
  const prefix = prefixOf(entry);
  return prefix === undefined ? [] : (COMMANDS[entry.device.codec] ?? []).map((part) => `${prefix}/${part}/#`);
}

/** May this gateway subscribe to that? `filter` may have wildcards, but only below the fixed part. */
export const mayRead = (entry: DeviceEntry, filter: string): boolean => commandFilters(entry).some((allowed) => filter.startsWith(allowed.slice(0, -1)));
