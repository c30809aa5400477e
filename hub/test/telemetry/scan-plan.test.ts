import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planScan, type ScanSlice } from '../../src/telemetry/scan-plan.js';

const slicesOf = async (rowsAt: readonly (readonly number[])[], { devicesAtOnce, mostRows, to }: { devicesAtOnce: number; mostRows: number; to: number }): Promise<ScanSlice[]> => {
  const slices: ScanSlice[] = [];
  const count = async (devices: readonly number[], from: number, end: number) => devices.map((device) => (rowsAt[device] ?? []).filter((ts) => ts >= from && ts < end).length);
  for await (const slice of planScan({ devices: rowsAt.length, from: 0, to, devicesAtOnce, mostRows, count })) slices.push(slice);
  return slices;
};

describe('the plan of a scan', () => {
  it('holds every row once, device after device and in order of time, and no slice more than fits', async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.array(fc.nat(200), { maxLength: 40 }), { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 30 }),
      async (rowsAt, devicesAtOnce, mostRows) => {
        const slices = await slicesOf(rowsAt, { devicesAtOnce, mostRows, to: 201 });
        const read = slices.flatMap(({ devices, from, to }) => devices.flatMap((device) => (rowsAt[device] ?? []).filter((ts) => ts >= from && ts < to).sort((a, b) => a - b).map((ts) => [device, ts])));
        expect(read).toEqual(rowsAt.flatMap((times, device) => [...times].sort((a, b) => a - b).map((ts) => [device, ts])));
        for (const { devices, from, to } of slices) {
          const rows = devices.reduce((sum, device) => sum + (rowsAt[device] ?? []).filter((ts) => ts >= from && ts < to).length, 0);
          expect(devices.length).toBeLessThanOrEqual(devicesAtOnce);
          expect(rows).toBeGreaterThan(0);
          if (to - from > 1) expect(rows).toBeLessThanOrEqual(mostRows);
        }
      }));
  });

  it('reads few devices with few rows together', async () => {
    expect(await slicesOf([[1], [2, 3], [], [4], [5]], { devicesAtOnce: 10, mostRows: 3, to: 10 })).toEqual([{ devices: [0, 1], from: 0, to: 10 }, { devices: [3, 4], from: 0, to: 10 }]);
  });
});
