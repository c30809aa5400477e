import { isExternalId, isRecord } from './text.js';

/** What `bridge/devices` says of a device. */
export interface KnownDevice {
  readonly name: string;
  readonly model?: string;
  /** Unit by property; empty for a property that is exposed without one. */
  readonly units: ReadonlyMap<string, string>;
}

/** More than any Zigbee network carries. */
const MOST_DEVICES = 1000;
const MOST_PROPERTIES = 200;
const DEEPEST_EXPOSE = 4;
const NAME_LENGTH = 64;

/** Devices by friendly name, the coordinator left out. Entries that are no devices are passed over: the list is the bridge's, not a device's. */
export function listDevices(list: readonly unknown[]): ReadonlyMap<string, KnownDevice> {
  const devices = new Map<string, KnownDevice>();
  for (const entry of list) {
    if (devices.size >= MOST_DEVICES) break;
    if (!isRecord(entry) || entry['type'] === 'Coordinator') continue;
    const friendlyName = entry['friendly_name'];
    if (typeof friendlyName !== 'string' || !isExternalId(friendlyName)) continue;
    const definition = isRecord(entry['definition']) ? entry['definition'] : {};
    const model = [definition['vendor'], definition['model']].filter(isText).join(' ').slice(0, NAME_LENGTH);
    const units = new Map<string, string>();
    collectUnits(definition['exposes'], units, 1);
    devices.set(friendlyName, {
      name: (isText(entry['description']) ? entry['description'] : friendlyName).slice(0, NAME_LENGTH), units, ...(model === '' ? {} : { model }),
    });
  }
  return devices;
}

/** Friendly names of `bridge/groups`: a group publishes like a device and is none. */
export function listNames(list: readonly unknown[]): ReadonlySet<string> {
  const names = list.slice(0, MOST_DEVICES).map((entry) => isRecord(entry) ? entry['friendly_name'] : undefined);
  return new Set(names.filter(isText));
}

function collectUnits(exposes: unknown, units: Map<string, string>, depth: number): void {
  if (!Array.isArray(exposes) || depth > DEEPEST_EXPOSE) return;
  for (const expose of exposes as unknown[]) {
    if (!isRecord(expose) || units.size >= MOST_PROPERTIES) continue;
    const { property, unit } = expose;
    if (isText(property)) units.set(property.slice(0, NAME_LENGTH), isText(unit) ? unit.slice(0, NAME_LENGTH) : '');
    collectUnits(expose['features'], units, depth + 1);
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
