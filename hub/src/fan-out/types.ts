import type { TelemetryRecord } from '@liandong/protocols';

/** One reading as screens need it. */
export type LiveValues = Pick<TelemetryRecord, 'device' | 'ts' | 'values'>;
