import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InFlight } from '../../src/realtime/in-flight.js';

const CAPACITY = 4;

it('acknowledged before its turn, an alert makes room only when those before it are', () => {
  const inFlight = new InFlight(CAPACITY);
  for (const id of [7, 8, 9, 10]) inFlight.add(id, id * 10, id);
  expect([9, 8].map((id) => inFlight.take(id))).toEqual([true, true]);
  expect(inFlight).toMatchObject({ size: 2, isFull: true, oldestSeq: 70, oldestSweep: 7 });
  expect(() => { inFlight.add(11, 110, 11); }).toThrow('More alerts');
  inFlight.take(7);
  expect(inFlight).toMatchObject({ size: 1, isFull: false, oldestSeq: 100, oldestSweep: 10 });
});

it('what is not in flight is not taken, nor anything twice', () => {
  const inFlight = new InFlight(CAPACITY);
  inFlight.add(0, 1, 0);
  expect([1, -1, NaN, 0, 0].map((id) => inFlight.take(id))).toEqual([false, false, false, true, false]);
  expect(inFlight).toMatchObject({ size: 0, isFull: false, oldestSeq: undefined, oldestSweep: undefined });
});

it('is as a list would be, whatever is sent and acknowledged', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.record({ add: fc.nat(3) }), fc.record({ take: fc.nat(3) }), fc.constant('clear' as const)), { maxLength: 60 }), (steps) => {
    const inFlight = new InFlight(CAPACITY);
    let list: { id: number; seq: number; isTaken: boolean }[] = [];
    for (const [seq, step] of steps.entries()) {
      if (step === 'clear') {
        inFlight.clear();
        list = [];
      } else if ('take' in step) {
        const found = list.find(({ id, isTaken }) => id === step.take && !isTaken);
        if (found !== undefined) found.isTaken = true;
        while (list[0]?.isTaken === true) list.shift();
        expect(inFlight.take(step.take)).toBe(found !== undefined);
      } else if (list.length < CAPACITY) {
        inFlight.add(step.add, seq, seq);
        list.push({ id: step.add, seq, isTaken: false });
      }
      expect([inFlight.size, inFlight.isFull, inFlight.oldestSeq]).toEqual([list.filter(({ isTaken }) => !isTaken).length, list.length === CAPACITY, list[0]?.seq]);
    }
  }));
});
