import { afterEach, beforeEach, expect, it } from 'vitest';
import type { NewArea } from '@liandong/protocols';
import { addPlaces, openRegistry, ROOT, type Registry } from '../devices/registry.js';
import { describeOnDatabases } from '../support/databases.js';

let hub: Registry;
beforeEach(async () => { hub = await openRegistry(); });
afterEach(async () => { await hub.destroy(); });

const ring = [[121.1, 31.1], [121.2, 31.1], [121.2, 31.2], [121.1, 31.1]];

describeOnDatabases('areas', () => {
  it('form a tree of four levels that a restart brings back', async () => {
    await addPlaces(hub);
    const [city] = await hub.areas.tree(ROOT);
    expect(city?.children.map(({ id }) => id)).toEqual(['east', 'west']);
    expect(city?.children[0]?.children[0]?.children[0]?.id).toBe('east-grid');

    await hub.close();
    const again = await openRegistry(hub.dir);
    expect(await again.areas.tree(ROOT)).toEqual([city]);
    hub = again;
  });

  it('stand beside one another by id, in whatever order they came, also after a restart', async () => {
    await addPlaces(hub);
    for (const id of ['b10', 'b2', 'a1']) await hub.areas.create(ROOT, { id, level: 'subdistrict', parent: 'city', name: id });
    await hub.areas.patch(ROOT, 'a1', { name: 'changed' });
    const order = async (registry: Registry): Promise<string[] | undefined> => (await registry.areas.tree(ROOT))[0]?.children.map(({ id }) => id);
    expect(await order(hub)).toEqual(['a1', 'b2', 'b10', 'east', 'west']);
    await hub.close();
    hub = await openRegistry(hub.dir);
    expect(await order(hub)).toEqual(['a1', 'b2', 'b10', 'east', 'west']);
  });

  it.each<[string, NewArea, string, string]>([
    ['a community below a city', { id: 'x', level: 'community', parent: 'city', name: 'x' }, 'PARENT_LEVEL', '社区的上级须是街道，而 city 是城市。'],
    ['a sub-district without a parent', { id: 'x', level: 'subdistrict', name: 'x' }, 'PARENT_LEVEL', '街道须有上级城市。'],
    ['a city with a parent', { id: 'x', level: 'city', parent: 'city', name: 'x' }, 'PARENT_LEVEL', '城市没有上级区域。'],
    ['an unknown parent', { id: 'x', level: 'grid', parent: 'nowhere', name: 'x' }, 'AREA_NOT_FOUND', '没有区域 nowhere。'],
    ['an id in use', { id: 'east', level: 'subdistrict', parent: 'city', name: 'x' }, 'AREA_EXISTS', '已有区域 east。'],
    ['an open ring', { id: 'x', level: 'grid', parent: 'east-garden', name: 'x', boundary: { type: 'Polygon', coordinates: [[...ring.slice(0, 3), [121.1, 31.15]]] } }, 'VALIDATION_FAILED', '第 1 圈'],
    ['a latitude of 91', { id: 'x', level: 'grid', parent: 'east-garden', name: 'x', boundary: { type: 'Polygon', coordinates: [ring.map(([lng = 0]) => [lng, 91])] } }, 'VALIDATION_FAILED', '第 1 圈'],
  ])('refuse %s', async (_what, area, code, detailZh) => {
    await addPlaces(hub);
    await expect(hub.areas.create(ROOT, area)).rejects.toMatchObject({ code, detailZh: expect.stringContaining(detailZh) as string, ...(code === 'VALIDATION_FAILED' ? { faults: [{ path: '/boundary/coordinates/0' }] } : {}) });
    expect(hub.tree.size).toBe(6);
  });

  it('keep a closed outline and change only what a patch names', async () => {
    await addPlaces(hub);
    await hub.areas.patch(ROOT, 'east-grid', { boundary: { type: 'Polygon', coordinates: [ring] } });
    const area = await hub.areas.patch(ROOT, 'east-grid', { nameEn: 'Grid' });
    expect(area).toEqual({ id: 'east-grid', level: 'grid', parent: 'east-garden', name: 'grid', nameEn: 'Grid', boundary: { type: 'Polygon', coordinates: [ring] } });
    expect(hub.tree.get('east-grid')).toEqual(area);
  });

  it('outside the caller\'s own do not exist', async () => {
    await addPlaces(hub);
    const east = { name: 'e', role: 'admin', area: 'east' } as const;
    expect((await hub.areas.tree(east)).map(({ id }) => id)).toEqual(['east']);
    await expect(hub.areas.patch(east, 'west', { name: 'mine' })).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    await expect(hub.areas.create(east, { id: 'x', level: 'community', parent: 'west', name: 'x' })).rejects.toMatchObject({ code: 'AREA_NOT_FOUND' });
    await expect(hub.areas.create(east, { id: 'x', level: 'city', name: 'x' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(hub.areas.create({ ...east, role: 'operator' }, { id: 'x', level: 'community', parent: 'east', name: 'x' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
