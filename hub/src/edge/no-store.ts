import { AppError } from '../problem.js';
import type { TelemetryStore } from '../telemetry/types.js';

const none = async (): Promise<never> => {
  throw new AppError('STORE_UNAVAILABLE', { zh: '边缘机不保存历史，请在街道中心查看。', en: 'An edge keeps no history: look at the hub.' });
};

/** An edge has its journal and the latest values; history is the hub's. */
export const noStore: Pick<TelemetryStore, 'history' | 'raw' | 'events' | 'dropBefore'> = { history: none, raw: none, events: none, dropBefore: async () => undefined };
