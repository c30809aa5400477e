import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Service {
  image?: string; build?: string; environment?: Record<string, string>; volumes?: string[]; ports?: string[]; depends_on?: Record<string, unknown>;
  healthcheck?: { test?: string[]; disable?: boolean }; deploy?: { resources: { limits: { cpus: string; memory: string } } };
}

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const text = read('docker-compose.yml');
const { services, volumes } = parse(text, { merge: true }) as { services: Record<string, Service>; volumes: Record<string, null> };
const all = Object.entries(services);

describe('docker-compose.yml', () => {
  it('has no secret of its own: each must be set, and .env.example names it without a value', () => {
    const secrets = [...text.matchAll(/\$\{(\w*(?:PASSWORD|INFLUX_TOKEN))([^}]*)\}/g)];
    expect(secrets.length).toBeGreaterThan(4);
    for (const [, name, rest] of secrets) {
      expect(rest, name).toMatch(/^:\?/);
      expect(read('.env.example')).toMatch(new RegExp(`^${name}=$`, 'm'));
    }
    for (const [name, { environment = {} }] of all) for (const [key, value] of Object.entries(environment)) if (/PASSWORD|TOKEN|_URL$/.test(key)) expect(value.replaceAll(/\$\{[^}]*\}/g, ''), `${name} ${key}`).not.toMatch(/:[^/@]+@/);
  });

  it.each(all)('limits %s, and knows whether it is well', (_name, { deploy, healthcheck, image }) => {
    expect(deploy?.resources.limits).toEqual({ cpus: expect.stringMatching(/^\d/) as string, memory: expect.stringMatching(/^\d+[mg]$/) as string });
    expect(image === 'liandong' ? read('Dockerfile') : healthcheck?.test?.join(' ')).toMatch(image === 'liandong' ? /^HEALTHCHECK/m : /CMD/);
  });

  it('keeps what has to last in named volumes, and declares every one it uses', () => {
    const used = all.flatMap(([, service]) => (service.volumes ?? []).map((volume) => volume.split(':')[0] ?? '')).filter((name) => !name.startsWith('.'));
    expect([...new Set(used)].sort()).toEqual(Object.keys(volumes).sort());
  });

  it('opens ports to this machine only, unless told otherwise, and waits for services that exist', () => {
    for (const [, { ports = [], depends_on: before = {} }] of all) {
      for (const port of ports) expect(port).toMatch(/^\$\{LIANDONG_BIND:-127\.0\.0\.1\}:/);
      for (const name of Object.keys(before)) expect(Object.keys(services)).toContain(name);
    }
  });

  it('gives both hubs the same servers, an address each and a journal each, and runs them as nobody special', () => {
    const [one, two] = [services['hub'], services['hub-2']];
    expect({ ...one?.environment, PEER_URL: '' }).toEqual({ ...two?.environment, PEER_URL: '' });
    expect([one?.environment?.['PEER_URL'], two?.environment?.['PEER_URL']]).toEqual(['http://hub:8080', 'http://hub-2:8080']);
    expect(one?.volumes?.find((volume) => volume.endsWith(':/data'))).not.toBe(two?.volumes?.find((volume) => volume.endsWith(':/data')));
    expect(read('Dockerfile')).toMatch(/^USER node$/m);
  });
});
