import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: { alias: { '@liandong/protocols': source('./protocols/src/index.ts') } },
  test: {
    include: ['{protocols,hub,edge-sim,console,bench}/test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // One second is less than a page may take on a machine with two processors and two browsers.
    expect: { poll: { timeout: 10_000, interval: 50 } },
  },
});
