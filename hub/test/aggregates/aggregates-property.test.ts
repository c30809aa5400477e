import { WINDOW_MS, type AggregateRow, type AreaId, type DeviceId, type EpochMs } from '@liandong/protocols';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { figuresOf, keyOf, recount } from './recount.js';
import { DAY, MIDNIGHT, MINUTE, openRig } from './rig.js';
import { describeOnDatabases } from '../support/databases.js';

const DEVICES: readonly [DeviceId, AreaId][] = [['a', 'rose'], ['b', 'rose-1'], ['c', 'rose-2'], ['d', 'lily'], ['e', 'pine']];
const AREA_IDS = ['rose', 'rose-1', 'rose-2', 'lily', 'pine'];
const QUARTER = WINDOW_MS['15m'];
const BEGINS = MIDNIGHT - 40 * MINUTE;

/** What may happen, in any order. Samples are late, early, out of order, and the same device and time again with another value. */
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('say' as const), device: fc.nat(4), ago: fc.oneof(fc.nat(3), fc.nat(200)), value: fc.nat(50), isHumid: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('fill' as const), records: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('read' as const), records: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 25 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('publish' as const), failAfter: fc.option(fc.nat(2)), meanwhile: fc.option(fc.record({ device: fc.nat(4), ago: fc.nat(100), value: fc.nat(50) })) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('move' as const), device: fc.nat(4), to: fc.nat(4) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('poll' as const), who: fc.nat(1), limit: fc.integer({ min: 1, max: 30 }) }) },
);

const sorted = <T>(map: ReadonlyMap<string, T>): Map<string, T> => new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

describeOnDatabases('rows that are published', () => {
  it('equal a recount from what is stored, and reach each of two pullers once a revision, whatever happens on the way', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120 }), async (steps) => {
      const rig = await openRig(BEGINS);
      const stays = new Map<DeviceId, { since: EpochMs; area: AreaId }[]>();
      const pullers = [{ since: undefined as string | undefined, got: new Map<string, AggregateRow>(), seen: new Set<string>() }, { since: undefined as string | undefined, got: new Map<string, AggregateRow>(), seen: new Set<string>() }];
      const poll = async (who: number, limit: number): Promise<boolean> => {
        const puller = pullers[who]!;
        const { data, next, watermark } = await rig.ask({ since: puller.since, limit });
        for (const row of data) {
          expect(row.end).toBeLessThanOrEqual(Math.max(watermark, rig.clock.at));
          expect(row.coverage).toBeGreaterThanOrEqual(0);
          expect(row.coverage).toBeLessThanOrEqual(1);
          expect(puller.seen.has(`${keyOf(row)} ${row.revision}`)).toBe(false);
          puller.seen.add(`${keyOf(row)} ${row.revision}`);
          expect(row.revision).toBeGreaterThan(puller.got.get(keyOf(row))?.revision ?? 0);
          puller.got.set(keyOf(row), row);
        }
        const isMore = next !== puller.since;
        puller.since = next;
        return isMore;
      };
      try {
        for (const [id, area] of DEVICES) {
          await rig.addDevice(id, area);
          stays.set(id, [{ since: BEGINS, area }]);
        }
        for (const action of steps) {
          switch (action.do) {
            case 'say': rig.say(DEVICES[action.device]![0], rig.clock.at - action.ago * MINUTE, action.isHumid ? { humidity: action.value, temperature: action.value / 3 } : { temperature: action.value / 3 }); break;
            case 'fill': rig.fill(action.records); break;
            case 'read': await rig.read(action.records, 3); break;
            case 'wait': rig.clock.at += action.minutes * MINUTE; break;
            case 'publish': {
              rig.store.mind.failAfter = action.failAfter === null ? Infinity : rig.store.mind.questions + action.failAfter;
              rig.store.mind.meanwhile = async () => {
                if (action.meanwhile === null) return;
                rig.say(DEVICES[action.meanwhile.device]![0], rig.clock.at - action.meanwhile.ago * MINUTE, { temperature: action.meanwhile.value });
                rig.fill();
                await rig.read();
              };
              await rig.parts.publisher.run().catch((error: unknown) => { expect(String(error)).toContain('the store is down'); });
              [rig.store.mind.failAfter, rig.store.mind.meanwhile] = [Infinity, undefined];
              break;
            }
            case 'restart': await rig.restart(); break;
            case 'move': {
              const [id, area] = [DEVICES[action.device]![0], AREA_IDS[action.to]!];
              rig.place(id, area);
              await rig.parts.reader.flush();
              const stay = stays.get(id)!;
              const since = Math.ceil(rig.clock.at / QUARTER) * QUARTER;
              if (stay.at(-1)!.area === area) break;
              if (stay.at(-1)!.since >= since) stay.at(-1)!.area = area;
              else stay.push({ since, area });
              break;
            }
            case 'poll': await poll(action.who, action.limit); break;
          }
        }
        rig.clock.at = MIDNIGHT + 2 * DAY;
        await rig.settle();
        await rig.settle();
        for (const who of [0, 1]) while (await poll(who, 100));
        const expected = recount(rig, stays, rig.clock.at);
        for (const { got } of pullers) expect(sorted(new Map([...got].map(([key, row]) => [key, figuresOf(row)])))).toEqual(sorted(expected));
        expect(await rig.parts.dirtyWindows()).toBe(0);
      } finally {
        await rig.close();
      }
    }), { numRuns: 40 });
  }, 180_000);
});
