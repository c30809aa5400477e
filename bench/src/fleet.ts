import { nativeTopic } from '@liandong/protocols';

/** Devices of every run, each with a connection of its own. */
export const DEVICES = 100;

export const AREAS = [
  { id: 'bench-city', level: 'city', name: '压测市' },
  { id: 'bench-street', level: 'subdistrict', name: '压测街道', parent: 'bench-city' },
  { id: 'bench-village', level: 'community', name: '压测社区', parent: 'bench-street' },
] as const;

export const DEVICE_IDS: readonly string[] = Array.from({ length: DEVICES }, (_, index) => `bench-${String(index).padStart(3, '0')}`);

export const newDevice = (id: string) => ({ id, name: id, kind: 'env_sensor', area: 'bench-village' });
export const topicOf = (device: string): string => nativeTopic({ subdistrict: 'bench-street', community: 'bench-village', device, kind: 'telemetry' });
