/** Words of acting on alerts: the wall, the alert page, notifications. */
export const wallZhCN = {
  act: {
    assign: '派单', shelve: '搁置', unshelve: '取消搁置', escalate: '升级', escalateTo: '升至{tier}', clear: '手动恢复', more: '更多操作', cancel: '取消', noteOptional: '说明（可不填）', noteMissing: '请写一句',
    title: { shelve: '搁置：{what}', assign: '派单：{what}', escalate: '升级：{what}', comment: '备注：{what}', clear: '手动恢复：{what}' },
    offline: '与中心的连接已断开，操作没有发出', fasterAck: '{who} 已先确认', isOver: '它已经恢复，只需确认或写备注', topTier: '已在最高层级，不能再升级', pickFirst: '还没有选中告警。按 X 选中，Shift+X 选中全部未确认',
    bulkDone: '已确认 {n} 条', bulkDoneOthers: '已确认 {n} 条，另有 {others} 条别人已先确认', bulkPart: '已确认 {n} 条，{failed} 条没有成功：{why}',
  },
  shelve: {
    howLong: '搁置多久', for: { '15min': '15 分钟', '1h': '1 小时', '8h': '8 小时', shift: '到本班结束' }, until: '至 {at}', reason: '原因', reasonPlaceholder: '写明原因，或点选下面一项', missing: '请写明搁置的原因', note: '到时自动回到列表',
    reasons: { repair: '已派人维修', known: '情况已知，等待处理', works: '施工影响', faulty: '疑似传感器误报' },
  },
  assign: { who: '派给谁', onDuty: '{tier}值班 · {shift} · 至 {at}', me: '自己', other: '或其他人（姓名或用户名）', now: '现在由 {who} 处理', takeBack: '收回', nobody: '此刻没有排班', noDuty: '值班表没有取到，可以直接输入姓名', missing: '请选一个人' },
  escalate: { what: '升级后由{tier}负责，重新计时，并通知那里的值班人员。' },
  clear: { what: '确认现场已经恢复时才手动恢复。记录里会留下您的名字。', why: '依据' },
  bulk: { title: '确认 {n} 条告警', confirm: '确认 {n} 条', note: '确认表示已经有人看到并负责处理，声音和升级计时随之停止。' },
  keys: { title: '键盘操作', move: '下一条、上一条', ack: '确认，并移到下一条', shelve: '搁置', assign: '派单', escalate: '升级', comment: '备注', pick: '选中', pickAll: '选中全部未确认', ackPicked: '确认选中的；选中之后按 A 也是', open: '打开告警', escape: '取消选中，关闭窗口', help: '显示本页' },
  flood: { title: '告警洪峰：10 分钟内 {n} 条新告警', advice: '自 {at} 起。先处理紧急，其余可用 Shift+X 选中后一并确认。', adviceTouch: '自 {at} 起。先处理紧急，其余可勾选后一并确认。' },
  tiers: { after: '{severity} {time}未确认', again: '再 {time}', step: '{severity} {time}' },
  timeline: {
    acked: '{who} 确认', unacked: '{who} 撤销确认', commented: '{who} 备注', assigned: '{who} 派给 {assignee}', taken: '{assignee} 接手', unassigned: '{who} 收回派单',
    shelved: '{who} 搁置', shelvedUntil: '{who} 搁置至 {at}', unshelved: '{who} 取消搁置', escalated: '超时未处理，升至{tier}', escalatedBy: '{who} 升级至{tier}', clearedBy: '{who} 手动恢复',
    note: { maintenance: '检修：{what}', otherRule: '改由规则 {what} 判断', noRule: '规则不再适用于这台设备', otherThing: '规则改为判断别的内容', moved: '设备移到 {what}，指派随之取消', removed: '规则或设备已删除', hours: '规则的时段已过', edgeHas: '边缘机也发出了同样的告警，以那一条为准', unwatched: '设备未投用、检修中或已停用', backInService: '设备恢复使用，告警仍在', chattering: '反复发生和恢复，合为一条', onDuty: '值班：{what}', nobody: '此刻没有人值班' },
  },
  moment: { title: '{metric} · 前后走势', titleNone: '前后走势', raised: '发生', regraded: '改级', acked: '确认', escalated: '升级', cleared: '恢复', noDevice: '这是整个区域的告警，没有单台设备的走势', noMetric: '这条告警不是由数值触发的', unknown: '这条告警当时的规则已查不到，不知道看的是哪个指标', choose: '看这台设备的数值' },
  measure: { up: '{time}内上升 {value}', down: '{time}内下降 {value}', index: '空气质量指数 {value}', times: '{n} 次', timesWithin: '{time}内 {n} 次', silent: '{time}没有上报', often: '{limit}，{time}内 {n} 次' },
  notify: { on: '浏览器通知已开', off: '浏览器通知已关', denied: '浏览器不允许通知，请在浏览器的网站设置里允许', unsupported: '这个浏览器不支持网页通知', insecure: '浏览器只在 HTTPS 或本机地址下允许通知', many: '{n} 条新告警', manyBody: '数量太多，不再逐条通知' },
};
