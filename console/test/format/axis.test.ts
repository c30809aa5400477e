import { describe, expect, it } from 'vitest';
import { METRIC_KEYS, METRICS } from '@liandong/protocols';
import { axisOf } from '../../src/format/axis.js';

describe('the vertical axis', () => {
  it('does not make a cliff of a small change', () => {
    const { min, max } = axisOf('battery', 86, 88);
    expect(max - min).toBeGreaterThanOrEqual(20);
    expect(axisOf('noise', 52, 52).max - axisOf('noise', 52, 52).min).toBeGreaterThanOrEqual(15);
  });
  it('follows a great change, with room for the labels of both ends', () => {
    const { min, max } = axisOf('pm2_5', 40, 320);
    expect(min).toBeLessThan(20);
    expect(max).toBeGreaterThan(350);
    expect(max - min).toBeLessThan(600);
  });
  it('has round ends that lie within what each metric can be and hold the points', () => {
    for (const metric of METRIC_KEYS.filter((key) => METRICS[key].type === 'number')) {
      const { min: least, max: most } = METRICS[metric];
      for (const [low, high] of [[least, least], [most, most], [least, most]] as const) {
        const { min, max, interval } = axisOf(metric, low, high);
        expect([min >= least, min <= low, max >= high, max <= most, max > min, interval > 0], metric).not.toContain(false);
      }
    }
  });
});
