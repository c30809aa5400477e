/** Words of rules, their editor and the back-test; the shape that every other language has to fill. */
export const rulesZhCN = {
  ops: {
    title: '规则与值守', label: '规则与值守的页面', group: { duty: '值守', setup: '设置' }, cancel: '取消', save: '保存', saving: '正在保存', edit: '修改', delete: '删除', close: '关闭', loading: '正在读取', add: '新建', everywhere: '全部区域', saved: '已保存', forbidden: '您的角色不使用这些页面', forbiddenHere: '您的角色不使用“{section}”这一页', adminOnly: '“{section}”只由管理员管理',
    section: { handover: '交接班', kpi: '告警指标', shifts: '班次', maintenance: '检修窗口', rules: '规则', policies: '升级策略', calendar: '节假日', channels: '通知渠道' },
  },
  weekday: { 1: '周一', 2: '周二', 3: '周三', 4: '周四', 5: '周五', 6: '周六', 7: '周日' }, weekdayShort: { 1: '一', 2: '二', 3: '三', 4: '四', 5: '五', 6: '六', 7: '日' },
  rules: {
    lead: '同一族里，范围最近的一条生效', count: '{n} 条，停用 {off} 条', add: '新建规则', none: '还没有规则', back: '返回规则', missing: '没有这条规则', missingText: '没有编号为 {id} 的规则，可能已被删除。', someBeyond: '超出{area}的规则，您只能查看。要在本区域另定限值，请打开一条，点“{nearer}”。', beyond: '这条规则超出{area}，您只能查看。点上方的“{nearer}”，可为本区域另立一条，在本区域优先生效。', default: '出厂规则', changedBy: '第 {n} 版 · {who} · {at}', inForce: '第 {n} 版生效中 · {who}', nearer: '为小范围另立一条', switch: '启用 {name}', switchedOn: '{name} 已启用', switchedOff: '{name} 已停用，它的告警随之恢复',
    gone: '找不到 {ids}（可能已删除）', goneAll: '找不到 {ids}（可能已删除），管不到任何设备', restored: '这是登录过期前填写、还没有保存的内容。', dropRestored: '放弃，显示生效中的',
    subject: { waste_bin: '垃圾桶', gates: '门禁与车闸', env_sensor: '环境监测', gateway: '网关', several: '多类设备' },
  },
  ruleWords: {
    comma: '，', semicolon: '；', pause: '、', or: ' 或 ', and: '，且', brackets: '（{text}）', h: '{n} 小时', min: '{n} 分钟', s: '{n} 秒', figure: '{value} {unit}', threshold: '{metric} {bands}', band: '{limit} {severity}', range: '{metric}{bands}', rangeBand: '低于 {low} 或高于 {high} {severity}',
    silence: '超过自身上报间隔的 {n} 倍没有上报：{severity}', combined: '{when}：{severity}', aqi: '实时空气质量指数', noise: '噪声{bands}（{class} 类声环境，昼 {day} / 夜 {night} dB(A)）', overLimit: '超过限值 {severity}', over: '超限 {over} dB {severity}', single: '{what}：{severity}',
    clearBelow: '低于 {limit} 恢复', clearAbove: '不低于 {limit} 恢复', clearWithin: '回到 {low} 至 {high} 恢复', clearNoise: '低于限值 {deadband} dB 恢复', clearOn: '出现“{events}”恢复', clearAfter: '最后一次过后 {time}自动恢复', neverClears: '不会自动恢复', clearsAsRaised: '条件消失即恢复',
    outside: '{metric}低于 {low} 或高于 {high}', isTrue: '{metric}为“是”', isFalse: '{metric}为“否”', rises: '{metric} {time}内上升 {by}', falls: '{metric} {time}内下降 {by}', count: '{time}内有 {n} 次{what}', event: '出现“{event}”', events: '{time}内出现 {n} 次“{event}”', none: '没有出现（{parts}）',
    onDelay: '持续 {time}才告警', offDelay: '平稳 {time}才恢复', noDelay: '立即', andMore: '{names} 等 {n} 个', nextDay: '次日 ', workdays: '周一至周五', weekend: '周末', holidays: { only: '仅节假日', except: '节假日除外' }, always: '全天', everywhere: '全部', noFamily: '自成一族', noInhibition: '无', manualClear: '可人工恢复', noManualClear: '只能自动恢复', enabled: '启用', disabled: '停用',
  },
  ruleFacet: { name: '名称', condition: '条件', clearing: '恢复', delays: '延时', kinds: '设备类型', scope: '范围', schedule: '时段', family: '规则族', inhibition: '被谁抑制', manualClear: '人工恢复', message: '告警文字', enabled: '状态' },
  ruleType: {
    threshold: { name: '越限', hint: '数值越过一道或几道限值；越重，级别越高' }, range: { name: '超出区间', hint: '数值太低或太高' }, state: { name: '状态', hint: '是或否，例如倾倒' }, change: { name: '变化过快', hint: '短时间内上升或下降太多' }, count: { name: '多次越限', hint: '一段时间内有若干个数值越限' },
    event: { name: '事件', hint: '设备送来的事件，例如强行开启' }, silence: { name: '失联', hint: '设备太久没有上报' }, combined: { name: '组合条件', hint: '同一台设备上的几个条件一起判断' }, aqi: { name: '空气质量指数', hint: '按 HJ 633-2026，由小时均值算实时指数' }, noise: { name: '噪声超标', hint: '按 GB 3096-2008，昼夜限值不同' },
  },
  ruleForm: {
    new: '新建规则', basics: '名称与文字', name: '名称', inChinese: '中文', inEnglish: '英文', id: '编号', idHint: '小写字母、数字和连字符，以后不能改', idFixed: '编号不能改', message: '告警上的文字', messageHint: '{device} 换成设备名，{value} 换成数值，{limit} 换成限值', condition: '什么情况告警', type: '类型', metric: '指标',
    side: '方向', direction: { above: '达到或超过', below: '低于' }, trend: { up: '上升', down: '下降' }, class: '声环境类别', classHint: '设备安装信息里写了类别的，以设备为准', noiseClass: '{class} 类：昼 {day} / 夜 {night} dB(A)', bands: '分级', bandsHint: '由轻到重；越过更重的一道，同一条告警升级', under: '低于', orOver: '或高于', reaches: '达到', overLimitBy: '超过限值', low: '下限', high: '上限', limit: '限值', remove: '去掉', addBand: '加一道限值',
    clearAt: '恢复值', clearAtHint: '与限值之间留出回差，避免反复告警', deadband: '回差', deadbandHint: '要回到区间以内这么多，才算恢复', deadbandNoiseHint: '要低于限值这么多分贝，才算恢复', equals: '等于', changes: '变化', counts: '次数', within: '时间窗', withinSuffix: '内', by: '变化量', count: '次数', times: '次', event: '事件', clearOn: '出现这些事件即恢复', noEvent: '不看事件', clearAfter: '之后自动恢复', clearAfterHint: '留空：不自动恢复', intervals: '多久算失联', intervalsHint: '按各设备自己的上报间隔', fold: '倍间隔',
    seconds: '秒', asMinutes: '= {n} 分钟', asHours: '= {n} 小时', onDelay: '持续多久才告警', onDelayHint: '避免一闪而过的数值', offDelay: '平稳多久才恢复', offDelayHint: '避免反复告警与恢复', manualClear: '人工恢复', manualClearText: '允许值守人员手动恢复', local: '就地判断', localText: '由社区边缘机判断，与中心断开时也告警', tree: '条件', treeHint: '{n} / {max} 个条件', opLabel: '组合方式', op: { all: '全部满足', any: '任一满足', not: '都没有出现' }, removeGroup: '去掉这一组', addCondition: '加条件', addGroup: '加一组', leaf: { compare: '比较', outside: '超出区间', change: '变化过快', state: '状态', event: '事件' },
    scope: '管到谁', kinds: '设备类型', areas: '区域', areasHint: '选中一级，其下都算', profiles: '社区类型', devices: '指定设备', togetherHint: '区域、社区类型、设备都填时，须同时符合', everywhere: '全部区域', anyProfile: '全部类型', allDevices: '不指定', family: '规则族', ownFamily: '自成一族', familyHint: '同族只有一条生效：设备优先于网格、社区、街道、市、社区类型、设备类型', inhibitedBy: '这些规则告警时，本条不响', inhibitedByHint: '看同一台设备或它的网关', none: '无',
    schedule: '什么时段', zone: '北京时间', hours: '钟点', onlyHours: '只在', crossesMidnight: '跨过零点，算在开始的那一天', weekdays: '星期', everyDay: '不选：每天', holidaysLabel: '节假日', holidays: { any: '不区分', except: '节假日除外', only: '仅节假日' }, meaning: '这条规则的意思', notYet: '填完、没有错处后，这里用一句话念给您听', faults: '还有 {n} 处要改',
  },
  ruleFault: {
    deviceGone: '找不到设备 {ids}（可能已删除）；请从这里去掉，或改选别的设备', areaGone: '找不到区域 {ids}（可能已删除）；请从这里去掉，或改选别的区域',
    beyondArea: '您管理{area}的规则：请选其中的区域或设备', idTaken: '编号 {id} 已有规则在用，请换一个', idMissing: '请填编号', idWrong: '只能用小写字母、数字和连字符，最多 32 个，以字母或数字开头', nameMissing: '请填名称，中文和英文都要', nameZhMissing: '请填中文名称', nameEnMissing: '请填英文名称', messageMissing: '请填告警上的文字，中文和英文都要', messageZhMissing: '请填中文的告警文字', messageEnMissing: '请填英文的告警文字', messageUnknown: '{word} 填不上；这条规则可用 {known}，括号要成对', bandsGrade: '更重的一道，级别不能比前一道轻', bandsSame: '和前一道是同一级别，越过它什么也不会变；请换一个级别，或去掉这一道', neverBelow: '“{metric}”不会低于 {min}，永远不会告警', neverOutside: '{min} 至 {max} 是“{metric}”的全部范围，没有数值在它之外，永远不会告警', hoursFrom24: '24:00 就是第二天的 0:00；请从 00:00 开始', kindsMissing: '至少选一类设备', hoursEmpty: '开始和结束不能是同一个钟点', figureMissing: '请填数字', figureWrong: '这不是数字', outOfRange: '要在 {min} 到 {max} 之间，设备报不出别的值', whole: '请填 {min} 到 {max} 的整数',
    metricStranger: '所选设备里有的不报“{metric}”', eventStranger: '所选设备里有的没有事件“{event}”', noMetric: '所选设备没有共同的、适合这种规则的指标', sensorsOnly: '这种规则只看环境监测设备', notBoolean: '这个指标是数字，请选是非类的指标', notNumber: '这个指标只有是和否，请用“状态”', bandsMissing: '至少要有一道限值', bandsRise: '要由轻到重，比上一道 {before} 更高', bandsFall: '要由轻到重，比上一道 {before} 更低', bandsWiden: '要由轻到重，比上一级的区间更宽', crossed: '下限要小于上限',
    clearAbove: '不能高于第一道限值 {limit}，否则一边告警一边恢复', clearBelow: '不能低于第一道限值 {limit}，否则一边告警一边恢复', negative: '不能小于 0', deadbandSwallows: '回差太大，没有一个数值能算恢复', notPositive: '要大于 0', tooMuch: '这个指标最多变化 {max}', eventMissing: '请选事件', clearsItself: '触发它的事件不能同时让它恢复', neverClears: '请给出恢复的事件，或自动恢复的时间', tooManyLeaves: '最多 {max} 个条件', emptyGroup: '有一组里还没有条件',
  },
  rulePreview: { title: '影响范围', counting: '正在数', waiting: '填完、没有错处后，这里显示会影响多少台设备', of: '/ {total} 台设备', affects: '将影响 {n} / {total} 台设备', everything: '这条规则会影响全部 {n} 台设备。若不是本意，请收窄范围。', nobody: '没有设备符合这个范围，规则不会起作用', ofKind: '{kind} {n} 台', named: '“{name}”{n} 台', overrides: '取代 {rules}', overridden: '其中 {n} 台由更近的规则管：{rules}', first: '正在数影响的设备', failed: '没能数出影响的设备，暂时不能保存：{why}', again: '再数一次' },
  ruleSave: {
    open: '保存', titleNew: '启用这条规则之前', titleChange: '修改生效之前', sure: '我知道它会影响全部 {n} 台设备', create: '新建，立即生效', change: '修改，立即生效', disabled: '规则处于停用，保存后不会告警', done: '{name} 已保存并生效', delete: '删除', deleteTitle: '删除“{name}”？', deleteWarn: '它的未恢复告警会随之恢复；各版本的记录会保留。', deleted: '{name} 已删除',
    conflict: '您编辑时，{who} 在 {at} 存了第 {n} 版。您的还没有保存。', conflictDifferences: '从对方的到您的，有这些不同：', takeTheirs: '用对方的，放弃我的', keepMine: '用我的覆盖对方的',
  },
  ruleVersions: { title: '版本', version: '第 {n} 版', created: '{who} 新建', changed: '{who} 修改', deleted: '{who} 删除', same: '内容没有不同' },
  backtest: {
    title: '回测', began: '存下的历史从 {at} 才开始，下面只说明那之后的时间', most: '最多一天 {n} 条', lead: '回测：用存下的历史试一遍', days: '最近 {n} 天', start: '开始回测', again: '再测一次', cancel: '停止', waiting: '规则填完、没有错处才能回测', read: '{devices} 台设备，{samples} 个数值', failed: '回测没有完成', cancelled: '回测已停止', outdated: '规则在回测之后又改过，下面是改之前的结果', alerts: '告警', perDay: '每天', devicesWith: '出过告警的设备', flood: '洪峰时间占比', candidate: '这一版', inForce: '生效中的', noneInForce: '没有生效中的版本可比', chart: '每天的告警数',
    examples: '例子', noExamples: '这段时间不会有告警', noChart: '这个例子没有可画的数值', stillStood: '到最后仍未恢复', limit: '限值 {value}', shaded: '阴影：告警持续的时间',
  },
};
type Filled<T> = { [K in keyof T]: T[K] extends string ? string : Filled<T[K]> };
export type RulesMessages = Filled<typeof rulesZhCN>;
