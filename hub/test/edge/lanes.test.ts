import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lanes, type BacklogOrder, type Range } from '../../src/edge/lanes.js';

const seqs = ({ from, to }: Range): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** What may happen to a link, in any order. */
const steps = fc.array(fc.oneof(
  fc.record({ kind: fc.constant('grow' as const), by: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constantFrom('live' as const, 'backlog' as const), most: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constantFrom('confirm' as const, 'cut' as const, 'restart' as const) }),
), { maxLength: 60 });

describe('the lanes of an uplink', () => {
  it.each<BacklogOrder>(['in-order', 'newest-first'])('pass every record on, whatever the link and the box do, and only again what was not confirmed (%s)', (order) => {
    fc.assert(fc.property(steps, (script) => {
      let lanes = new Lanes(order);
      let last = 0;
      let open: Range[] = [];
      const confirmed = new Set<number>();
      const take = (lane: 'live' | 'backlog', most: number): Range | undefined => {
        const range = lanes.take(lane, last, most);
        if (range === undefined) return undefined;
        expect(range.to - range.from).toBeLessThan(most);
        for (const seq of seqs(range)) expect(confirmed.has(seq)).toBe(false);
        return range;
      };
      const confirm = (range: Range): void => {
        lanes.done(range);
        for (const seq of seqs(range)) confirmed.add(seq);
      };
      for (const step of script) {
        if (step.kind === 'grow') last += step.by;
        else if (step.kind === 'live' || step.kind === 'backlog') {
          const range = take(step.kind, step.most);
          if (range !== undefined) open.push(range);
        } else if (step.kind === 'confirm') {
          const range = open.shift();
          if (range !== undefined) confirm(range);
        } else {
          if (step.kind === 'restart') lanes = new Lanes(order, JSON.parse(JSON.stringify(lanes.save())) as ReturnType<Lanes['save']>);
          else lanes.close();
          lanes.open(last);
          open = [];
        }
        // Nothing that is still to be passed on may be dropped.
        for (let seq = 1; seq <= lanes.position; seq += 1) expect(confirmed.has(seq)).toBe(true);
      }
      for (const range of open) confirm(range);
      for (let range = take('live', 7); range !== undefined; range = take('live', 7)) confirm(range);
      for (let range = take('backlog', 7); range !== undefined; range = take('backlog', 7)) confirm(range);
      expect(confirmed.size).toBe(last);
      expect(lanes.position).toBe(last);
    }));
  });

  it('take a backlog from its old end, or from its new one', () => {
    const ranges = (order: BacklogOrder): Range[] => {
      const lanes = new Lanes(order);
      lanes.open(10);
      return [lanes.take('backlog', 10, 4), lanes.take('backlog', 10, 4), lanes.take('backlog', 10, 4)].filter((range) => range !== undefined);
    };
    expect(ranges('in-order')).toEqual([{ from: 1, to: 4 }, { from: 5, to: 8 }, { from: 9, to: 10 }]);
    expect(ranges('newest-first')).toEqual([{ from: 7, to: 10 }, { from: 3, to: 6 }, { from: 1, to: 2 }]);
  });

  it('let what comes in pass a backlog', () => {
    const lanes = new Lanes('in-order');
    lanes.open(1000);
    expect(lanes.take('live', 1003, 400)).toEqual({ from: 1001, to: 1003 });
    expect(lanes.backlog).toBe(1000);
  });
});
