import { computed, type Ref } from 'vue';
import { severityRank, type Alert } from '@liandong/protocols';
import { worstAt, type PlaceAlerts } from '../live/alert-counts.js';
import { byUrgency } from '../live/priority.js';
import type { Point } from '../map/geometry.js';
import { layoutMap } from '../map/layout.js';
import { markRect, placeCounts, placeLabels, placeNames, shorten, type PlacedCount } from '../map/labels.js';
import { shareMarks } from '../map/marks.js';
import { useAlertsStore } from '../stores/alerts.js';
import { areaName, useAreasStore } from '../stores/areas.js';
import { useFleetStore } from '../stores/fleet.js';
import { useCommunities } from './use-communities.js';
import { useWords } from './use-words.js';

/** `more`: others that share it; `count` is how they are written beside it. */
export interface MapMark { alert: Alert; at: Point; more: number; count?: PlacedCount | undefined }
/** Height of the legend at the foot of the map (px). */
const LEGEND = 44;
const LABEL_LIMIT = 10;
const LABEL_WIDTH = 220;

/** What the overview's map draws in a box of this size (px). */
export function useMapLayout(size: { width: Ref<number>; height: Ref<number> }) {
  const [areas, fleet, alerts] = [useAreasStore(), useFleetStore(), useAlertsStore()];
  const { communities, placed } = useCommunities();
  const { t, ofLabel, language } = useWords();
  const layout = computed(() => {
    const [width, height] = [size.width.value, size.height.value];
    const inset = { x: Math.min(60, width * 0.06), top: 74, bottom: 56 };
    return layoutMap(areas.communities, fleet.all, { x: inset.x, y: inset.top, width: Math.max(80, width - 2 * inset.x), height: Math.max(80, height - inset.top - inset.bottom) });
  });
  const isMixed = computed(() => new Set(layout.value.cells.map((cell) => cell.isSchematic)).size > 1);
  const cells = computed(() => layout.value.cells.flatMap((cell) => {
    const state = communities.value.find(({ area }) => area.id === cell.id);
    const name = state === undefined ? cell.id : areaName(state.area, language.value) ?? cell.id;
    // Among surveyed outlines each one that is only drawn says so; where all are, the legend does.
    return state === undefined ? [] : [{ ...cell, state, name, label: cell.isSchematic && isMixed.value ? t('map.schematicName', { name }) : name, points: cell.outline.map((point) => point.join(',')).join(' ') }];
  }));
  const deviceAt = (id: string): Point | undefined => {
    const device = fleet.byId.get(id);
    const community = device === undefined ? undefined : areas.communityOf(device.area);
    return device === undefined || community === undefined ? undefined : layout.value.placeOf(device, community.id);
  };
  /** Two paths of dots instead of one element per device: 10,000 of them stay cheap. */
  const dots = computed(() => {
    const paths = { normal: '', offline: '' };
    for (const { area, devices } of placed.value) {
      for (const device of devices) {
        if (device.status === 'retired') continue;
        const at = layout.value.placeOf(device, area.id);
        if (at !== undefined) paths[device.status === 'offline' ? 'offline' : 'normal'] += `M${at[0].toFixed(1)} ${at[1].toFixed(1)}h0`;
      }
    }
    return paths;
  });
  const pointOf = ({ deviceId, area }: PlaceAlerts): Point | undefined =>
    (deviceId === undefined ? undefined : deviceAt(deviceId)) ?? layout.value.cells.find((cell) => cell.id === areas.communityOf(area)?.id)?.centre;

  /** Where things are changes with the layout only, not with the alerts. */
  const points = computed(() => { void layout.value; return new Map<string, Point | undefined>(); });
  function knownPoint(place: PlaceAlerts): Point | undefined {
    const key = place.deviceId ?? `area:${place.area}`;
    if (!points.value.has(key)) points.value.set(key, pointOf(place));
    return points.value.get(key);
  }
  // Place by place, not alert by alert: 50,000 alerts stand on a few hundred devices.
  const marks = computed(() => {
    void alerts.pace;
    const found = [...alerts.counts.places.values()].flatMap((place) => { const alert = worstAt(place); return alert === undefined ? [] : [{ place, alert }]; }).sort((a, b) => byUrgency(a.alert, b.alert));
    const places = found.flatMap(({ place, alert }) => { const at = knownPoint(place); return at === undefined ? [] : [{ item: alert, at, alerts: place.alerts.size }]; });
    return shareMarks(places, size.width.value * size.height.value).map(({ item: alert, at, more }): MapMark => ({ alert, at, more }));
  });
  const names = computed(() => placeNames(cells.value.map((cell) => ({ text: cell.label, at: cell.centre })), marks.value.map((mark) => mark.at), { width: size.width.value, bottom: size.height.value - LEGEND }).flatMap((place, index) => place === undefined ? [] : [{ ...place, cell: cells.value[index] }]));
  const labels = computed(() => placeLabels(marks.value.slice(0, LABEL_LIMIT).filter(({ alert }) => severityRank(alert.severity) <= 1).map(({ alert, at, more }) => ({
    id: alert.id, at, text: shorten(ofLabel(alert.message), LABEL_WIDTH) + (more > 0 ? ` +${more}` : ''),
  })), size.width.value, [...names.value.map((name) => name.rect), ...marks.value.map((mark) => markRect(mark.at))]).map((label) => ({ ...label, severity: alerts.byId.get(label.id)?.severity ?? 'info' })));
  // A label tells how many share its mark.
  const counted = computed(() => {
    const labelled = new Set(labels.value.map(({ id }) => id));
    const counts = placeCounts(marks.value.map(({ alert, at, more }) => ({ at, more: labelled.has(alert.id) ? 0 : more })), [...names.value, ...labels.value].map(({ rect }) => rect).concat(marks.value.map(({ at }) => markRect(at))));
    return marks.value.map((mark, index): MapMark => ({ ...mark, count: counts[index] }));
  });
  return { cells, dots, marks: counted, names, labels };
}
