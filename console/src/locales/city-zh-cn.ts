/** Words of the city's page. */
export const cityZhCN = {
  city: {
    title: '全市总览', lead: '数据由各街道平台汇总，市级只读', whole: '全部街道', loading: '正在读取', stale: '页面上的数据停留在 {at}，正在重连',
    metric: '指标', window: '时间粒度', span: '时间范围', windows: { '15m': '15 分钟', '1h': '1 小时', '1d': '1 天' }, spans: { day: '24 小时', week: '7 天', month: '31 天' },
    name: '街道', below: { subdistrict: '街道', community: '社区', grid: '网格' }, mean: '平均', range: '最低 – 最高', coverage: '数据完整率', coverageHint: '实收 ÷ 应收', fresh: '数据截至', devices: '在线 / 设备', alerts: '升级到市', chart: '各{level}对比 · {metric}', table: '对比表',
    total: '全市', totalOf: '{n}/{all} 个{level}有数据', noFigures: '这段时间没有数据', none: '还没有登记街道平台', noneBelow: '下面没有区域', noneHint: '登记一个街道平台，市级就从那里取数', openHub: '打开街道平台', down: '看下一级', up: '返回上一级', unacked: '{n} 条未确认', active: '{n} 条',
    late: '数据晚了 {age}', skew: '时钟快 {age}', skewBack: '时钟慢 {age}', withheld: '编号与其他街道重复，未汇总：{areas}',
    silent: '{name} 自 {at} 起没有消息', never: '{name} 从未有过消息', failing: '{name}：{why}', off: '{name} 已停止取数', allHeard: '{n} 个街道平台都有消息', since: '已 {age}',
    problem: { unreachable: '连不上', certificate: '证书不可信', timeout: '应答超时', token: '令牌被拒绝', forbidden: '令牌没有权限', missing: '版本太旧或网址不对', redirect: '被转到别处，请改网址', busy: '对方要求稍候', broken: '对方内部错误', garbage: '答复无法识别', foreign: '不是该街道的平台', settings: 'CA 文件读不到' },
    state: { ok: '正常', failing: '取数出错', silent: '没有消息', never: '从未有过消息', off: '已停用' },
    board: '升级到市的告警', noAlerts: '此刻没有升级到市的告警', unknownAlerts: '有街道没有消息，那里的告警可能没有到这里', ack: '确认', acked: '已确认', ackedAt: '{at} 已确认', cleared: '{at} 恢复', raisedAt: '{at} 发生', ackDone: '已确认，街道平台已收到', recent: '24 小时内恢复 {n} 条', place: '{subdistrict} · {area}',
    hubs: '街道平台', addHub: '登记街道平台', editHub: '修改街道平台', hubId: '街道编号', hubIdHint: '与街道平台里的区域编号一致', hubName: '名称', url: '网址', token: '令牌', tokenHint: '在街道平台用 city 角色创建；保存后不再显示', tokenKept: '已保存；留空则不变', caFile: 'CA 文件（可选）', caHint: '本服务器上的路径，自签证书时使用', detail: '取到哪一级', enabled: '取数', heardAt: '最近消息 {age}前', remove: '删除街道平台', removeWarn: '从它取来的全部数据也会删除', removeSure: '确定删除', saved: '已保存', missing: '编号、网址和令牌都要填',
  },
};
type Filled<T> = { [K in keyof T]: T[K] extends string ? string : Filled<T[K]> };
export type CityMessages = Filled<typeof cityZhCN>;
