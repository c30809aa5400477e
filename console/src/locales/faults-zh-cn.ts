/** Words for what in a form does not fit its schema (`FieldFault`): what is wrong, and what the members are called; the shape that every other language has to fill. */
export const faultsZhCN = {
  fieldFault: {
    at: '{field}：{what}', join: '；', path: ' · ', item: '第 {n} 项', body: '内容', more: '还有 {n} 处',
    required: '没有填', additionalProperties: '系统不认识这一项', type: '格式不对', enum: '不在可选范围内', minimum: '不能小于 {limit}', maximum: '不能大于 {limit}',
    minLength: '至少 {limit} 个字', maxLength: '最多 {limit} 个字', minItems: '至少 {limit} 项', maxItems: '最多 {limit} 项', uniqueItems: '有重复', depth: '条件组最多嵌套 {limit} 层', other: '不符合要求',
    pattern: { id: '只能用小写字母、数字和连字符，最多 32 个，不能以连字符开头', not_blank: '要有能看见的文字', not_turned: '不能含有改变文字方向的控制字符', time_of_day: '应写成 时:分，例如 08:00', other: '写法不对' },
  },
  fieldName: {
    ackWithinS: '多久未确认就升级', allowPrivate: '允许内网地址', area: '区域', areas: '区域', assignee: '派给', bands: '级别', by: '变化幅度', caFile: '证书文件', class: '声环境功能区', clearAfterS: '自动恢复时间', clearAt: '恢复值', clearOn: '恢复事件',
    count: '次数', critical: '紧急', date: '日期', days: '日期', deadband: '恢复余量', detail: '细到哪一级', devices: '设备', direction: '方向', durationS: '时长', en: '英文', enabled: '启用', end: '结束', equals: '取值', event: '事件', events: '事件', family: '规则族', from: '开始',
    high: '上限', holidays: '节假日', hours: '时段', id: '编号', ids: '告警', info: '提示', inhibitedBy: '抑制来源', intervals: '上报间隔的倍数', isEnabled: '启用', kind: '类型', kinds: '设备类型', lang: '语言', limit: '限值', local: '就地判断', low: '下限', major: '重要',
    manualClear: '可人工恢复', message: '告警文字', metric: '指标', minSeverity: '最低级别', minor: '次要', name: '名称', note: '说明', of: '条件', offDelayS: '恢复延时', onDelayS: '触发延时', op: '组合方式', over: '超出', profiles: '社区类型', reason: '原因',
    resolveWithinS: '确认后多久未恢复再升级', rule: '规则', schedule: '生效时间', scope: '范围', secret: '密钥', severity: '级别', start: '开始', tier: '层级', tiers: '层级', to: '结束', token: '令牌', type: '类型', until: '截止时间', updatedAt: '修改时间', updatedBy: '修改人',
    url: '地址', users: '值班人员', validFrom: '启用日期', validTo: '停用日期', version: '版本', warning: '警告', weekdays: '星期', when: '条件', withinS: '时间窗', zh: '中文',
  },
};
