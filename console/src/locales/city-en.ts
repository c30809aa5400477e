import type { CityMessages } from './city-zh-cn.js';

export const cityEn: CityMessages = {
  city: {
    title: 'City overview', lead: 'Gathered from the hubs of the sub-districts, which own the data', whole: 'All sub-districts', loading: 'Loading', stale: 'The page stands at {at}; reconnecting',
    metric: 'Metric', window: 'Windows', span: 'Range', windows: { '15m': '15 minutes', '1h': '1 hour', '1d': '1 day' }, spans: { day: '24 hours', week: '7 days', month: '31 days' },
    name: 'Sub-district', below: { subdistrict: 'sub-district', community: 'community', grid: 'grid' }, mean: 'Mean', range: 'Lowest – highest', coverage: 'Coverage', coverageHint: 'received ÷ expected', fresh: 'Data up to', devices: 'Online / devices', alerts: 'At the city', chart: '{metric} by {level}', table: 'Comparison',
    total: 'Whole city', totalOf: '{n} of {all} with data ({level})', noFigures: 'No data in this range', none: 'No hub is registered yet', noneBelow: 'There is no area below', noneHint: 'Register the hub of a sub-district, and the city pulls from it', openHub: 'Open the hub', down: 'Look below', up: 'Back up', unacked: '{n} unacknowledged', active: '{n}',
    late: 'data is {age} late', skew: 'clock {age} ahead', skewBack: 'clock {age} behind', withheld: 'Not gathered, as another sub-district has the same id: {areas}',
    silent: '{name} has not been heard from since {at}', never: '{name} has never been heard from', failing: '{name}: {why}', off: '{name} is switched off', allHeard: 'All {n} hubs are heard', since: 'for {age}',
    problem: { unreachable: 'no connection', certificate: 'its certificate is not trusted', timeout: 'no answer in time', token: 'the token is refused', forbidden: 'the token lacks the right', missing: 'too old, or another address', redirect: 'it points elsewhere; mend the url', busy: 'it asked to wait', broken: 'it has an error of its own', garbage: 'its answer makes no sense', foreign: 'it is the hub of another sub-district', settings: 'the CA file can not be read' },
    state: { ok: 'Well', failing: 'Pull fails', silent: 'Silent', never: 'Never heard', off: 'Off' },
    board: 'Alerts that came up to the city', noAlerts: 'No alert is at the city now', unknownAlerts: 'A sub-district is silent; alerts there may not have come here', ack: 'Acknowledge', acked: 'Acknowledged', ackedAt: 'acknowledged {at}', cleared: 'cleared {at}', raisedAt: 'raised {at}', ackDone: 'Acknowledged; the hub has it', recent: '{n} cleared within 24 hours', place: '{subdistrict} · {area}',
    hubs: 'Hubs', addHub: 'Register a hub', editHub: 'Change the hub', hubId: 'Id of the sub-district', hubIdHint: 'as the area is called on its hub', hubName: 'Name', url: 'Address', token: 'Token', tokenHint: 'Of role city, made on the hub; not shown again once saved', tokenKept: 'Kept; leave empty to keep it', caFile: 'CA file (optional)', caHint: 'A path on this server, for a certificate of your own authority', detail: 'Pulled down to', enabled: 'Pull', heardAt: 'heard {age} ago', remove: 'Remove the hub', removeWarn: 'All data pulled from it goes too', removeSure: 'Remove for good', saved: 'Saved', missing: 'Id, address and token are needed',
  },
};
