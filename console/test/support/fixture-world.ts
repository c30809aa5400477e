import type { Alert, AreaNode, Device, DeviceKind, Severity, Tier } from '@liandong/protocols';

/** A made-up sub-district for looking at the console without a hub. Positions are invented. */
const NAMES: [string, string, string][] = [['beiguan', '北关', 'Beiguan'], ['sanlihe', '三里河', 'Sanlihe'], ['zhongyun', '中云', 'Zhongyun'], ['fuan', '阜安', 'Fu’an'], ['guangzhou-nan', '广州南路', 'Guangzhou South Road'], ['yunxi', '云溪', 'Yunxi'], ['yinghai', '营海', 'Yinghai']];
const CENTRES: [number, number][] = [[120.01, 36.29], [120.028, 36.294], [120.047, 36.291], [120.024, 36.28], [120.042, 36.279], [120.012, 36.276], [120.03, 36.266]];

export function makeAreas(withCentres: boolean): AreaNode[] {
  const children = NAMES.map(([id, name, nameEn], index): AreaNode => {
    const [lng, lat] = CENTRES[index] ?? [120, 36];
    return { id, name, nameEn, level: 'community', parent: 'fuan-jie', profile: index % 2 === 0 ? 'urban' : 'old-estate', children: [], ...(withCentres ? { centre: { lng, lat } } : {}) };
  });
  return [{ id: 'jiaozhou', name: '胶州市', nameEn: 'Jiaozhou', level: 'city', children: [{ id: 'fuan-jie', name: '阜安街道', nameEn: 'Fu’an Sub-district', level: 'subdistrict', parent: 'jiaozhou', children }] }];
}

export function makeDevices(count: number, now: number): Device[] {
  const kinds: DeviceKind[] = ['waste_bin', 'waste_bin', 'env_sensor', 'access_gate', 'waste_bin', 'vehicle_gate'];
  const labels: Partial<Record<DeviceKind, string>> = { waste_bin: '垃圾桶 B-', env_sensor: '环境站 E-', access_gate: '单元门 D-', vehicle_gate: '车闸 V-' };
  return Array.from({ length: count }, (_, index): Device => {
    const kind = kinds[index % kinds.length] ?? 'waste_bin';
    const [lng, lat] = CENTRES[index % 7] ?? [120, 36];
    const spread = (salt: number) => (Math.sin(index * 12.9898 + salt) * 43758.5453 % 1) * 0.006;
    return {
      id: `${kind.replace('_', '-')}-${String(index).padStart(3, '0')}`, name: `${labels[kind] ?? ''}${100 + index}`, kind, area: NAMES[index % 7]?.[0] ?? 'beiguan', codec: 'native', reportingIntervalS: 60,
      status: index % 29 === 7 ? 'offline' : 'online', lastSeenAt: now - (index % 50) * 1000, location: { lng: lng + spread(1), lat: lat + spread(2) },
      ...(kind === 'waste_bin' ? { install: { depthMm: 1200, deadZoneMm: 250 } } : {}),
    };
  });
}

let seq = 1000;
export const nextSeq = (): number => ++seq;
export const currentSeq = (): number => seq;

export function makeAlert(id: string, device: Device, severity: Severity, zh: string, en: string, raisedAt: number, more: Partial<Alert> = {}): Alert {
  const tier: Tier = 'community';
  return { id, ruleId: 'fixture', deviceId: device.id, area: device.area, kind: device.kind, severity, tier, active: true, acked: false, raisedAt, lastAt: raisedAt, count: 1, message: { zh, en }, seq: nextSeq(), ...more };
}

export function makeAlerts(devices: readonly Device[], now: number): Alert[] {
  const at = (index: number): Device => devices[index % devices.length] ?? (() => { throw new Error('no devices'); })();
  /** As a policy of 2, 10 and 30 min has them; on a higher tier it began anew. */
  const clock = (dueInMs: number): Pick<Alert, 'clock'> => ({ clock: { kind: 'acknowledge', dueAt: now + dueInMs, periodMs: 600_000, policyArea: 'fuan-jie', policyVersion: 3 } });
  const gateway = makeAlert('a-gateway', at(16), 'major', '网关 GW-03 失联', 'Gateway GW-03 is silent', now - 372_000, { tier: 'subdistrict', ...clock(48_000) });
  const standing = [
    makeAlert('a-gate', at(3), 'critical', '单元门强行开启', 'Door forced open', now - 48_000, { ruleId: 'gate-forced', ...clock(72_000) }),
    gateway,
    ...Array.from({ length: 12 }, (_, index) => makeAlert(`a-child-${index}`, at(20 + index), 'minor', '设备失联', 'Device is silent', now - 371_000, { groupId: gateway.id })),
    makeAlert('a-bin', at(0), 'major', '垃圾桶满溢 96%', 'Bin 96 % full', now - 215_000, { ruleId: 'bin-fill', value: 96, threshold: 75, ...clock(385_000) }),
    makeAlert('a-pm', at(2), 'major', '细颗粒物超限 168 µg/m³', 'PM2.5 at 168 µg/m³', now - 130_000, { ruleId: 'air-pm25', value: 168, threshold: 75, count: 5, isChattering: true, assignee: 'li.na', ...clock(470_000) }),
    makeAlert('a-held', at(9), 'minor', '门长时间未关', 'Door held open', now - 242_000, clock(1_558_000)),
    makeAlert('a-noise', at(8), 'minor', '噪声 66 dB(A)', 'Noise at 66 dB(A)', now - 600_000, { tier: 'city', ruleId: 'noise' }),
    makeAlert('a-tilt', at(4), 'minor', '垃圾桶倾倒', 'Bin tilted', now - 1_842_000, { acked: true, ackedBy: 'admin', ackedAt: now - 900_000, assignee: 'zhao.lei', manualClear: true, clock: { kind: 'resolve', dueAt: now + 2_400_000, periodMs: 3_600_000, policyArea: 'fuan-jie', policyVersion: 3 } }),
    makeAlert('a-works', at(10), 'major', '垃圾桶高温 62℃', 'Bin at 62 °C', now - 5_400_000, { shelvedUntil: now + 1_500_000, shelvedBy: 'wang.fang', shelveReason: '施工影响', clock: { kind: 'acknowledge', leftMs: 240_000, periodMs: 600_000, policyArea: 'fuan-jie', policyVersion: 3 } }),
    makeAlert('a-inhibited', at(14), 'warning', '数据不再刷新', 'Values no longer change', now - 360_000, { inhibitedBy: gateway.id }),
    makeAlert('a-full', at(6), 'warning', '垃圾桶将满 84%', 'Bin 84 % full', now - 3_600_000),
    makeAlert('a-batt', at(11), 'info', '电量不足 18%', 'Battery at 18 %', now - 7_200_000),
  ];
  const past = Array.from({ length: 140 }, (_, index) => {
    const raisedAt = now - Math.floor(((index * 7919) % 1440) * 60_000) - 60_000;
    const flood = index < 22 ? now - 8 * 3_600_000 - index * 20_000 : raisedAt;
    return makeAlert(`p-${index}`, at(index * 3), index % 5 === 0 ? 'major' : 'minor', '噪声超过限值', 'Noise over limit', flood, { active: false, acked: isSeen(index), clearedAt: flood + 300_000, ...(isSeen(index) ? { ackedBy: 'admin', ackedAt: flood + 60_000 } : {}) });
  });
  return [...past, ...standing];
}
/** Of what is over, small things only have passed with nobody looking. */
const isSeen = (index: number): boolean => index % 3 === 0 || index % 5 === 0;
