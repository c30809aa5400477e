import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRig, type Rig } from './rig.js';

let rig: Rig;
beforeEach(async () => { rig = await createRig(); });
afterEach(() => rig.close());

describe('the outbox', () => {
  // What was sent is kept for a week: a flood's worth of rows that nothing which runs every second may read.
  it.each([
    ['what an alert\'s channels were told', 'select * from outbox where alert_id in (\'a\', \'b\') order by id', 'outbox_alert (alert_id=?)'],
    ['whether an alert has an earlier message that waits', 'select id from outbox where alert_id = \'a\' and channel = \'c\' and state = \'waiting\' and id < 9', 'outbox_alert (alert_id=? AND channel=? AND state=? AND id<?)'],
    ['what waits for a channel', 'select id from outbox where channel = \'c\' and state = \'waiting\' and next_at <= 5 and digest is null order by id limit 4', 'outbox_digest (channel=? AND state=? AND digest=?)'],
    ['a digest that is under way', 'select digest from outbox where channel = \'c\' and state = \'waiting\' and digest is not null limit 1', 'outbox_digest (channel=? AND state=? AND digest>?)'],
    ['what waits too long', 'select id from outbox where state = \'waiting\' and at <= 5 order by at limit 1000', 'outbox_state (state=? AND at<?)'],
  ])('finds %s by an index', async (_what, query, index) => {
    const { rows } = await sql<{ detail: string }>`explain query plan ${sql.raw(query)}`.execute(rig.db);
    expect(rows[0]?.detail).toContain(index);
    expect(rows.map(({ detail }) => detail).join()).not.toContain('SCAN outbox');
  });
});
