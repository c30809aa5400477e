import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createPseudonyms } from '../../src/ingest/pseudonyms.js';

describe('pseudonyms', () => {
  const { protect } = createPseudonyms({ key: randomBytes(32) });

  it('replaces every value that names a person, at any depth, and leaves the rest', () => {
    const data = protect({ method: 'card', credential: '3344556677', visit: { Plate_No: '鲁U12345', phone: 13800000000, floor: 3 }, list: [{ cardNo: 'x' }] });
    expect(data).toEqual({
      method: 'card', credential: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown, list: [{ cardNo: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown }],
      visit: { Plate_No: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown, phone: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown, floor: 3 },
    });
  });

  it('hides long numbers in free text', () => {
    const { reason, floor } = protect({ reason: '身份证 37020219900101123X, 电话 13812345678, 3 号楼', floor: '12' }) as { reason: string; floor: string };
    expect(reason).toMatch(/^身份证 #[0-9a-f]{8}, 电话 #[0-9a-f]{8}, 3 号楼$/);
    expect(floor).toBe('12');
  });

  it('gives one card one pseudonym, and another one under another key', () => {
    expect(protect({ credential: 'a' })).toEqual(protect({ credential: 'a' }));
    expect(protect({ credential: 'a' })).not.toEqual(protect({ credential: 'b' }));
    expect(createPseudonyms({ key: randomBytes(32) }).protect({ credential: 'a' })).not.toEqual(protect({ credential: 'a' }));
  });
});
