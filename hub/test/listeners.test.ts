import { describe, expect, it } from 'vitest';
import { AreaTree } from '../src/areas/area-tree.js';
import { createDeviceDirectory } from '../src/devices/device-directory.js';
import { Listeners } from '../src/listeners.js';

describe('listeners', () => {
  it('are told in their order until they stop, also when one stops while it is told', () => {
    const listeners = new Listeners<[number]>({ onError: (error) => { throw error; } });
    const heard: string[] = [];
    listeners.add((n) => { heard.push(`first ${n}`); });
    const stop = listeners.add((n) => { heard.push(`second ${n}`); stop(); });
    listeners.tell(1);
    listeners.tell(2);
    expect(heard).toEqual(['first 1', 'second 1', 'first 2']);
  });
});

describe('a listener that throws', () => {
  it('is the teller\'s trouble only where whoever is told of errors throws too', () => {
    const listeners = new Listeners({ onError: (error) => { throw error; } });
    const heard: string[] = [];
    listeners.add(() => { throw new Error('lost its way'); });
    listeners.add(() => { heard.push('second'); });
    expect(() => { listeners.tell(); }).toThrow('lost its way');
    expect(heard).toEqual([]);
  });

  const area = { id: 'city', level: 'city', name: 'City' } as const;
  const thrown = new Error('lost its way');
  /** Two listeners, the first of which throws; answers what came of telling them. */
  function trial<Told extends unknown[]>(onChange: (listener: (...told: Told) => void) => unknown, act: () => void): Told[] {
    const heard: Told[] = [];
    onChange(() => { throw thrown; });
    onChange((...told) => { heard.push(told); });
    act();
    return heard;
  }

  it('keeps an area from nobody, nor from whoever put it', () => {
    const errors: unknown[] = [];
    const tree = new AreaTree({ onError: (error) => { errors.push(error); } });
    expect(trial((listener) => tree.onChange(listener), () => { tree.put(area); })).toEqual([[area]]);
    expect(errors).toEqual([thrown]);
  });

  it('keeps a device from nobody, nor from whoever put or removed it', () => {
    const errors: unknown[] = [];
    const directory = createDeviceDirectory({ onError: (error) => { errors.push(error); } });
    const entry = { device: { id: 'bin', kind: 'waste_bin', name: 'Bin', area: 'city', codec: 'native', reportingIntervalS: 60, status: 'online' }, subdistrict: 'city', community: 'city', secretHash: Buffer.alloc(32) } as const;
    expect(trial((listener) => directory.onChange(listener), () => {
      directory.put(entry);
      directory.remove('bin');
    })).toEqual([['bin', entry], ['bin', undefined]]);
    expect(errors).toEqual([thrown, thrown]);
  });
});
