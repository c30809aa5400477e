import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertOf, createRig, webhook, type Rig } from './rig.js';
import { describeOnDatabases } from '../support/databases.js';
import { createOutbox } from '../../src/notifications/outbox.js';

let rig: Rig;
beforeEach(async () => { rig = await createRig(); });
afterEach(() => rig.close());

describe('the outbox', () => {
  // What was sent is kept for a week: a flood's worth of rows that nothing which runs every second may read.
  it.each([
    ['what an alert\'s channels were told', 'select * from outbox where alert_id in (\'a\', \'b\') order by id', 'outbox_alert (alert_id=?)'],
    ['whether an alert has an earlier message that waits', 'select id from outbox where alert_id = \'a\' and channel = \'c\' and state = \'waiting\' and id < 9', 'outbox_alert (alert_id=? AND channel=? AND state=? AND id<?)'],
    ['what waits for a channel', 'select id from outbox where channel = \'c\' and state = \'waiting\' and next_at <= 5 and digest is null order by id limit 4', 'outbox_digest (channel=? AND state=? AND digest=?)'],
    ['the worst of what waits for a channel', 'select * from outbox where channel = \'c\' and state = \'waiting\' and next_at <= 5 and digest is null order by rank, id limit 4', 'outbox_rank (channel=? AND state=? AND digest=?)'],
    ['the oldest of what waits for a channel', 'select * from outbox where channel = \'c\' and state = \'waiting\' and next_at <= 5 and digest is null order by id limit 1', 'outbox_digest (channel=? AND state=? AND digest=?)'],
    ['a digest that is under way', 'select digest from outbox where channel = \'c\' and state = \'waiting\' and digest is not null limit 1', 'outbox_rank (channel=? AND state=? AND digest>?)'],
    ['what waits too long', 'select id from outbox where state = \'waiting\' and at <= 5 order by at limit 1000', 'outbox_state (state=? AND at<?)'],
  ])('finds %s by an index', async (_what, query, index) => {
    const { rows } = await sql<{ detail: string }>`explain query plan ${sql.raw(query)}`.execute(rig.db);
    expect(rows[0]?.detail).toContain(index);
    expect(rows.map(({ detail }) => detail).join()).not.toContain('SCAN outbox');
    if (query.includes(' limit ')) expect(rows.map(({ detail }) => detail).join()).not.toContain('TEMP B-TREE'); // a flood is not sorted for the sake of four rows
  });
});

describeOnDatabases('what goes next to a receiver that is slow', () => {
  const FLOOD = 40;
  /** Nothing is sent: the sender isn't started. */
  async function queue(...rounds: (readonly ReturnType<typeof alertOf>[])[]) {
    await rig.notifier.start();
    const { id } = await rig.addChannel(webhook('http://127.0.0.1:1/'));
    const outbox = createOutbox({ db: rig.db });
    async function add(alerts: readonly ReturnType<typeof alertOf>[]): Promise<void> {
      rig.clock.at += 1_000;
      await rig.change(...alerts);
      await rig.decide();
    }
    for (const alerts of rounds) await add(alerts);
    return {
      id, outbox, add,
      async next(limit: number): Promise<string[]> {
        const parcels = await outbox.nextSingles(id, rig.clock.at, limit);
        await outbox.record(id, parcels.map((parcel) => ({ parcel, state: 'sent', error: undefined })), rig.clock.at);
        return parcels.map(({ content }) => 'notice' in content ? content.notice.alert.id : 'digest');
      },
    };
  }
  const infos = Array.from({ length: FLOOD }, (_, index) => alertOf(`i${String(index).padStart(2, '0')}`, { severity: 'info' }));

  it('is the worst, and of these the oldest, though milder ones have waited longer', async () => {
    const { next } = await queue(infos, [alertOf('m1', { severity: 'major' }), alertOf('c1', { severity: 'critical' })], [alertOf('c2', { severity: 'critical' })]);
    expect(await next(1)).toEqual(['c1']);
    expect(await next(1)).toEqual(['c2']);
    expect(await next(1)).toEqual(['m1']);
    expect(await next(1)).toEqual(['i00']);
  });

  it('is now and then the oldest of all, so that the worst never starve it', async () => {
    const criticals = Array.from({ length: FLOOD }, (_, index) => alertOf(`c${String(index).padStart(2, '0')}`, { severity: 'critical' }));
    const { next } = await queue(infos, criticals);
    expect(await next(4)).toEqual(['c00', 'c01', 'c02', 'i00']);
    expect(await next(4)).toEqual(['c03', 'c04', 'c05', 'i01']);
  });

  it('is the beginning of an alert\'s story, when that has become critical since', async () => {
    const { next } = await queue(infos, [alertOf('worse', { severity: 'info' })], [alertOf('worse', { severity: 'critical' })], [alertOf('m1', { severity: 'major' })]);
    expect([...await next(1), ...await next(1), ...await next(1)]).toEqual(['worse', 'worse', 'm1']);
  });

  it('is no digest that tells the end of a story whose beginning has to wait longer', async () => {
    const { id, outbox, add, next } = await queue([alertOf('late', { severity: 'minor' })]);
    const [beginning] = await outbox.nextSingles(id, rig.clock.at, 1);
    await outbox.record(id, [{ parcel: beginning!, state: 'waiting', nextAt: rig.clock.at + 60_000, error: { zh: '没有', en: 'no' } }], rig.clock.at); // there is one
    await add([alertOf('late', { severity: 'critical' }), ...infos]);
    await outbox.makeDigest(id, rig.clock.at);
    const digest = await outbox.openDigest(id, rig.clock.at);
    expect(digest?.content).toMatchObject({ digest: { counts: { raised: FLOOD } } });
    expect(digest?.ids).toHaveLength(FLOOD);
    rig.clock.at += 60_000;
    expect([...await next(1), ...await next(1)]).toEqual(['late', 'late']);
  });
});
