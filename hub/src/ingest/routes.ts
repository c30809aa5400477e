import { parseNativeTopic, type RefusalReason, type UplinkKind } from '@liandong/protocols';
import type { DeviceDirectory, DeviceEntry } from '../devices/types.js';

/** Where a topic leads: a device and what it sends, or why nowhere. */
export type Route =
  | { readonly device: DeviceEntry; readonly kind: UplinkKind | 'uplink'; readonly fault?: undefined }
  | { readonly device: DeviceEntry | undefined; readonly kind?: undefined; readonly fault: RefusalReason };


/** Topic → device, from memory; forgotten whenever a device changes. Only topics that lead somewhere are remembered: a few per device. */
export class RouteTable {
  readonly #directory: DeviceDirectory;
  readonly #routes = new Map<string, Route>();

  constructor(directory: DeviceDirectory) {
    this.#directory = directory;
  }

  /** Call when devices changed. */
  forget(): void {
    this.#routes.clear();
  }

  find(topic: string): Route {
    const known = this.#routes.get(topic);
    if (known !== undefined) return known;
    const route = this.#resolve(topic);
    if (route.fault === undefined) this.#routes.set(topic, route);
    return route;
  }

  #resolve(topic: string): Route {
    const parsed = parseNativeTopic(topic);
    if (parsed === undefined || parsed.kind === 'command' || parsed.kind === 'alarm') return { device: undefined, fault: 'unknown_topic' };
    const device = this.#directory.get(parsed.device);
    if (device === undefined) return { device, fault: 'unknown_device' };
    if (device.device.status === 'retired') return { device, fault: 'retired_device' };
    if (device.community !== parsed.community || device.subdistrict !== parsed.subdistrict) return { device, fault: 'wrong_area' };
    return { device, kind: parsed.kind };
  }
}
