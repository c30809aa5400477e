import { randomBytes } from 'node:crypto';
import { createAlertReports } from '../alert-reports/alert-reports.js';
import { createActiveAlerts } from '../alerts/active-alerts.js';
import { createIdSource } from '../alerts/alert-ids.js';
import { createAlertService } from '../alerts/alert-service.js';
import { createAlertWriter } from '../alerts/alert-writer.js';
import { createFloodWatch } from '../alerts/flood.js';
import { createShelfTimer } from '../alerts/shelf-timer.js';
import type { AreaTree } from '../areas/area-tree.js';
import { createCalendarService } from '../calendar/calendar-service.js';
import { DayCalendar } from '../calendar/day-calendar.js';
import type { ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { DeviceDirectory } from '../devices/types.js';
import { usersOf } from '../duty/on-duty.js';
import { Roster } from '../duty/roster.js';
import { createShiftService } from '../duty/shift-service.js';
import { createBackInService } from '../edges/back-in-service.js';
import { createEdgeAlertWriter } from '../edges/edge-alert-writer.js';
import { createClockMender } from '../escalation/clock-mender.js';
import { createEscalationClocks } from '../escalation/escalation-clocks.js';
import { createEscalationService } from '../escalation/escalation-service.js';
import { createEscalator } from '../escalation/escalator.js';
import { EscalationPolicies } from '../escalation/policies.js';
import { createMaintenanceService } from '../maintenance/maintenance-service.js';
import { MaintenanceWindows } from '../maintenance/maintenance-windows.js';
import { createRuleEvaluator } from '../rules/rule-evaluator.js';
import { createRuleService } from '../rules/rule-service.js';

export interface AlertWiring { readonly db: Db; readonly clock: Clock; readonly areas: AreaTree; readonly changes: ChangeLog; readonly directory: DeviceDirectory; /** Of the rules' position in the database. */ readonly positionName: string; readonly onError: (error: unknown) => void }

/** From rules to alerts, who is called for them, and what people do about them. All of it shares one registry of active alerts. */
export function wireAlerts({ db, clock, areas, changes, directory, positionName, onError }: AlertWiring) {
  const activeAlerts = createActiveAlerts({ db });
  const ids = createIdSource({ clock, random: randomBytes });
  const policies = new EscalationPolicies(areas);
  const days = new DayCalendar();
  const roster = new Roster({ areas, days });
  const clocks = createEscalationClocks({ policies });
  const writer = createAlertWriter({ db, clock, changes, activeAlerts, clocks });
  const outOfService = new MaintenanceWindows({ areas });
  const evaluator = createRuleEvaluator({ db, clock, ids, changes, activeAlerts, clocks, directory, areas, days, outOfService, positionName, onError });
  const edgeAlerts = createEdgeAlertWriter({ db, clock, changes, activeAlerts, clocks, outOfService, adopt: (active) => { evaluator.adopt(active); } });
  const escalator = createEscalator({
    clock, activeAlerts, writer, clocks, mend: createClockMender({ db, clock, changes, activeAlerts, clocks }),
    onDuty: (area, tier, at) => usersOf(roster.onDuty(area, at), tier), onError,
  });
  return {
    activeAlerts, clocks, writer, policies, roster, outOfService, days, evaluator, escalator, edgeAlerts,
    backInService: createBackInService({ db, clock, directory, outOfService, writer: edgeAlerts, onError }),
    shelfTimer: createShelfTimer({ db, clock, writer, onError }),
    flood: createFloodWatch({ db, clock, areas, changes, operators: (area, at) => usersOf(roster.onDuty(area, at)).length, onError }),
    alerts: createAlertService({ db, clock, areas, writer }),
    calendar: createCalendarService({ db, clock, days }),
    rules: createRuleService({ db, clock, areas, directory, evaluator }),
    escalation: createEscalationService({ db, clock, areas, policies }),
    shifts: createShiftService({ db, clock, ids, areas, roster }),
    alertReports: createAlertReports({ db, clock, areas, activeAlerts, roster }),
    maintenance: createMaintenanceService({ db, clock, ids, areas, directory, windows: outOfService }),
  };
}
