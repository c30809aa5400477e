/** Words of shifts, policies, maintenance, channels and reports; the shape that every other language has to fill. */
export const dutyZhCN = {
  shifts: {
    lead: '谁在值班，由班次决定；告警升级时通知当班的人', tier: '{tier}级', until: '到 {at}，还有 {left}', standsIn: '由{area}的班次代管', nobody: '此刻没有人值班', week: '一周班次 {from} – {to}', before: '前一周', after: '后一周', thisWeek: '本周', all: '全部班次', everyDay: '每天', always: '一直', none: '还没有班次', gaps: '本周空 {n} 小时', gap: '{from} 到 {to} 没有人值班', now: '现在', add: '新建班次', edit: '修改班次',
    name: '班次名称', namePlaceholder: '例如 早班', tierLabel: '层级', area: '区域', time: '时间', start: '开始', end: '结束', hours: '共 {n} 小时', overnight: '到次日，共 {n} 小时', users: '值班人员', usersHint: '看得到这个区域告警的人', pickUsers: '选择人员', validity: '有效期', validityHint: '留空：一直有效；最后一天算在内', validFrom: '第一天', validTo: '最后一天', holidays: { any: '不区分', except: '节假日除外', also: '节假日也值班，不论星期', only: '只在节假日' }, onHolidays: { except: '节假日除外', also: '节假日也值班', only: '只在节假日' }, holidaysHint: '以“节假日”页为准；调休上班的周末，归周一至周五都选了的班次', overlap: '与“{name}”（{start}–{end}）时间重叠，两班会同时当值', deleteWarn: '删除后，这个时间不再有人值班。', deleteSure: '确定删除',
  },
  shiftFault: { nameMissing: '请填名称', areaMissing: '请选区域', weekdaysMissing: '至少选一天', timeMissing: '请填开始和结束时间', usersMissing: '至少要有一个人', userWrong: '用户名只有小写字母、数字、点、下划线和连字符', validityBackwards: '最后一天不能早于第一天' },
  policies: {
    lead: '没有人确认，告警就升到上一级；最近的区域说了算', area: '区域', from: '来自', default: '出厂设置', own: '本区域自定，第 {n} 版', inherited: '沿用{area}', makeOwn: '单独设定', ack: '{time}未确认', resolve: '确认后 {time}未恢复', never: '不升级', saved: '升级策略已保存，新告警起生效', note: '修改只对之后的告警起作用；正在走的时钟按发生时的版本走。到市级为止。', title: '{area}的升级策略', ownState: '本区域自定的第 {n} 版 · {who} · {at}', inheritedState: '现在沿用{area}的策略。保存后，本区域用自己的。', defaultState: '现在用出厂设置。保存后，本区域用自己的。',
    ackWithin: '多久未确认就升级', resolveWithin: '确认后多久未恢复再升级', minutes: '分钟', emptyHint: '留空：这一级别不升级', colon: '：', noneEscalates: '全部留空：这个区域的告警都不会升级', takeBack: '取消自定，改用上级的', saveOwn: '保存为本区域的',
  },
  policyFault: { figureWrong: '这不是数字', minutesRange: '要大于 0，最多 7 天（10080 分钟）', resolveAlone: '先填多久未确认就升级', resolveShort: '多久未恢复再升级，不能短于多久未确认就升级' },
  overtaken: { lead: '您编辑时，{who} 在 {at} 改过，您的还没有保存。现在是：', takenBack: '您编辑时，这个区域自定的策略被取消了，您的还没有保存。现在是：', line: '{what}：{value}', empty: '没有', more: '另有 {n} 处', take: '用现在的，放弃我的', keep: '在现在的上面保留我的改动' },
  calendar: { lead: '规则和班次里的节假日与调休，以这里为准', undo: '撤销改动', before: '前一年', after: '后一年', brush: '点日子标为', holiday: '节假日', workday: '调休上班', name: '名称，例如 国庆节', count: '今年标了 {n} 天', month: { 1: '1 月', 2: '2 月', 3: '3 月', 4: '4 月', 5: '5 月', 6: '6 月', 7: '7 月', 8: '8 月', 9: '9 月', 10: '10 月', 11: '11 月', 12: '12 月' } },
  maintenance: {
    lead: '检修期间，这些设备不产生告警', plan: '安排检修', open: '进行中与计划中', past: '已结束', none: '没有安排检修', planned: '检修已安排', endedNow: '检修已结束，告警恢复', state: { running: '进行中', planned: '计划', ended: '提前结束', over: '已结束' }, all: '{area}全部设备', left: '还剩 {time}', begins: '{time}后开始', endedAt: '{at} 提前结束', by: '{who} · {at}', endNow: '现在结束', callOff: '取消计划', endTitle: '现在结束检修？', endWarn: '结束之后，这些设备立即恢复告警。',
    what: '哪些设备', wholeArea: '整个区域', devices: '指定设备', time: '时间', from: '开始', to: '结束', reason: '原因', reasonPlaceholder: '例如 更换门锁，施工单位现场', effect: '期间 {n} 台设备不产生告警', sure: '整个街道或城市在这段时间没有告警，我已确认', planSave: '安排',
  },
  maintenanceFault: { areaMissing: '请选区域', devicesMissing: '请选设备', timeMissing: '请填开始和结束时间', backwards: '结束要晚于开始', past: '结束时间已经过去', tooFar: '最多提前一年安排，请核对开始的年份', tooLong: '最长一年', reasonMissing: '请写原因，值守人员看得到' },
  channels: {
    lead: '告警怎样传到网页以外', add: '新建渠道', edit: '修改渠道', none: '还没有通知渠道；告警只在网页上响', refresh: '刷新', type: { webhook: 'Webhook', wecom: '企业微信机器人', dingtalk: '钉钉机器人', email: '电子邮件' }, signed: '已签名', state: { off: '停用', failing: '发不出去', waiting: '有消息在等', unused: '还没有发过', working: '正常' }, tells: '{area} · {severity}及以上 · {tiers} · {events}', event: { raised: '发生', regraded: '级别变化', escalated: '升级', cleared: '恢复' }, waiting: '等待发送', lastSent: '最近发出', test: '发测试消息', testing: '正在发送', testOk: '测试消息已送达', testFailed: '测试消息没有送达 · {error}',
    typeLabel: '类型', name: '名称', to: '收件人', toHint: '输入一个地址后按回车', url: { webhook: '接收地址', wecom: '机器人地址', dingtalk: '机器人地址', email: '地址' }, urlHint: '地址里的密钥保存后不再显示', urlKept: '现在发往 {host}；留空不改', secret: '签名密钥', secretHint: '填了就用它签名（HMAC-SHA256）', secretKept: '已有密钥；留空不改', reach: '内网地址', allowPrivate: '允许访问内网地址', privateWarn: '它将能访问内网与本机地址。只在接收方确实在内网时打开。', area: '区域', severity: '级别', from: '{severity}及以上', tiers: '层级', events: '什么时候通知', lang: '语言', deleteWarn: '删除后，还在等待的消息也不再发送。', deleteSure: '确定删除',
  },
  channelFault: { nameMissing: '请填名称', urlMissing: '请填地址', urlWrong: '要以 http:// 或 https:// 开头的地址', toMissing: '至少一个收件人', toWrong: '有的不是邮件地址', tiersMissing: '至少选一级', eventsMissing: '至少选一项' },
  outbox: { title: '发件箱', anyChannel: '全部渠道', anyState: '全部状态', none: '没有消息', at: '时间', what: '告警', channel: '渠道', stateLabel: '状态', attempts: '次数', error: '上次出错', state: { waiting: '等待', sent: '已发', given_up: '已放弃', withdrawn: '已撤回' }, sentAt: '{at}', inDigest: '{at} 合并发出', nextAt: '{at} 再试', alert: '打开告警', goneChannel: '已删除的渠道', more: '更早的消息' },
  handover: {
    lead: '一班交给下一班的全部内容', pickShift: '选一个班次', shift: '班次', run: '{tier}级 {name} {from} – {to}', print: '打印', title: '{area} · 交接班报告', allClear: '没有未恢复的告警要交接。', leaves: '交给下一班 {open} 条未恢复的告警：{unacked} 条没有人确认，{shelved} 条搁置中。', figure: { raised: '发生', acked: '确认', cleared: '恢复', escalated: '升级' }, unacked: '没有人确认', open: '已确认，还没恢复', shelved: '搁置中', shelvedUntil: '{who} 搁置到 {at}', movesIn: '{time}后升级', movesNow: '即将升级', assigned: '派给 {who}', since: '{at} 起，{time}', left: '另有 {n} 条没有列在这里', showMore: '再列一些', inList: '在告警列表里看', unnamed: '同类还有 {n} 条', oldest: '最早 {at} 起，{time}', worst: '最重：', manyMovedTo: '同类 {n} 条升至{tier}级，到 {until}', earlier: '更早的 {n} 条没有列出', eventsCut: '升级与备注各只有最近的 {n} 条', returned: '已恢复，一直没有人确认', clearedAt: '{at} 恢复', unseen: '另有 {n} 条已恢复、一直没有人确认。', ended: '另有 {n} 条因检修、设备移除或规则变动而结束，不算恢复。', soFar: '（统计到 {at}）', lacks: { shifts: '班次没有取到，报告按上面的时间', calendar: '节假日没有取到，班次按没有节假日的一周排' },
    events: '升级与备注', noEvents: '本班没有升级，也没有备注', movedTo: '升至{tier}级', wroteOnMany: '{who} 对这条和另外的一共 {n} 条告警备注', wrote: '{who}', quote: '：“{note}”', people: '谁确认了多少', nobodyAcked: '本班没有人确认过告警', ackedTimes: '{n} 条', median: '中位 {time}', made: '{who} 生成于 {at}', signOff: '交班', signOn: '接班',
  },
  rangeFault: { timeMissing: '请填开始和结束时间', backwards: '结束要晚于开始', tooLong: '最长 92 天', future: '这段时间还没有到' },
  kpi: {
    lead: '按 ISA-18.2 看告警系统好不好用', days: '{n} 天', operators: '值守人数', operatorsWrong: '值守人数要填 1 到 100 的整数', summary: '共 {n} 条新告警，{operators} 人值守', allGood: '各项都达到目标', off: { bad: '没有达到目标：{figures}', near: '没有达到目标，但相差不大：{figures}' }, verdict: { good: '达标', near: '相差不大', bad: '未达标', none: '—' }, withinMost: '未超上限', side: { near: '接近', above: '偏高', below: '偏低', none: '—' },
    figure: { mean: '平均每人每 10 分钟', max: '最多的 10 分钟（每人）', flood: '洪峰时间占比', stale: '持续超过 24 小时', chattering: '反复告警', ackMedian: '确认用时（中位）', ackP95: '确认用时（95%）', clearMedian: '恢复用时（中位）', clearP95: '恢复用时（95%）' }, target: { mean: '目标约 1，最多 2', max: '目标不超过 10', flood: '目标低于 1 %', stale: '目标少于 5', chattering: '目标 0' }, timesOf: '确认过的 {acked} 条、恢复了的 {cleared} 条的用时',
    slots: '每 10 分钟的新告警', mostInSlot: '最多 10 分钟 {n} 条', slotsGathered: '每 10 分钟的新告警（每柱取其中最多的）', floodLine: '虚线：洪峰，{n} 条', spread: '轻重分布', spreadTarget: '竖线：目标 80 / 15 / 5', spreadNear: '相差 {n} 个百分点以内为接近', priority: { low: '低', medium: '中', high: '高' }, worst: '最吵的', worstHint: '先治它们', noWorst: '没有', goneRule: '已不在的规则', goneRuleNamed: '{name}（已删除）',
  },
};
type Filled<T> = { [K in keyof T]: T[K] extends string ? string : Filled<T[K]> };
export type DutyMessages = Filled<typeof dutyZhCN>;
