import { createEnvSensor } from '../devices/env-sensor.js';
import { createGateHealth } from '../devices/gate.js';
import type { TelemetryModel } from '../devices/values.js';
import { createWasteBin } from '../devices/waste-bin.js';
import type { Weather } from '../devices/weather.js';
import type { SimDevice } from './roster.js';

/** The telemetry of a device by its kind; undefined for a gateway, which speaks only for others. */
export function modelOf(device: SimDevice, { seed, weather, isCalm }: { seed: number; weather: Weather; isCalm: boolean }): TelemetryModel | undefined {
  const { id, profile } = device;
  switch (device.kind) {
    case 'waste_bin': return createWasteBin({ seed, id, profile, weather, isCalm });
    case 'env_sensor': return createEnvSensor({ seed, id, profile, weather });
    case 'access_gate':
    case 'vehicle_gate': return createGateHealth(seed, id);
    case 'gateway': return undefined;
  }
}
