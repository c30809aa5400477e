import { computed } from 'vue';
import { METRICS, type EpochMs } from '@liandong/protocols';
import { formatNumber } from '../format/values.js';
import { FIGURE_LIMITS, keyFigures, type CountFigure } from '../live/key-figures.js';
import { useAreasStore } from '../stores/areas.js';
import { useClockStore } from '../stores/clock.js';
import { useFleetStore } from '../stores/fleet.js';
import { useLiveStore } from '../stores/live.js';
import { useWords } from './use-words.js';

export interface FigureRow { key: string; label: string; value: string; unit: string; age: string; note?: string | undefined; /** A sentence of its own below the row. */ line?: string | undefined; hint?: string | undefined }

/** The figures of the overview as rows of words; recounted once a second, and none where nothing is known. */
export function useKeyFigures() {
  const [fleet, areas, clock, live] = [useFleetStore(), useAreasStore(), useClockStore(), useLiveStore()];
  const { t, age, ageText, areaName, devicesInWords } = useWords();
  const figures = computed(() => keyFigures(fleet.all, fleet.valuesOf, clock.hubNow));

  const countRow = (key: string, label: string, unit: string, figure: CountFigure, hint: string): FigureRow[] => figure.total === 0 ? [] : [{
    key, label: t(label), unit: figure.known === 0 ? '' : t(unit), value: figure.known === 0 ? '–' : String(figure.count), age: shortAge(figure.newestAt),
    note: figure.known < figure.total ? t('figures.known', { n: figure.known, total: figure.total }) : undefined,
    hint: `${hint} · ${t('figures.knownHint', { n: figure.known, total: figure.total })}`,
  }];
  const shortAge = (at: EpochMs | undefined) => at === undefined ? '' : age(at);
  const connectionAge = () => live.heardAt === undefined ? '' : ageText(clock.now - live.heardAt);

  const rows = computed((): FigureRow[] => {
    const { devices, bins, noise, battery, pm } = figures.value;
    if (fleet.all.length === 0) return [];
    return [
      { key: 'online', label: t('figures.online'), value: devices.total === 0 ? '–' : (100 * devices.online / devices.total).toFixed(devices.online === devices.total ? 0 : 1), unit: devices.total === 0 ? '' : t('unit.percent'), age: connectionAge(), line: devices.total === 0 ? undefined : devicesInWords(devices) },
      { key: 'offline', label: t('figures.offline'), value: String(devices.offline), unit: t('figures.unitDevices'), age: connectionAge() },
      ...countRow('bins', 'figures.bins', 'figures.unitBins', bins, t('figures.binsHint', { limit: FIGURE_LIMITS.fillLevel })),
      ...(pm === undefined ? [] : [{ key: 'pm', label: t('figures.pm'), value: formatNumber('pm2_5', pm.value), unit: METRICS.pm2_5.display, age: shortAge(pm.at), note: areaName(areas.communityOf(pm.device.area)?.id ?? pm.device.area), hint: pm.device.name }]),
      ...countRow('noise', 'figures.noise', 'figures.unitPoints', noise, t('figures.noiseHint', { day: FIGURE_LIMITS.noiseDay, night: FIGURE_LIMITS.noiseNight })),
      ...countRow('battery', 'figures.battery', 'figures.unitDevices', battery, t('figures.batteryHint', { limit: FIGURE_LIMITS.battery })),
    ];
  });
  return { rows };
}
