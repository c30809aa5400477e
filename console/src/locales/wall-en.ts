import type { Messages } from './zh-cn.js';

export const wallEn: Pick<Messages, 'act' | 'shelve' | 'assign' | 'escalate' | 'clear' | 'bulk' | 'keys' | 'flood' | 'tiers' | 'timeline' | 'moment' | 'measure' | 'notify'> = {
  act: {
    assign: 'Assign', shelve: 'Shelve', unshelve: 'Unshelve', escalate: 'Escalate', escalateTo: 'Move up to {tier}', clear: 'Clear by hand', more: 'More', cancel: 'Cancel', noteOptional: 'Note (optional)', noteMissing: 'Write a few words',
    title: { shelve: 'Shelve: {what}', assign: 'Assign: {what}', escalate: 'Escalate: {what}', comment: 'Comment: {what}', clear: 'Clear by hand: {what}' },
    offline: 'The connection to the hub is lost; nothing was sent', fasterAck: '{who} was faster and has acknowledged it', isOver: 'It is over already; acknowledge it or write a comment', topTier: 'This is the highest tier already', pickFirst: 'Nothing is selected. X selects, Shift+X selects all unacknowledged',
    bulkDone: 'Acknowledged: {n}', bulkDoneOthers: 'Acknowledged: {n}; others were faster with {others}', bulkPart: 'Acknowledged: {n}. Not acknowledged: {failed} ({why})',
  },
  shelve: {
    howLong: 'For how long', for: { '15min': '15 min', '1h': '1 hour', '8h': '8 hours', shift: 'End of shift' }, until: 'until {at}', reason: 'Reason', reasonPlaceholder: 'Say why, or take one of these', missing: 'Say why it is shelved', note: 'It comes back by itself',
    reasons: { repair: 'Repair is under way', known: 'Known, waiting', works: 'Building works', faulty: 'Sensor seems faulty' },
  },
  assign: { who: 'To whom', onDuty: 'On duty, {tier} · {shift} · until {at}', me: 'Myself', other: 'Or somebody else, by name', now: '{who} looks after it', takeBack: 'Take back', nobody: 'Nobody is on a shift now', noDuty: 'The duty list could not be loaded; type a name', missing: 'Choose somebody' },
  escalate: { what: '{tier} will own it with a fresh clock, and those on duty there are notified.' },
  clear: { what: 'Clear by hand only what is over on site. Your name stays in the record.', why: 'How you know' },
  bulk: { title: 'Acknowledge {n} alerts', confirm: 'Acknowledge {n}', note: 'It says that somebody has seen them and takes care; sound and clocks stop.' },
  keys: { title: 'Keys', move: 'Next, previous', ack: 'Acknowledge and go on to the next', shelve: 'Shelve', assign: 'Assign', escalate: 'Escalate', comment: 'Comment', pick: 'Select', pickAll: 'Select all unacknowledged', ackPicked: 'Acknowledge the selected; with a selection A does it, too', open: 'Open the alert', escape: 'Clear selection, close dialog', help: 'Show this' },
  flood: { title: 'Flood: {n} new alerts in 10 minutes', advice: 'Since {at}. Critical ones first; the rest can be selected with Shift+X and acknowledged together.', adviceTouch: 'Since {at}. Critical ones first; the rest can be ticked and acknowledged together.' },
  tiers: { after: '{severity} unacknowledged {time}', again: 'another {time}', step: '{severity} {time}' },
  timeline: {
    acked: '{who} acknowledged', unacked: '{who} took the acknowledgement back', commented: '{who} commented', assigned: '{who} assigned it to {assignee}', taken: '{assignee} took it over', unassigned: '{who} took the assignment back',
    shelved: '{who} shelved it', shelvedUntil: '{who} shelved it until {at}', unshelved: '{who} took it off the shelf', escalated: 'Not handled in time, moved up to {tier}', escalatedBy: '{who} moved it up to {tier}', clearedBy: '{who} cleared it by hand',
    note: { maintenance: 'Maintenance: {what}', otherRule: 'Rule {what} decides instead', noRule: 'The rule no longer applies to this device', otherThing: 'The rule is about something else now', moved: 'The device moved to {what}, so it is nobody\'s yet', removed: 'The rule or the device was removed', hours: 'The hours of the rule are over', edgeHas: 'The edge has raised the same, and that alert stands', unwatched: 'The device is not in use', backInService: 'The device is in service again, and the alert stands', chattering: 'It comes and goes, and is held as one', onDuty: 'On duty: {what}', nobody: 'Nobody is on duty now' },
  },
  moment: { title: '{metric} · before and after', titleNone: 'Before and after', raised: 'Raised', regraded: 'Regraded', acked: 'Acknowledged', escalated: 'Escalated', cleared: 'Cleared', noDevice: 'An alert of a whole area has no curve of one device', noMetric: 'This alert was not raised by a value', unknown: 'The rule behind this alert is no longer on record, so what it watched is not known', choose: 'Look at a value' },
  measure: { up: 'up {value} within {time}', down: 'down {value} within {time}', index: 'AQI {value}', times: '{n} times', timesWithin: '{n} times within {time}', silent: 'nothing heard for {time}', often: '{limit}, {n} times within {time}' },
  notify: { on: 'Browser notifications are on', off: 'Browser notifications are off', denied: 'The browser does not allow notifications; allow them in its site settings', unsupported: 'This browser does not support notifications of a page', insecure: 'Browsers allow notifications under HTTPS or on this machine only', many: '{n} new alerts', manyBody: 'Too many to show one by one' },
};
