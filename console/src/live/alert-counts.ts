import { SEVERITIES, TIERS, type Alert, type AreaId, type Severity, type Tier } from '@liandong/protocols';
import type { Standing } from './alert-book.js';
import { byUrgency } from './priority.js';

export type SeverityCounts = Record<Severity, number>;
/** Alerts of one place that a map marks: those that need a person and those acknowledged. */
export interface PlaceAlerts { readonly area: AreaId; readonly deviceId: string | undefined; readonly alerts: Map<string, Alert>; /** The most urgent of them, once it has been asked for. */ worst: Alert | undefined }

/** What the screen counts, kept up with each alert that comes and goes. */
export function createAlertCounts() {
  const needing = zeros(SEVERITIES);
  const tiers = zeros(TIERS);
  /** Of each tier, what needs a person by severity. */
  const tierNeeds = { community: zeros(SEVERITIES), subdistrict: zeros(SEVERITIES), city: zeros(SEVERITIES) };
  /** Of each area, what needs a person and what was acknowledged; and only the first of these. */
  const [areas, areaNeeds] = [new Map<AreaId, SeverityCounts>(), new Map<AreaId, SeverityCounts>()];
  const places = new Map<string, PlaceAlerts>();

  /** `by` is 1 for an alert that comes and -1 for one that goes. */
  function add(alert: Alert, standing: Standing, by: 1 | -1): void {
    if (standing === 'needing') {
      needing[alert.severity] += by;
      tiers[alert.tier] += by;
      tierNeeds[alert.tier][alert.severity] += by;
      countIn(areaNeeds, alert, by);
    }
    if (standing !== 'needing' && standing !== 'acked') return;
    countIn(areas, alert, by);
    const key = alert.deviceId ?? `area:${alert.area}`;
    const place = places.get(key) ?? { area: alert.area, deviceId: alert.deviceId, alerts: new Map<string, Alert>(), worst: undefined };
    if (by > 0) place.alerts.set(alert.id, alert); else place.alerts.delete(alert.id);
    place.worst = undefined;
    if (place.alerts.size === 0) places.delete(key); else places.set(key, place);
  }
  function reset(): void {
    for (const counts of [needing, tierNeeds.community, tierNeeds.subdistrict, tierNeeds.city]) for (const severity of SEVERITIES) counts[severity] = 0;
    for (const tier of TIERS) tiers[tier] = 0;
    areas.clear();
    areaNeeds.clear();
    places.clear();
  }
  return {
    needing: needing as Readonly<SeverityCounts>, tiers: tiers as Readonly<Record<Tier, number>>, tierNeeds: tierNeeds as Readonly<Record<Tier, Readonly<SeverityCounts>>>,
    areas: areas as ReadonlyMap<AreaId, Readonly<SeverityCounts>>, areaNeeds: areaNeeds as ReadonlyMap<AreaId, Readonly<SeverityCounts>>, places: places as ReadonlyMap<string, PlaceAlerts>, add, reset,
  };
}

function countIn(areas: Map<AreaId, SeverityCounts>, { area, severity }: Alert, by: 1 | -1): void {
  const counts = areas.get(area) ?? zeros(SEVERITIES);
  counts[severity] += by;
  areas.set(area, counts);
}
/** The most urgent alert of a place; found anew only after something there has changed. */
export function worstAt(place: PlaceAlerts): Alert | undefined {
  if (place.worst !== undefined) return place.worst;
  for (const alert of place.alerts.values()) if (place.worst === undefined || byUrgency(alert, place.worst) < 0) place.worst = alert;
  return place.worst;
}
/** The worst severity of which there is any. */
export const worstOf = (counts: Readonly<SeverityCounts>): Severity | undefined => SEVERITIES.find((severity) => counts[severity] > 0);
export const sumOf = (counts: Readonly<SeverityCounts>): number => SEVERITIES.reduce((sum, severity) => sum + counts[severity], 0);

// Every key of `keys` is set here, which fromEntries' type cannot say.
const zeros = <K extends string>(keys: readonly K[]): Record<K, number> => Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
