import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AreaNode } from '@liandong/protocols';
import { useAreasStore } from '../../src/stores/areas.js';
import { useSessionStore } from '../../src/stores/session.js';

const community = (name: string): AreaNode => ({ id: 'elm', level: 'community', name, children: [] });

/** `GET /areas`, each answered when the test says so. */
function setUp() {
  const answers: ((areas: AreaNode[]) => void)[] = [];
  vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => answers.push((areas) => resolve(Response.json(areas)))));
  const areas = useAreasStore();
  return { areas, answers, names: () => areas.flat.map(({ name }) => name) };
}

describe('the areas store', () => {
  beforeEach(() => { setActivePinia(createPinia()); });
  afterEach(() => { vi.unstubAllGlobals(); });

  it('keeps a change that was announced while the areas were being read', async () => {
    const { areas, answers, names } = setUp();
    const loaded = areas.load();
    areas.apply(community('new'));
    answers[0]?.([community('old')]);
    await loaded;
    expect(names()).toEqual(['new']);
  });
  it('keeps it in every answer that was on its way, whichever comes last', async () => {
    const { areas, answers, names } = setUp();
    const loaded = [areas.load(), areas.load()];
    areas.apply(community('new'));
    answers[1]?.([community('new')]);
    await loaded[1];
    answers[0]?.([community('old')]);
    await loaded[0];
    expect(names()).toEqual(['new']);
  });
  it('believes the next reading over what was announced before it', async () => {
    const { areas, answers, names } = setUp();
    areas.apply(community('announced'));
    const loaded = areas.load();
    answers[0]?.([community('read')]);
    await loaded;
    expect(names()).toEqual(['read']);
  });
  it('knows nothing after the session is over, whatever was still on its way', async () => {
    const { areas, answers, names } = setUp();
    const loaded = areas.load();
    answers[0]?.([community('theirs')]);
    await loaded;
    const late = areas.load();
    useSessionStore().forget();
    expect([names(), areas.isLoaded]).toEqual([[], false]);
    answers[1]?.([community('theirs')]);
    await late;
    expect([names(), areas.isLoaded]).toEqual([[], false]);
  });
  it('stays while the hub is asked whether the session still stands, and does not answer', async () => {
    const { areas, answers, names } = setUp();
    const loaded = areas.load();
    answers[0]?.([community('mine')]);
    await loaded;
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
    expect(await useSessionStore().check()).toBe('unreachable');
    expect([names(), areas.isLoaded]).toEqual([['mine'], true]);
  });
});
