import type { Migration } from 'kysely';
import * as initial from './0001-initial.js';
import * as installation from './0002-installation.js';
import * as deviceDigest from './0003-device-digest.js';
import * as auditTarget from './0004-audit-target.js';
import * as alertLifeCycle from './0005-alert-life-cycle.js';
import * as rules from './0006-rules.js';
import * as duty from './0007-duty.js';
import * as notifications from './0008-notifications.js';
import * as alertNoise from './0009-alert-noise.js';
import * as aggregates from './0010-aggregates.js';
import * as edges from './0011-edges.js';
import * as city from './0012-city.js';
import * as leadership from './0013-leadership.js';
import * as outboxRank from './0014-outbox-rank.js';
import * as alertWeight from './0015-alert-weight.js';
import * as shiftHolidays from './0016-shift-holidays.js';
import * as withheldAlerts from './0017-withheld-alerts.js';
import * as endedBy from './0018-ended-by.js';
import * as editVersions from './0019-edit-versions.js';

/** In order of their numbers; a released migration is never edited. */
export const migrations: Record<string, Migration> = {
  '0001-initial': initial, '0002-installation': installation, '0003-device-digest': deviceDigest, '0004-audit-target': auditTarget,
  '0005-alert-life-cycle': alertLifeCycle, '0006-rules': rules, '0007-duty': duty, '0008-notifications': notifications, '0009-alert-noise': alertNoise,
  '0010-aggregates': aggregates, '0011-edges': edges, '0012-city': city, '0013-leadership': leadership, '0014-outbox-rank': outboxRank, '0015-alert-weight': alertWeight,
  '0016-shift-holidays': shiftHolidays, '0017-withheld-alerts': withheldAlerts, '0018-ended-by': endedBy, '0019-edit-versions': editVersions,
};
