import { cityZhCN } from './city-zh-cn.js';
import { dutyZhCN } from './duty-zh-cn.js';
import { faultsZhCN } from './faults-zh-cn.js';
import { fieldZhCN } from './field-zh-cn.js';
import { rulesZhCN } from './rules-zh-cn.js';
import { wallZhCN } from './wall-zh-cn.js';

/** Words on the screen, Chinese; the shape that every other language has to fill. */
export const zhCN = {
  ...cityZhCN,
  ...faultsZhCN,
  ...fieldZhCN,
  ...rulesZhCN,
  ...dutyZhCN,
  ...wallZhCN,
  app: { name: '联动', centre: '指挥中心', tab: '联动 · 指挥中心', skip: '跳到正文' },
  nav: { overview: '总览', alerts: '告警', devices: '设备', operations: '规则与值守', label: '页面' },
  controls: { toEnglish: 'English', toChinese: '中文', light: '浅色', dark: '深色', toLight: '切换到浅色', toDark: '切换到深色', language: '切换语言', signOut: '退出登录' },
  sound: { locked: '声音未开启，点击开启', on: '声音已开', muted: '已静音', muteHint: '点击静音', unmuteHint: '点击恢复声音', short: { locked: '声音关', on: '声音开', muted: '已静音' }, warning: { locked: '声音未开启，新告警不会发声', on: '', muted: '已静音，告警不会发声' }, turnOn: '打开声音' },
  header: { summary: '{communities} 个社区 · {devices} 台设备', dataAge: '数据 {age}前', noData: '尚未收到数据', rate: '刷新 {n} 值/秒', online: '在线设备 {online}/{total}', mqtt: '接入', store: '存储', rules: '规则' },
  state: { ready: '正常', degraded: '降级', down: '中断' },
  feed: {
    disconnected: '与中心的连接已断开 · 画面停留在 {at}，正在重连', disconnectedNew: '连不上中心，正在重试',
    silent: '中心已 {age}没有消息 · 画面停留在 {at}，正在重连', recovered: '连接已恢复，补收 {n} 条变化', refreshed: '连接已恢复，画面已全部更新', mqttDown: '设备接入中断 · 画面上的数据不再更新', rulesDown: '规则停止运行 · 新的情况不会变成告警', recoveredNone: '连接已恢复，没有遗漏',
  },
  severity: { critical: '紧急', major: '重要', minor: '次要', warning: '提示', info: '信息' },
  tier: { community: '社区', subdistrict: '街道', city: '市' },
  kind: { waste_bin: '垃圾桶', env_sensor: '环境监测', access_gate: '门禁', vehicle_gate: '车闸', gateway: '网关' },
  status: { provisioned: '未接入', online: '在线', offline: '失联', maintenance: '维护中', retired: '已停用' },
  profile: { urban: '城市小区', 'old-estate': '老旧小区', rural: '乡村', commercial: '商业区', campus: '校园' },
  event: { granted: '通行', denied: '拒绝', forced_open: '强行开启', held_open: '长时间未关', door_opened: '门打开', door_closed: '门关闭', tamper: '拆动', fault: '故障', other: '其他事件' },
  method: { card: '刷卡', qr: '扫码', face: '人脸', plate: '车牌', remote: '远程', button: '按钮', pin: '密码' },
  direction: { in: '进', out: '出' },
  age: { now: '刚刚', s: '{n} 秒', min: '{n} 分', h: '{n} 小时', d: '{n} 天', ago: '{age}前', never: '从未' },
  duration: { s: '{s} 秒', ms: '{m} 分 {s} 秒', hm: '{h} 小时 {m} 分', dh: '{d} 天 {h} 小时' },
  needs: { title: '需要人处理', oldest: '最久未确认', none: '没有需要处理的告警', outOfService: '{n} 台检修中，不产生告警 · 至 {until}', shelved: '已搁置 {n} 条', acked: '已确认未恢复 {n} 条', suppressed: '被合并或抑制 {n} 条', returned: '{n} 条已恢复、无人确认', shift: '{shift}值守至 {until}' },
  air: { title: '空气质量 AQI', primary: '首要污染物 {what}', spread: '最高 {high} {highest} · 最低 {low} {lowest}', day: '过去 24 小时每小时的 AQI' },
  figures: {
    title: '此刻', ageTitle: '数据年龄', online: '设备在线', offline: '失联设备', bins: '待清运垃圾桶', pm: 'PM2.5 最高', noise: '噪声超限点位', battery: '电量不足', unitDevices: '台', unitBins: '个', unitPoints: '处', known: '{n}/{total}', part: { online: '{total} 台中 {n} 台在线', offline: '{n} 台失联', unseen: '{n} 台未接入', maintenance: '{n} 台维护中', join: '，' },
    binsHint: '满溢度达到 {limit}%', noiseHint: '二类声环境：昼间 {day} / 夜间 {night} dB(A)', knownHint: '{total} 台里有 {n} 台报了数', batteryHint: '电量低于 {limit}%', noDevices: '还没有设备',
  },
  communities: { title: '各社区', columns: '未恢复告警 · 在线 / 设备', none: '还没有社区' },
  map: { title: '社区地图', normal: '正常', offline: '失联', empty: '还没有社区。新建区域后，这里会出现地图。', schematic: '虚线为示意位置', schematicName: '{name}（示意）', alertsHere: '{name}：{n} 条未恢复告警', quiet: '{name}：没有告警' },
  queue: { title: '按轻重缓急', keys: 'J/K 移动 · A 确认 · S 搁置 · D 派单 · ? 全部', ack: '确认', acking: '正在确认', ackedBy: '{who} 已确认', times: '第 {n} 次', more: '还有 {n} 条', moreMixed: '还有 {n} 条，其中 {needing} 条需要人处理', moreNeeding: '还有 {n} 条需要人处理', moreSeen: '还有 {n} 条，已确认或已恢复', none: '此刻没有告警', calm: '全部设备按规则运行，有事会在这里出现', unknownCalm: '连接恢复之前，无法判断有没有告警', partsCalm: '设备接入或规则没有正常运行，此刻不能说没有告警', tier: '{tier}级', grouped: '合并 {n} 台设备', all: '全部告警', waiting: '已等待', chattering: '反复触发', assignedTo: '派给 {who}', cameUp: '已由{tier}升级', risesIn: '{left}后升至{tier}', resolveIn: '{left}内未恢复将升至{tier}', due: '正在升至{tier}', paused: '计时暂停', pausedLeft: '计时暂停，剩 {left}', clockRun: '计时进度', left: { s: '{s}秒', ms: '{m}分{s}秒', hm: '{h}小时{m}分', dh: '{d}天{h}小时' }, shelvedUntil: '{who} 搁置至 {at}', until: '至 {at}', underParent: '由上级告警代表', inhibited: '受其他告警抑制', views: '列表内容', view: { queue: '当前', shelved: '已搁置', suppressed: '合并与抑制' }, empty: { shelved: '没有搁置的告警', suppressed: '没有被合并或抑制的告警' }, rate: '过去 10 分钟新增 {n} 条', merged: '每秒 {n} 条变化，合并为每秒 {passes} 次刷新，只看得到最新状态；紧急告警随到随显', calmParts: '地图、曲线和统计放慢到每 {s} 秒一次', slow: '这台电脑此刻每秒只画得出 {n} 帧，刷新已放慢；告警一条不少，声音照常', catchingUp: '变化太快，正在追上 {n} 条', leftOut: '告警太多，最不急的 {n} 条没有显示', picked: '已选 {n} 条', ackPicked: '确认所选', unpick: '取消', showMore: '再显示 {n} 条', announce: '{n} 条告警需要处理', returned: '已恢复 · 无人确认', returnedText: '{at} 起，持续了 {time}', returnedCut: '已恢复、无人确认的只列出 {n} 条，查看全部' },
  bars: { title: '24 小时告警（每 15 分钟）', line: '虚线：每人每 10 分钟 10 条', none: '过去 24 小时没有告警', total: '共 {n} 条', totalCapped: '至少 {n} 条', summary: '过去 24 小时共 {n} 条告警，最多的 15 分钟有 {peak} 条', failed: '告警历史没有取到' },
  changes: { title: '最近变化', raised: '{message}', acked: '{who} 确认：{message}', cleared: '恢复：{message}', ended: '结束（{why}）：{message}', escalated: '升至{tier}：{message}', shelved: '{who} 搁置：{message}', device: '{device} {status}', none: '还没有变化' },
  alerts: {
    title: '告警', severity: '级别', message: '告警', place: '位置', raisedAt: '发生', lasted: '持续', state: '状态', tierColumn: '层级', count: '次数', value: '数值', action: '操作',
    anySeverity: '全部级别', anyArea: '全部区域', anyState: '全部状态', anyAck: '是否确认', handling: '确认情况', active: '未恢复', cleared: '已恢复', acked: '已确认', unacked: '未确认', reset: '清除条件',
    none: '没有符合条件的告警', loading: '正在读取', loadMore: '继续读取', shown: '共 {n} 条', shownMore: '已读 {n} 条，还有更多', shownCut: '仅显示最前 {n} 条，请用条件缩小范围', anyStanding: '搁置与抑制', standingLabel: '搁置与抑制', standing: '未恢复', back: '已恢复', ended: '已结束', shelved: '已搁置', grouped: '已合并', inhibited: '被抑制',
  },
  discard: {
    entries: { question: '放弃已经填写的内容？', yes: '放弃', stay: '继续填写' },
    passwords: { question: '密码还没有保存，以后不再显示。仍要离开？', yes: '离开', stay: '留下' },
    file: { question: '文件只试算过，还没有导入。仍要离开？', yes: '离开', stay: '留下' },
  },
  alert: {
    ruleGone: '规则已删除',
    silenceGroup: '多台设备同时失联',
    detail: '告警详情', device: '设备', openDevice: '打开设备', area: '区域', tier: '所在层级', raisedAt: '发生时间', lastAt: '最近一次', clearedAt: '恢复时间', endedAt: '结束时间', endedBy: '结束原因', value: '数值', threshold: '限值', count: '次数', rule: '触发规则', ackedBy: '确认人', timeline: '经过', comment: '备注', commentPlaceholder: '写一句备注，其他值守人员也看得到', send: '发送', close: '关闭', wholeArea: '整个区域', unack: '撤销确认', assignee: '派给', shelvedBy: '搁置', policy: '升级规则', policyOf: '{area} · 第 {n} 版', policyHub: '系统默认', since: '已持续 {time}', lasted: '持续了 {time}', back: '返回', notFound: '没有这条告警，或者它不在您的管辖范围内', facts: '详情', others: '这台设备的其他告警', noOthers: '这台设备没有其他告警', children: '由它代表的告警', underParent: '这条告警已合并，由一条上级告警代表。', openParent: '打开上级告警', inhibitedBy: '另一条告警说明了它的原因，处理那一条即可。', openCause: '打开那条告警',
    end: { 'out-of-service': '设备检修、未投用或已停用', 'device-removed': '设备已删除', 'rule-off': '规则已停用或改变', schedule: '规则的时段已过', superseded: '以边缘机的告警为准', moved: '设备已移到别的区域', other: '没有恢复' },
    change: { raised: '发生', regraded: '级别变为', repeated: '再次发生', acked: '确认', unacked: '撤销确认', commented: '备注', cleared: '恢复', ended: '结束', reraised: '又一次发生', assigned: '派单', shelved: '搁置', unshelved: '取消搁置', escalated: '升级', inhibited: '被另一条告警抑制', released: '抑制解除', grouped: '并入上级告警', ungrouped: '从上级告警移出', other: '有变化' },
  },
  devices: { title: '设备', name: '名称', area: '区域', kind: '类型', status: '状态', lastSeen: '最近上报', latest: '最新数值', search: '名称或编号', anyKind: '全部类型', anyStatus: '全部状态', anyArea: '全部区域', none: '没有符合条件的设备', shown: '{n} / {total} 台', loading: '正在读取设备', capped: '只读取了前 {n} 台', withRetired: '含已停用 {n} 台' },
  device: {
    latest: '最新数值', noValues: '还没有收到这台设备的数据', chart: '走势', range: { '1h': '1 小时', '6h': '6 小时', '24h': '24 小时', '7d': '7 天' }, rangeLabel: '时间范围', metricLabel: '指标', min: '最低', max: '最高', last: '最新', noPoints: '这段时间没有数据', live: '实时追加', notReporting: '设备未在上报', paused: '已停在断开时', chartFailed: '历史数据没有取到',
    events: '最近事件', noEvents: '24 小时内没有事件', refusals: '被拒收的数据', noRefusals: '没有被拒收的数据', lastRefused: '最近一次', rawPayload: '原始内容', payloadHidden: '含有个人生物特征，内容不保存', facts: '安装信息', alerts: '这台设备的告警', noAlerts: '没有告警', id: '设备编号', areaName: '所在区域', kind: '类型', codec: '协议', interval: '上报间隔', seconds: '{n} 秒', location: '坐标（WGS-84）', depth: '桶深', deadZone: '盲区', height: '安装高度', door: '门名称', gateway: '所属网关', externalId: '外部编号', topicPrefix: '主题前缀', payloadCodec: '字节格式', lastSeen: '最近上报', notFound: '没有这台设备，或者它不在您的管辖范围内', back: '返回设备列表', yes: '是', no: '否', nativeCodec: '原生 MQTT', times: '{n} 次', loading: '正在读取设备', onTopic: '主题', truncated: '走势图里最低与最高值都保留',
  },
  signIn: { title: '登录', subtitle: '智慧社区联动指挥', username: '用户名', password: '密码', submit: '登录', working: '正在登录', wrong: '用户名或密码不对，请重新输入', tooMany: '尝试次数太多，请等 {n} 秒后再试', unreachable: '连不上中心，请检查网络，或联系值班工程师', server: '中心出了问题，请稍后再试', missing: '请输入用户名和密码', expired: '登录已过期，请重新登录', show: '显示密码', hide: '隐藏密码' },
  error: { title: '操作没有成功', unreachable: '连不上中心，请稍后再试', timeout: '中心没有及时回答，请再试一次', retry: '重试', load: '数据没有取到' },
  notFound: { title: '没有这个页面', back: '回到总览' },
  unit: { percent: '%' },
};

type Filled<T> = { [K in keyof T]: T[K] extends string ? string : Filled<T[K]> };
export type Messages = Filled<typeof zhCN>;
