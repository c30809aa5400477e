import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useAlertsStore } from '../../src/stores/alerts.js';
import { useAreasStore } from '../../src/stores/areas.js';
import { useClockStore } from '../../src/stores/clock.js';
import { useLiveStore } from '../../src/stores/live.js';
import { anAlert } from '../support/alerts.js';
import { createFakeSocket } from '../support/fake-socket.js';

const beat = (seq: number) => ({ now: Date.now(), seq, feeds: { mqtt: 'ready', store: 'ready', rules: 'ready' } });

function setUp(isWorthTrying = true) {
  const { fake, requests, socket } = createFakeSocket();
  const [live, alerts, clock] = [useLiveStore(), useAlertsStore(), useClockStore()];
  const subscribed: string[] = [];
  clock.start();
  live.start({ onSubscribed: (mode) => subscribed.push(mode), onRefused: async () => isWorthTrying }, () => socket);
  const open = (answer = { seq: 10, alerts: [anAlert({ seq: 9 })], mode: 'snapshot' as 'snapshot' | 'resume' }) => {
    fake.hear('connect');
    requests.at(-1)?.answer(null, answer);
  };
  return { fake, requests, live, alerts, clock, subscribed, open };
}

describe('the live store', () => {
  beforeEach(() => { vi.useFakeTimers(); setActivePinia(createPinia()); });
  afterEach(() => { useLiveStore().stop(); useClockStore().stop(); vi.useRealTimers(); });

  it('puts a snapshot in place and is live', () => {
    const { live, alerts, subscribed, open, requests } = setUp();
    open();
    expect(requests[0]?.request).toEqual({});
    expect([live.state, alerts.needing.length, subscribed]).toEqual(['live', 1, ['snapshot']]);
  });
  it('takes an alert and tells the hub that it is on the screen', () => {
    const { fake, alerts, open } = setUp();
    open();
    const ack = vi.fn();
    fake.hear('alert', { seq: 11, alert: anAlert({ id: 'b', seq: 11 }) }, ack);
    expect(ack).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(100);
    expect(alerts.needing.map(({ id }) => id)).toEqual(['a1', 'b']);
  });
  it('shows an area that is made while the page is open', () => {
    const { fake, open } = setUp();
    open();
    fake.hear('area', { area: { id: 'fuan', level: 'community', name: '阜安社区' } });
    expect(useAreasStore().communities.map(({ name }) => name)).toEqual(['阜安社区']);
  });
  it('says that the feed is dead when nothing is heard, and lives again with the next heartbeat', () => {
    const { fake, live, open } = setUp();
    open();
    vi.advanceTimersByTime(9000);
    expect([live.state, live.hasLost]).toEqual(['silent', true]);
    fake.hear('heartbeat', beat(10));
    expect(live.state).toBe('live');
  });
  it('is not taken in by a computer\'s clock that is set back: a dead feed is dead, and ages go by the hub\'s clock', () => {
    const { fake, live, clock, open } = setUp();
    open();
    const hubTime = Date.now();
    vi.setSystemTime(Date.now() - 3_600_000);
    vi.advanceTimersByTime(9000);
    expect(live.state).toBe('silent');
    fake.hear('heartbeat', { ...beat(10), now: hubTime + 9000 });
    expect([live.state, clock.hubNow]).toEqual(['live', hubTime + 9000]);
  });
  it('takes a silent line down so that a new one is built', () => {
    const { fake, open } = setUp();
    open();
    vi.advanceTimersByTime(14_000);
    expect(fake.engineCloses).toBe(1);
  });
  it('resumes after a loss from the last seq it has, and counts what it missed', () => {
    const { fake, live, alerts, requests, open } = setUp();
    open();
    fake.hear('alert', { seq: 12, alert: anAlert({ id: 'b', seq: 12 }) }, () => undefined);
    fake.hear('disconnect');
    expect(live.state).toBe('disconnected');
    open({ seq: 14, alerts: [], mode: 'resume' });
    expect(requests.at(-1)?.request).toEqual({ since: 12 });
    fake.hear('alert', { seq: 13, alert: anAlert({ id: 'c', seq: 13 }) }, () => undefined);
    fake.hear('alert', { seq: 14, alert: anAlert({ seq: 14, active: false }) }, () => undefined);
    fake.hear('alert', { seq: 15, alert: anAlert({ id: 'd', seq: 15 }) }, () => undefined);
    expect(live.recovery?.caughtUp).toBe(2);
    alerts.flush();
    expect(alerts.needing.map(({ id }) => id)).toEqual(['b', 'c', 'd']);
  });
  it('replaces everything when the hub answers a resume with a snapshot', () => {
    const { fake, live, alerts, open } = setUp();
    open();
    fake.hear('disconnect');
    open({ seq: 900, alerts: [anAlert({ id: 'z', seq: 899 })], mode: 'snapshot' });
    expect(alerts.all.map(({ id }) => id)).toEqual(['z']);
    expect(live.recovery?.caughtUp).toBeUndefined();
  });
  it('ignores a state of an alert that is older than the one it has', () => {
    const { fake, alerts, open } = setUp();
    open();
    fake.hear('alert', { seq: 12, alert: anAlert({ seq: 12, acked: true }) }, () => undefined);
    fake.hear('alert', { seq: 11, alert: anAlert({ seq: 11 }) }, () => undefined);
    alerts.flush();
    expect(alerts.needing).toEqual([]);
  });
  it('connects again by itself when the hub closed the socket, unless the session is over', async () => {
    const { fake, open } = setUp();
    open();
    fake.disconnect();
    await vi.advanceTimersByTimeAsync(2100);
    expect(fake.connects).toBe(2);
  });
  it('stays away when the session is over', async () => {
    const { fake, open } = setUp(false);
    open();
    fake.disconnect();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(fake.connects).toBe(1);
  });
  it('sounds for a new alert, one that came back, grew worse or moved up a tier, and not for an acknowledged, shelved or grouped one', () => {
    const { fake, alerts, open } = setUp();
    const raised: string[] = [];
    alerts.onNews((alert) => { raised.push(`${alert.id} ${alert.severity}`); });
    open();
    const send = (seq: number, changes: Parameters<typeof anAlert>[0]) => { fake.hear('alert', { seq, alert: anAlert({ seq, ...changes }) }, () => undefined); alerts.flush(); };
    send(11, { id: 'b', severity: 'minor' });
    send(12, { id: 'b', severity: 'critical' });
    send(13, { id: 'b', severity: 'critical', acked: true });
    send(14, { id: 'b', severity: 'critical', acked: true, active: false });
    send(15, { id: 'b', severity: 'major' });
    send(16, { id: 'b', severity: 'major', acked: true });
    send(17, { id: 'b', severity: 'major', tier: 'subdistrict' });
    send(18, { id: 'c', severity: 'major', shelvedUntil: Date.now() + 60_000 });
    send(19, { id: 'd', severity: 'major', groupId: 'b' });
    expect(raised).toEqual(['b minor', 'b critical', 'b major', 'b major']);
  });
});
