import { describe, expect, it } from 'vitest';
import type { CityHub, OverviewArea } from '@liandong/protocols';
import { devicesOf, inTrouble, latenessMs, ranked, scaleOf, skewOf, sparkPath } from '../../src/city/city-view.js';

const NOW = Date.UTC(2026, 10, 26, 6);
const MINUTE = 60_000;
const hub = (id: string, more: Partial<CityHub> = {}): CityHub => ({ id, name: id, url: 'http://hub', detail: 'grid', isEnabled: true, createdAt: 0, state: 'ok', withheld: [], ...more });
const area = (id: string, mean?: number, more: Partial<OverviewArea> = {}): OverviewArea => ({
  area: id, level: 'subdistrict', name: id, hub: id, devices: 1, online: 1, hasBelow: false, series: [], alerts: { active: 0, unacked: 0 },
  ...(mean === undefined ? {} : { figures: { count: 1, mean, min: mean - 5, max: mean + 5, coverage: 1, devices: 1, lastStart: NOW } }), ...more,
});

describe('what is said of hubs', () => {
  it('does not say that a hub that was never heard has no devices', () => {
    expect(devicesOf(area('a', undefined, { devices: 0, online: 0 }), hub('a', { state: 'never' }))).toBeUndefined();
    expect(devicesOf(area('a'), hub('a', { state: 'silent' }))).toEqual({ online: 1, devices: 1 });
    expect(devicesOf(area('a', undefined, { devices: 0, online: 0 }), hub('a'))).toEqual({ online: 0, devices: 0 });
  });

  it('names those not heard from first, longest silence on top, and leaves out what is well, busy or switched off', () => {
    const hubs = [hub('well'), hub('failing', { state: 'failing' }), hub('busy', { state: 'failing', problem: { code: 'busy', since: 0, detail: '' } }), hub('off', { state: 'off', isEnabled: false }), hub('late', { state: 'silent', heardAt: 20 }), hub('later', { state: 'silent', heardAt: 10 }), hub('never', { state: 'never' })];
    expect(inTrouble(hubs).map(({ id }) => id)).toEqual(['later', 'late', 'never', 'failing']);
  });

  it('judges freshness by the hub\'s own clock', () => {
    const watermark = NOW - 20 * MINUTE;
    expect(latenessMs(hub('a', { watermark }), NOW)).toBeUndefined();
    expect(latenessMs(hub('a', { watermark, skewMs: 3_600_000 }), NOW)).toBe(80 * MINUTE);
    expect(latenessMs(hub('a', { watermark: NOW - 80 * MINUTE, skewMs: -3_600_000 }), NOW)).toBeUndefined();
    expect(latenessMs(hub('a'), NOW)).toBeUndefined();
  });

  it('says that clocks differ only when they do', () => {
    expect([skewOf(hub('a', { skewMs: 900 })), skewOf(hub('a', { skewMs: -9_000 })), skewOf(hub('a'))]).toEqual([undefined, -9_000, undefined]);
  });
});

describe('areas beside one another', () => {
  it('stand with the highest mean on top and those without data last', () => {
    expect(ranked([area('none'), area('low', 10), area('high', 40)]).map(({ area: id }) => id)).toEqual(['high', 'low', 'none']);
  });

  it('share one scale that holds zero, below it too', () => {
    const scale = scaleOf([area('cold', -10), area('warm', 25)]);
    expect([scale.from, scale.to, scale.at(-15), scale.at(30)]).toEqual([-15, 30, 0, 100]);
    expect(scaleOf([area('none')]).at(0)).toBe(0);
  });

  it('are drawn with their gaps', () => {
    const hour = 3_600_000;
    const path = sparkPath(area('a', 1, { series: [[NOW, 10, 1], [NOW + hour, 20, 1], [NOW + 3 * hour, 15, 1]] }), { from: NOW, to: NOW + 4 * hour, window: '1h' });
    expect(path).toBe('M0.00 22.00h0.6L25.00 2.00M75.00 12.00h0.6');
  });
});
