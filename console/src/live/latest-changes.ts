import type { Alert, Device, EpochMs, Seq } from '@liandong/protocols';

export interface DeviceChange { readonly seq: Seq; readonly at: EpochMs; readonly device: Device }
/** A step that leaves no time on the alert itself: seen as it happened. */
export interface SeenChange { readonly type: 'escalated' | 'shelved'; readonly at: EpochMs; readonly key: string; readonly alert: Alert }
export type RecentChange =
  | SeenChange
  | { readonly type: 'raised' | 'acked' | 'cleared'; readonly at: EpochMs; readonly key: string; readonly alert: Alert }
  | { readonly type: 'device'; readonly at: EpochMs; readonly key: string; readonly device: Device };

/** What happened last, newest first. */
export function latestChanges(alerts: readonly Alert[], devices: readonly DeviceChange[], seen: readonly SeenChange[], limit: number): RecentChange[] {
  const changes: RecentChange[] = [...seen];
  for (const { seq, at, device } of devices) changes.push({ type: 'device', at, key: `device-${seq}`, device });
  for (const alert of alerts) changes.push(...changesOf(alert));
  return changes.sort((a, b) => b.at - a.at || (a.key < b.key ? -1 : 1)).slice(0, limit);
}

function changesOf(alert: Alert): RecentChange[] {
  const changes: RecentChange[] = [{ type: 'raised', at: alert.raisedAt, key: `raised-${alert.id}`, alert }];
  if (alert.ackedAt !== undefined) changes.push({ type: 'acked', at: alert.ackedAt, key: `acked-${alert.id}`, alert });
  if (alert.clearedAt !== undefined) changes.push({ type: 'cleared', at: alert.clearedAt, key: `cleared-${alert.id}`, alert });
  return changes;
}
