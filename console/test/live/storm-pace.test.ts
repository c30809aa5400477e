import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDrawPace } from '../../src/live/draw-pace.js';
import { createPacer } from '../../src/live/pacer.js';
import { createPictureMeter } from '../../src/live/picture-meter.js';

describe('the pace of drawing', () => {
  function setUp() {
    const clock = { now: 0, isHidden: false };
    const stood: (() => void)[] = [];
    const pace = createDrawPace({ share: 0.2, leastMs: 100, mostMs: 1000, now: () => clock.now, afterPicture: (run) => { stood.push(run); }, isHidden: () => clock.isHidden });
    const pass = (costMs: number) => { pace.begin(); clock.now += costMs; stood.shift()?.(); };
    return { pace, clock, pass };
  }
  it('keeps to the least gap while passes are cheap', () => {
    const { pace, pass } = setUp();
    for (let i = 0; i < 10; i += 1) pass(12);
    expect(pace.gapMs).toBe(100);
  });
  it('waits longer when passes take longer, so that they take their share and no more, and not longer than agreed', () => {
    const { pace, pass } = setUp();
    for (let i = 0; i < 30; i += 1) pass(60);
    expect(pace.gapMs).toBeCloseTo(300, 0);
    for (let i = 0; i < 30; i += 1) pass(900);
    expect(pace.gapMs).toBe(1000);
    for (let i = 0; i < 30; i += 1) pass(5);
    expect(pace.gapMs).toBe(100);
  });
  it('learns nothing from a page in the background, whose pictures never come', () => {
    const { pace, clock, pass } = setUp();
    clock.isHidden = true;
    pass(5000);
    expect(pace.gapMs).toBe(100);
  });
});

describe('the meter of pictures', () => {
  it('counts those of the last two seconds, and says nothing before it has watched for one', () => {
    const clock = { now: 0 };
    let next: (() => void) | undefined;
    const meter = createPictureMeter({ now: () => clock.now, nextPicture: (run) => { next = run; return () => { next = undefined; }; } });
    const draw = (everyMs: number, count: number) => { for (let i = 0; i < count; i += 1) { clock.now += everyMs; next?.(); } };
    meter.start();
    draw(20, 40);
    expect(meter.perSecond()).toBeUndefined();
    draw(20, 100);
    expect(meter.perSecond()).toBeCloseTo(50, 0);
    draw(100, 40);
    expect(meter.perSecond()).toBeCloseTo(10, 0);
    // In the background none is drawn; that says nothing about the computer.
    clock.now += 60_000;
    draw(20, 60);
    expect(meter.perSecond()).toBeCloseTo(50, 0);
    meter.stop();
    expect([next, meter.perSecond()]).toEqual([undefined, undefined]);
  });
});

describe('a pacer', () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });
  it('moves at once after a pause, then as soon as the gap is over, and once for many requests', () => {
    const moves: number[] = [];
    const from = Date.now();
    const pacer = createPacer(() => { moves.push(Date.now() - from); });
    pacer.ask(1000);
    vi.advanceTimersByTime(200);
    for (let i = 0; i < 5; i += 1) pacer.ask(1000);
    vi.advanceTimersByTime(5000);
    expect(moves).toEqual([0, 1000]);
  });
  it('lets a more urgent request come before one that was planned', () => {
    const moves: number[] = [];
    const from = Date.now();
    const pacer = createPacer(() => { moves.push(Date.now() - from); });
    pacer.ask(1000);
    pacer.ask(2000);
    vi.advanceTimersByTime(100);
    pacer.ask(250);
    vi.advanceTimersByTime(5000);
    expect(moves).toEqual([0, 250]);
  });
});
