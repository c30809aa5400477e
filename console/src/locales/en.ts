import { cityEn } from './city-en.js';
import { dutyEn } from './duty-en.js';
import { faultsEn } from './faults-en.js';
import { fieldEn } from './field-en.js';
import { rulesEn } from './rules-en.js';
import { wallEn } from './wall-en.js';
import type { Messages } from './zh-cn.js';

export const en: Messages = {
  ...cityEn,
  ...faultsEn,
  ...fieldEn,
  ...rulesEn,
  ...dutyEn,
  ...wallEn,
  app: { name: 'Liandong', centre: 'Command centre', tab: 'Liandong · Command centre', skip: 'Skip to content' },
  nav: { overview: 'Overview', alerts: 'Alerts', devices: 'Devices', operations: 'Rules & duty', label: 'Pages' },
  controls: { toEnglish: 'English', toChinese: '中文', light: 'Light', dark: 'Dark', toLight: 'Switch to light', toDark: 'Switch to dark', language: 'Switch language', signOut: 'Sign out' },
  sound: { locked: 'Sound off, click to turn on', on: 'Sound on', muted: 'Muted', muteHint: 'Click to mute', unmuteHint: 'Click to unmute', short: { locked: 'Off', on: 'On', muted: 'Muted' }, warning: { locked: 'Sound is off; new alerts are not heard', on: '', muted: 'Muted; alerts are not heard' }, turnOn: 'Turn on' },
  header: { summary: 'Communities {communities} · devices {devices}', dataAge: 'Data {age} old', noData: 'No data yet', rate: '{n} values/s', online: 'Devices online {online}/{total}', mqtt: 'Intake', store: 'Store', rules: 'Rules' },
  state: { ready: 'working', degraded: 'degraded', down: 'down' },
  feed: {
    disconnected: 'Connection to the hub is lost · the screen stands at {at}, reconnecting', disconnectedNew: 'The hub cannot be reached, retrying',
    silent: 'Nothing from the hub for {age} · the screen stands at {at}, reconnecting', recovered: 'Connection is back, missed changes received: {n}', refreshed: 'Connection is back, everything was refreshed', mqttDown: 'Device intake is down · what is on the screen no longer changes', rulesDown: 'Rules are down · what happens does not become an alert', recoveredNone: 'Connection is back, nothing was missed',
  },
  severity: { critical: 'Critical', major: 'Major', minor: 'Minor', warning: 'Warning', info: 'Info' },
  tier: { community: 'Community', subdistrict: 'Sub-district', city: 'City' },
  kind: { waste_bin: 'Waste bin', env_sensor: 'Environment sensor', access_gate: 'Access gate', vehicle_gate: 'Vehicle gate', gateway: 'Gateway' },
  status: { provisioned: 'Never reported', online: 'Online', offline: 'Silent', maintenance: 'Maintenance', retired: 'Retired' },
  profile: { urban: 'Urban', 'old-estate': 'Old estate', rural: 'Rural', commercial: 'Commercial', campus: 'Campus' },
  event: { granted: 'Passed', denied: 'Denied', forced_open: 'Forced open', held_open: 'Held open', door_opened: 'Door opened', door_closed: 'Door closed', tamper: 'Tampered', fault: 'Fault', other: 'Other event' },
  method: { card: 'card', qr: 'QR code', face: 'face', plate: 'plate', remote: 'remote', button: 'button', pin: 'PIN' },
  direction: { in: 'in', out: 'out' },
  age: { now: 'just now', s: '{n} s', min: '{n} min', h: '{n} h', d: '{n} d', ago: '{age} ago', never: 'never' },
  duration: { s: '{s} s', ms: '{m} min {s} s', hm: '{h} h {m} min', dh: '{d} d {h} h' },
  needs: { title: 'Needs a person', oldest: 'Oldest unacknowledged', none: 'No alert needs attention', outOfService: '{n} under maintenance, no alerts · until {until}', shelved: '{n} shelved', acked: '{n} acknowledged, still active', suppressed: '{n} grouped or inhibited', returned: '{n} cleared, nobody acknowledged', shift: '{shift} on duty until {until}' },
  air: { title: 'Air quality index', primary: 'Primary pollutant {what}', spread: 'Highest {high} {highest} · lowest {low} {lowest}', day: 'AQI of each of the last 24 hours' },
  figures: {
    title: 'Right now', ageTitle: 'Data age', online: 'Devices online', offline: 'Silent devices', bins: 'Bins to collect', pm: 'Highest PM2.5', noise: 'Over noise limit', battery: 'Low battery', unitDevices: '', unitBins: '', unitPoints: '', known: '{n}/{total}', part: { online: '{n} of {total} online', offline: '{n} silent', unseen: '{n} never reported', maintenance: '{n} in maintenance', join: ', ' },
    binsHint: 'Fill level at {limit} % or more', noiseHint: 'Class 2 limits: day {day} / night {night} dB(A)', knownHint: 'Devices that have reported: {n} of {total}', batteryHint: 'Battery under {limit} %', noDevices: 'No devices yet',
  },
  communities: { title: 'Communities', columns: 'active alerts · online / devices', none: 'No communities yet' },
  map: { title: 'Map of communities', normal: 'Normal', offline: 'Silent', empty: 'No communities yet. The map appears once areas are made.', schematic: 'Dashed: schematic place', schematicName: '{name} (schematic)', alertsHere: 'Active alerts in {name}: {n}', quiet: '{name}: no alerts' },
  queue: { title: 'By urgency', keys: 'J/K move · A acknowledge · S shelve · ? all keys', ack: 'Acknowledge', acking: 'Acknowledging', ackedBy: 'Acknowledged by {who}', times: 'Raised {n}×', more: '{n} more', moreMixed: '{n} more, {needing} of them need a person', moreNeeding: '{n} more that need a person', moreSeen: '{n} more, acknowledged or cleared', none: 'No alerts now', calm: 'All devices are within their rules; what happens will appear here', unknownCalm: 'Until the connection is back nobody can say whether there are alerts', partsCalm: 'Intake or rules are not working; nobody can say that there are no alerts', tier: '{tier} tier', grouped: 'Devices together: {n}', all: 'All alerts', waiting: 'Waiting', chattering: 'Chattering', assignedTo: 'Assigned to {who}', cameUp: 'came up from {tier}', risesIn: 'to {tier} in {left}', resolveIn: 'to {tier} if not cleared in {left}', due: 'moving up to {tier}', paused: 'clock stopped', pausedLeft: 'clock stopped, {left} left', clockRun: 'How much of the clock has run', left: { s: '{s} s', ms: '{m} min {s} s', hm: '{h} h {m} min', dh: '{d} d {h} h' }, shelvedUntil: 'Shelved by {who} until {at}', until: 'until {at}', underParent: 'Grouped under another alert', inhibited: 'Inhibited by another alert', views: 'What the list shows', view: { queue: 'Current', shelved: 'Shelved', suppressed: 'Grouped and inhibited' }, empty: { shelved: 'Nothing is shelved', suppressed: 'Nothing is grouped or inhibited' }, rate: 'New in the last 10 min: {n}', merged: '{n} changes a second, shown in {passes} passes: only the latest states are seen; critical alerts come at once', calmParts: 'Map, bars and totals move every {s} s only', slow: 'This computer draws only {n} pictures a second now, so the lists move more slowly; no alert is lost, and sounds go on', catchingUp: 'Changes come too fast, still to show: {n}', leftOut: 'Too many alerts: the {n} least urgent are not shown', picked: '{n} selected', ackPicked: 'Acknowledge', unpick: 'Clear', showMore: 'Show {n} more', announce: 'Alerts that need a person: {n}', returned: 'Cleared · nobody acknowledged', returnedText: 'since {at}, lasted {time}', returnedCut: 'Only {n} cleared unacknowledged ones are listed here; see all' },
  bars: { title: 'Alerts in 24 hours (per 15 min)', line: 'Dashed: 10 per person per 10 min', none: 'No alerts in the last 24 hours', total: '{n} in all', totalCapped: 'at least {n}', summary: 'Alerts in the last 24 hours: {n}, at most {peak} in 15 minutes', failed: 'Alert history could not be loaded' },
  changes: { title: 'Latest changes', raised: '{message}', acked: '{who} acknowledged: {message}', cleared: 'Cleared: {message}', ended: 'Ended ({why}): {message}', escalated: 'Up to {tier}: {message}', shelved: '{who} shelved: {message}', device: '{device}: {status}', none: 'No changes yet' },
  alerts: {
    title: 'Alerts', severity: 'Severity', message: 'Alert', place: 'Place', raisedAt: 'Raised', lasted: 'Lasted', state: 'State', tierColumn: 'Tier', count: 'Times', value: 'Value', action: 'Action',
    anySeverity: 'Any severity', anyArea: 'Any area', anyState: 'Active or cleared', anyAck: 'Any handling', handling: 'Acknowledgement', active: 'Active', cleared: 'Cleared', acked: 'Acknowledged', unacked: 'Unacknowledged', reset: 'Clear filters',
    none: 'No alerts match', loading: 'Loading', loadMore: 'Load more', shown: '{n} in all', shownMore: '{n} loaded, there are more', shownCut: 'Only the first {n} are shown; narrow the filters', anyStanding: 'Shelved or not', standingLabel: 'Shelved and suppressed', standing: 'Active', back: 'Cleared', ended: 'Ended', shelved: 'Shelved', grouped: 'Grouped', inhibited: 'Inhibited',
  },
  discard: {
    entries: { question: 'Discard what you entered?', yes: 'Discard', stay: 'Keep editing' },
    passwords: { question: 'Leave without keeping the password? It is not shown again.', yes: 'Leave', stay: 'Stay' },
    file: { question: 'Leave without importing? The file has only been checked so far.', yes: 'Leave', stay: 'Stay' },
  },
  alert: {
    ruleGone: 'the rule has been deleted',
    silenceGroup: 'Many devices silent at once',
    detail: 'Alert', device: 'Device', openDevice: 'Open device', area: 'Area', tier: 'Tier', raisedAt: 'Raised', lastAt: 'Last time', clearedAt: 'Cleared', endedAt: 'Ended', endedBy: 'Why it ended', value: 'Value', threshold: 'Limit', count: 'Times', rule: 'Rule', ackedBy: 'Acknowledged by', timeline: 'What happened', comment: 'Comment', commentPlaceholder: 'A comment; others on duty see it too', send: 'Send', close: 'Close', wholeArea: 'Whole area', unack: 'Take back', assignee: 'Assigned to', shelvedBy: 'Shelved', policy: 'Escalation policy', policyOf: '{area} · version {n}', policyHub: 'the hub’s own', since: 'for {time}', lasted: 'lasted {time}', back: 'Back', notFound: 'There is no such alert, or it is outside your area', facts: 'Facts', others: 'Other alerts of this device', noOthers: 'This device has no other alerts', children: 'Alerts it stands for', underParent: 'This alert is grouped; another one stands for it.', openParent: 'Open that one', inhibitedBy: 'Another alert is the cause of this one; take care of that one.', openCause: 'Open that one',
    end: { 'out-of-service': 'the device is out of service', 'device-removed': 'the device was removed', 'rule-off': 'the rule was switched off or changed', schedule: 'the hours of the rule are over', superseded: 'the alert of the edge stands for it', moved: 'the device moved to another area', other: 'it has not recovered' },
    change: { raised: 'Raised', regraded: 'Severity became', repeated: 'Happened again', acked: 'Acknowledged', unacked: 'Acknowledgement taken back', commented: 'Comment', cleared: 'Cleared', ended: 'Ended', reraised: 'Raised again', assigned: 'Assigned', shelved: 'Shelved', unshelved: 'Taken off the shelf', escalated: 'Escalated', inhibited: 'Inhibited by another alert', released: 'No longer inhibited', grouped: 'Grouped under another alert', ungrouped: 'No longer grouped', other: 'Changed' },
  },
  devices: { title: 'Devices', name: 'Name', area: 'Area', kind: 'Kind', status: 'Status', lastSeen: 'Last seen', latest: 'Latest value', search: 'Name or id', anyKind: 'Any kind', anyStatus: 'Any status', anyArea: 'Any area', none: 'No devices match', shown: '{n} of {total}', loading: 'Loading devices', capped: 'Only the first {n} were loaded', withRetired: '{n} of them retired' },
  device: {
    latest: 'Latest values', noValues: 'Nothing was received from this device yet', chart: 'History', range: { '1h': '1 h', '6h': '6 h', '24h': '24 h', '7d': '7 d' }, rangeLabel: 'Time range', metricLabel: 'Metric', min: 'Min', max: 'Max', last: 'Latest', noPoints: 'No data in this time', live: 'Live', notReporting: 'Not reporting', paused: 'Stopped when the connection was lost', chartFailed: 'History could not be loaded',
    events: 'Recent events', noEvents: 'No events in 24 hours', refusals: 'Refused data', noRefusals: 'Nothing was refused', lastRefused: 'Last time', rawPayload: 'Raw payload', payloadHidden: 'Carried biometric data, not kept', facts: 'Installation', alerts: 'Alerts of this device', noAlerts: 'No alerts', id: 'Device id', areaName: 'Area', kind: 'Kind', codec: 'Protocol', interval: 'Reports every', seconds: '{n} s', location: 'Coordinates (WGS-84)', depth: 'Bin depth', deadZone: 'Dead zone', height: 'Mounting height', door: 'Door', gateway: 'Gateway', externalId: 'External id', topicPrefix: 'Topic prefix', payloadCodec: 'Byte format', lastSeen: 'Last seen', notFound: 'There is no such device, or it is outside your area', back: 'Back to devices', yes: 'Yes', no: 'No', nativeCodec: 'Native MQTT', times: '{n}×', loading: 'Loading device', onTopic: 'Topic', truncated: 'The chart keeps lowest and highest values',
  },
  signIn: { title: 'Sign in', subtitle: 'Operations hub for smart communities', username: 'User name', password: 'Password', submit: 'Sign in', working: 'Signing in', wrong: 'User name or password is wrong, try again', tooMany: 'Too many tries, wait {n} s and try again', unreachable: 'The hub cannot be reached; check the network or call the engineer on duty', server: 'Something is wrong at the hub, try again later', missing: 'Enter user name and password', expired: 'Your session has expired, sign in again', show: 'Show password', hide: 'Hide password' },
  error: { title: 'That did not work', unreachable: 'The hub cannot be reached, try again later', timeout: 'The hub did not answer in time, try again', retry: 'Try again', load: 'Data could not be loaded' },
  notFound: { title: 'There is no such page', back: 'Back to the overview' },
  unit: { percent: '%' },
};
