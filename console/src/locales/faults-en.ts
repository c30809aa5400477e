import type { Messages } from './zh-cn.js';

export const faultsEn: Pick<Messages, 'fieldFault' | 'fieldName'> = {
  fieldFault: {
    at: '{field}: {what}', join: '; ', path: ' · ', item: 'no. {n}', body: 'the content', more: '{n} more',
    required: 'is missing', additionalProperties: 'is not known to the hub', type: 'is of the wrong kind', enum: 'is not one of the choices', minimum: 'must be {limit} or more', maximum: 'must be {limit} or less',
    minLength: 'needs characters: {limit} or more', maxLength: 'has too many characters; the most is {limit}', minItems: 'needs entries: {limit} or more', maxItems: 'has too many entries; the most is {limit}', uniqueItems: 'has the same entry twice', depth: 'groups lie too deep in each other; the most is {limit}', other: 'is not valid',
    pattern: { id: 'takes up to 32 small letters, digits and hyphens, no hyphen first', not_blank: 'must have something to read', not_turned: 'must not hold controls that turn the direction of the text', time_of_day: 'must be HH:MM, such as 08:00', other: 'is not written as it should be' },
  },
  fieldName: {
    ackWithinS: 'Acknowledge within', allowPrivate: 'Private addresses', area: 'Area', areas: 'Areas', assignee: 'Assigned to', bands: 'Bands', by: 'Change', caFile: 'Certificate file', class: 'Noise class', clearAfterS: 'Clears by itself after', clearAt: 'Clear limit', clearOn: 'Clearing events',
    count: 'Count', critical: 'Critical', date: 'Date', days: 'Days', deadband: 'Deadband', detail: 'Detail', devices: 'Devices', direction: 'Direction', durationS: 'Duration', en: 'English', enabled: 'In force', end: 'End', equals: 'Value', event: 'Event', events: 'Events', family: 'Family', from: 'Start',
    high: 'Upper limit', holidays: 'Holidays', hours: 'Hours', id: 'Id', ids: 'Alerts', info: 'Info', inhibitedBy: 'Inhibited by', intervals: 'Reporting intervals', isEnabled: 'In use', kind: 'Kind', kinds: 'Device kinds', lang: 'Language', limit: 'Limit', local: 'Judged at the edge', low: 'Lower limit', major: 'Major',
    manualClear: 'Clearing by hand', message: 'Words on the alert', metric: 'Metric', minSeverity: 'Least severity', minor: 'Minor', name: 'Name', note: 'Note', of: 'Conditions', offDelayS: 'Off-delay', onDelayS: 'On-delay', op: 'Combination', over: 'Over the limit by', profiles: 'Community profiles', reason: 'Reason',
    resolveWithinS: 'Clear within', rule: 'Rule', schedule: 'Schedule', scope: 'Scope', secret: 'Secret', severity: 'Severity', start: 'Start', tier: 'Tier', tiers: 'Tiers', to: 'End', token: 'Token', type: 'Type', until: 'Until', updatedAt: 'Changed at', updatedBy: 'Changed by',
    url: 'Address', users: 'On duty', validFrom: 'First day', validTo: 'Last day', version: 'Version', warning: 'Warning', weekdays: 'Weekdays', when: 'Condition', withinS: 'Window', zh: 'Chinese',
  },
};
