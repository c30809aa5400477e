import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '@liandong/protocols';

describe('docs/errors.md', () => {
  it('lists every error code with its status and its meaning, and no other', async () => {
    const page = await readFile(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)]
      .map(([, code, status, zh, en, advice]) => ({ code, status: Number(status), zh, en, hasAdvice: (advice ?? '').trim().length > 10 }));
    expect(rows).toEqual(Object.entries(ERRORS).map(([code, { status, zh, en }]) => ({ code, status, zh, en, hasAdvice: true })));
  });
});
