import { describe, expect, it } from 'vitest';
import { fitWithin, PHOTO_EDGE_PX } from '../../src/install/photo.js';
import { claimOf, emptyDraft } from '../../src/composables/use-install-draft.js';

describe('the claim of a form', () => {
  it('holds what was filled in, with the datum of the place', () => {
    expect(claimOf({ ...emptyDraft(), code: '7f3k-92ab', area: 'beiguan-g1', kind: 'waste_bin', name: ' B-1 ', location: { lng: 120, lat: 36 }, install: { depthMm: 1200, deadZoneMm: 0 }, intervalMin: 10 }))
      .toEqual({ code: '7F3K92AB', area: 'beiguan-g1', name: 'B-1', location: { lng: 120, lat: 36 }, datum: 'WGS-84', install: { depthMm: 1200, deadZoneMm: 0 }, reportingIntervalS: 600 });
  });
  it('leaves out facts of another kind and fields that were emptied', () => {
    // An emptied number field holds '' whatever its type says.
    expect(claimOf({ ...emptyDraft(), code: 'AAAA2222', area: 'beiguan', kind: 'access_gate', install: { depthMm: 1200, doorName: '东门', heightMm: '' as unknown as number } })).toEqual({ code: 'AAAA2222', area: 'beiguan', install: { doorName: '东门' } });
  });
});

describe('a photo', () => {
  it.each([[4032, 3024, 1600, 1200], [3024, 4032, 1200, 1600], [800, 600, 800, 600], [20_000, 3, 1600, 1]])('of %i × %i becomes %i × %i', (width, height, toWidth, toHeight) => {
    expect(fitWithin(width, height, PHOTO_EDGE_PX)).toEqual({ width: toWidth, height: toHeight });
  });
});
