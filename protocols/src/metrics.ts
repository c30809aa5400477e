/** A metric of the catalogue. `unit` is UCUM; empty for booleans. */
export interface Metric {
  readonly type: 'number' | 'boolean';
  readonly unit: string;
  /** Plausible range, both ends included; a value outside is refused. */
  readonly min: number;
  readonly max: number;
  readonly label: { readonly zh: string; readonly en: string };
  /** How the unit is written for people. */
  readonly display: string;
  /** Decimals worth showing. */
  readonly decimals: number;
}

const number = (unit: string, min: number, max: number, zh: string, en: string, display = unit, decimals = 0): Metric =>
  ({ type: 'number', unit, min, max, label: { zh, en }, display, decimals });
const flag = (zh: string, en: string): Metric => ({ type: 'boolean', unit: '', min: 0, max: 1, label: { zh, en }, display: '', decimals: 0 });

/** Every metric a device may report, with unit (UCUM) and plausible range. Source: domain figures, "Metrics". */
export const METRICS = {
  fill_level: number('%', 0, 100, '满溢度', 'Fill level'),
  temperature: number('Cel', -40, 125, '温度', 'Temperature', '°C', 1),
  tilted: flag('倾倒', 'Tilted'),
  lid_open: flag('桶盖打开', 'Lid open'),
  battery: number('%', 0, 100, '电量', 'Battery'),
  humidity: number('%', 0, 100, '湿度', 'Humidity'),
  pm2_5: number('ug/m3', 0, 1000, '细颗粒物 PM2.5', 'PM2.5', 'µg/m³'),
  pm10: number('ug/m3', 0, 1000, '可吸入颗粒物 PM10', 'PM10', 'µg/m³'),
  co2: number('ppm', 0, 10_000, '二氧化碳', 'CO₂'),
  co: number('mg/m3', 0, 200, '一氧化碳', 'CO', 'mg/m³', 1),
  o3: number('ug/m3', 0, 5000, '臭氧', 'Ozone', 'µg/m³'),
  no2: number('ug/m3', 0, 5000, '二氧化氮', 'NO₂', 'µg/m³'),
  so2: number('ug/m3', 0, 5000, '二氧化硫', 'SO₂', 'µg/m³'),
  noise: number('dB(A)', 0, 160, '噪声', 'Noise', 'dB(A)', 1),
  illuminance: number('lx', 0, 200_000, '照度', 'Illuminance'),
  pressure: number('hPa', 300, 1100, '气压', 'Pressure', 'hPa', 1),
  tvoc: number('ug/m3', 0, 60_000, '总挥发性有机物', 'TVOC', 'µg/m³'),
  hcho: number('mg/m3', 0, 10, '甲醛', 'Formaldehyde', 'mg/m³', 2),
  wind_speed: number('m/s', 0, 75, '风速', 'Wind speed', 'm/s', 1),
  wind_direction: number('deg', 0, 360, '风向', 'Wind direction', '°'),
  rain: number('mm', 0, 500, '降雨量', 'Rain', 'mm', 1),
  rssi: number('dBm', -150, 0, '信号强度', 'Signal strength'),
  snr: number('dB', -30, 30, '信噪比', 'Signal to noise', 'dB', 1),
} as const satisfies Record<string, Metric>;

export type MetricKey = keyof typeof METRICS;
export const METRIC_KEYS = Object.keys(METRICS) as MetricKey[];

/** By key, for the hot path and for keys that come from outside (`__proto__` is simply not in a Map). */
export const metricByKey: ReadonlyMap<string, Metric> = new Map(Object.entries(METRICS));
export const isMetricKey = (key: string): key is MetricKey => metricByKey.has(key);

export type MetricValue = number | boolean;

/** Stores keep numbers only; a boolean metric is 0 or 1 there and becomes a boolean again on the way out. */
export const storedToMetricValue = (metric: Metric, stored: number): MetricValue => metric.type === 'boolean' ? stored !== 0 : stored;
