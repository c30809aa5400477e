import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Serves } from '@liandong/protocols';
import type { AggregateService } from '../aggregates/aggregate-service.js';
import type { AreaAlerts } from '../aggregates/area-alerts.js';
import type { Passages } from '../aggregates/passages.js';
import type { AlertReports } from '../alert-reports/types.js';
import type { AlertService } from '../alerts/types.js';
import type { AreaService } from '../areas/area-service.js';
import type { BackupService } from '../backup/backup-service.js';
import type { BacktestService } from '../backtest/backtest-service.js';
import type { CalendarService } from '../calendar/calendar-service.js';
import type { CityAlertService } from '../city/types.js';
import type { Clock } from '../clock.js';
import type { DeviceReadings } from '../devices/device-readings.js';
import type { DeviceService } from '../devices/device-service.js';
import type { Provisioning } from '../devices/provisioning.js';
import type { CommandService } from '../commands/command-service.js';
import type { MaintenanceService } from '../maintenance/types.js';
import type { ImportService } from '../import/import-service.js';
import type { ShiftService } from '../duty/shift-service.js';
import type { EscalationService } from '../escalation/escalation-service.js';
import type { IdentityService } from '../identity/types.js';
import type { Logger } from '../logger.js';
import type { EdgeRegistryService } from '../edges/registry-service.js';
import type { EntityService } from '../ngsi-ld/entity-service.js';
import type { ChannelService } from '../notifications/channel-service.js';
import type { HealthProbe } from '../realtime/types.js';
import type { RuleService } from '../rules/rule-service.js';
import type { PeerAccess } from './routes/hand-over.js';
import type { HikvisionRoute } from './routes/hikvision.js';

export interface HttpDependencies {
  readonly identity: IdentityService;
  readonly areas: AreaService;
  readonly devices: DeviceService;
  readonly readings: DeviceReadings;
  readonly alerts: AlertService;
  /** Left out, their routes are not there. */
  readonly imports?: ImportService;
  readonly commands?: CommandService;
  readonly channels?: ChannelService;
  readonly provisioning?: Provisioning;
  readonly hikvision?: HikvisionRoute;
  /** For the other hubs of this sub-district. */
  readonly peers?: PeerAccess;
  readonly escalation?: EscalationService;
  readonly shifts?: ShiftService;
  readonly alertReports?: AlertReports;
  readonly maintenance?: MaintenanceService;
  readonly calendar?: CalendarService;
  readonly backtests?: BacktestService;
  readonly aggregates?: AggregateService;
  readonly aggregateAlerts?: AreaAlerts;
  readonly passages?: Passages;
  readonly cityAlerts?: CityAlertService;
  readonly entities?: EntityService;
  readonly backups?: BackupService;
  readonly edges?: EdgeRegistryService;
  readonly rules: RuleService;
  readonly health: HealthProbe;
  /** Answered under `/metrics` in the registry's own content type; make it with OPENMETRICS_CONTENT_TYPE. */
  readonly metrics: { metrics(): Promise<string>; readonly contentType: string };
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error' | 'warn'>;
  /** What the server is to people; a sub-district's hub unless told. */
  readonly serves?: Serves;
  /** The built console; when there is no index.html in it, a page says how to build it. */
  readonly consoleFolder: string;
  /** PEM texts: HTTPS instead of HTTP, and cookies marked Secure. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Sign-in attempts of one source within a minute; 10. */
  readonly signInsPerMinute?: number;
}

/** The Fastify instance, whose routes are typed by their TypeBox schemas. */
export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBoxTypeProvider>;
