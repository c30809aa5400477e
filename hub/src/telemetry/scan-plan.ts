import type { EpochMs } from '@liandong/protocols';

/** A part of a scan that is read at once. */
export interface ScanSlice {
  /** Places in the list of devices, in order. All of the range of several, or some of the range of one. */
  readonly devices: readonly number[];
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export interface ScanPlan {
  readonly devices: number;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Rows of each of these devices in a time, in their order; an upper bound will do. */
  count(devices: readonly number[], from: EpochMs, to: EpochMs): Promise<ArrayLike<number>>;
  /** Devices that are counted at once, and so the most of one slice. */
  readonly devicesAtOnce: number;
  /** No slice has more, but for a single millisecond of one device. */
  readonly mostRows: number;
}

/**
 * Cuts a scan into slices that fit into memory: as many whole devices as go into one, and of a device that alone is too much, halves of halves of its time.
 * Devices without a row are left out.
 */
export async function* planScan({ devices, from, to, count, devicesAtOnce, mostRows }: ScanPlan): AsyncGenerator<ScanSlice> {
  for (let first = 0; first < devices; first += devicesAtOnce) {
    const asked = Array.from({ length: Math.min(devicesAtOnce, devices - first) }, (_, i) => first + i);
    const counts = await count(asked, from, to);
    let group: number[] = [];
    let rows = 0;
    for (const [i, device] of asked.entries()) {
      const more = counts[i] ?? 0;
      if (more === 0) continue;
      if (group.length > 0 && rows + more > mostRows) {
        yield { devices: group, from, to };
        [group, rows] = [[], 0];
      }
      if (more > mostRows) yield* halves(device, from, to, more);
      else {
        group.push(device);
        rows += more;
      }
    }
    if (group.length > 0) yield { devices: group, from, to };
  }

  async function* halves(device: number, start: EpochMs, end: EpochMs, rows: number): AsyncGenerator<ScanSlice> {
    if (rows === 0) return;
    if (rows <= mostRows || end - start <= 1) {
      yield { devices: [device], from: start, to: end };
      return;
    }
    const middle = start + Math.floor((end - start) / 2);
    yield* halves(device, start, middle, (await count([device], start, middle))[0] ?? 0);
    yield* halves(device, middle, end, (await count([device], middle, end))[0] ?? 0);
  }
}
