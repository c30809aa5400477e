/** Words of installing, importing and looking after devices; the shape that every other language has to fill. */
export const fieldZhCN = {
  install: {
    title: '安装', step: '安装 · 第 {n} 步', steps: { 1: '扫码', 2: '位置', 3: '安装信息', 4: '看数据' }, tab: '安装设备', next: '下一步', back: '上一步', another: '装下一台', console: '回到总览',
    reach: { connected: '已连上中心', offline: '手机没有网络', unreachable: '连不上中心', 'signed-out': '登录已过期' }, signIn: '重新登录', signInFirst: '登录后，等待的表单会自动发送',
    waiting: '{state}：{n} 份表单已保存在这部手机，联网后自动发送', waitingOnline: '{n} 份表单正在等待发送', nothingWaiting: '{state}：可以继续填，表单会先存在这部手机', sendNow: '现在发送', sending: '正在发送',
    refusedTitle: '一份表单没有被接受', refusedAt: '{at} 填写，{area}', discard: '删除这份表单', fix: '改好再发',
    delivered: '{name} 已认领', watch: '看数据', deliveredNote: '刚才保存的表单已经发送',
    scan: '扫描设备标签上的二维码', startScan: '打开摄像头', stopScan: '关闭摄像头', typed: '或者输入认领码', codePlaceholder: 'XXXX-XXXX-XXXX-XXXX', codeHint: '不分大小写；字母 O 当作 0，I 和 L 当作 1', notOurs: '这个二维码不是认领码，请找标签上写着认领码的那一个', scanned: '已读到认领码',
    camera: { insecure: '浏览器只在 HTTPS 或本机地址下允许用摄像头。请手工输入认领码，或请管理员打开 HTTPS。', denied: '没有摄像头权限。请在浏览器设置里允许，或手工输入认领码。', missing: '没有找到摄像头，请手工输入认领码。', busy: '摄像头正被别的程序占用，请关闭后再试，或手工输入认领码。', reader: '识别程序没有加载成功，请手工输入认领码。' },
    community: '社区', pickCommunity: '选择社区', grid: '网格', wholeCommunity: '整个社区', noAreas: '这部手机还没有区域数据。请先在有网络的地方打开一次本页。',
    locate: '用手机定位', locating: '正在定位', relocate: '重新定位', onMap: '或者在图上点一下', mapLabel: '{name}的轮廓，点选设备位置', noOutline: '这个区域没有轮廓，只能用手机定位',
    position: { insecure: '浏览器只在 HTTPS 或本机地址下允许定位。请在图上点选。', denied: '没有定位权限。请在浏览器设置里允许，或在图上点选。', unavailable: '手机此刻定不了位。请走到窗边再试，或在图上点选。', slow: '定位太慢，请再试一次，或在图上点选。' },
    place: { inside: '在{name}范围内', outside: '在{name}之外，离边界约 {m} 米。不在范围内不能验收。', unknown: '{name}没有轮廓，无法判断是否在范围内' }, accuracy: '精度 {m} 米', poorAccuracy: '精度只有 {m} 米，最好在图上点准', picked: '图上点选', noPlace: '还没有位置。没有位置也可以先装，但不能验收。', elsewhere: '定位在{name}', useThis: '改选{name}',
    kind: '这是什么设备', depth: '桶深（毫米）', deadZone: '盲区（毫米）', height: '安装高度（毫米）', door: '门的名称', doorPlaceholder: '例如 3 号楼东门', name: '设备名称（可不填）', namePlaceholder: '例如 北关 B-114', interval: '几分钟上报一次（可不填）',
    depthHint: '从传感器到桶底的距离', deadZoneHint: '传感器前方测不准的距离，见说明书', deadZoneTooLarge: '盲区要小于桶深', outOfRange: '请填 {min} 到 {max} 之间的整数',
    photo: '安装照片', takePhoto: '拍一张', retake: '重拍', dropPhoto: '不要照片', photoHint: '拍设备，不要拍人。照片会先在手机上缩小，并去掉拍摄地点等信息。', photoBad: '这个文件不是能读的图片', photoLost: '照片没有被接受，设备已认领',
    submit: '认领并看数据', submitOffline: '保存，联网后发送', submitting: '正在认领', savedTitle: '已存在这部手机', savedNote: '连上中心后自动发送。发送之后，认领码和照片会从手机上删除。', notStored: '手机存不下这份表单，请清理空间后再试',
    credentials: '设备的登录信息', credentialsOnce: '只显示这一次。丢了可以在设备页重新生成。', username: '用户名', password: '密码', copy: '复制', copied: '已复制', copyFailed: '复制不了，请手抄', asQr: '二维码里是同样的内容', seen: '已填进设备',
    received: '收到了，{age}前', receivedOld: '上一次是 {age}前', unread: '收到了，但读不懂', none: '还没有收到数据', checking: '正在查看', lost: '此刻看不到新数据：{why}', signal: '信号 {value} {unit}', every: '每 {interval}上报', everyMin: '{n} 分钟', everyS: '{n} 秒',
    device: '设备', bin: '桶深 / 盲区', location: '位置', rawState: '原始数据', decodedOk: '解码正常', decodedNot: '没有解出读数', raw: '原始', decoded: '读数', noRaw: '还没有', topic: '主题',
    accept: '验收通过，开始告警', accepting: '正在验收', wrong: '读数不对', acceptedTitle: '验收通过', acceptedNote: '{name}的告警从现在起有效', notYet: '还不能验收',
    wrongTitle: '读数哪里不对', wrongHint: '满溢度不对，多半是桶深或盲区填错了。改了之后，看下一次上报。', saveFacts: '保存', saved: '已保存，看下一次上报', leaveOpen: '以后再验收', closeWrong: '收起', offlineReady: '本页已存进手机，没有网络也能打开',
  },
  link: { title: '连接情况', online: '在线', late: '迟报', offline: '失联', waiting: '未接入', none: '没有设备', lateHint: '超过自己上报间隔的 {n} 倍还没有报', counts: '{online} 在线 · {late} 迟报 · {offline} 失联', all: '全部区域', map: '地图', hideMap: '收起地图', pick: '点一个社区，只看它的设备', filter: '只看{state}', unaccepted: '未验收', accepted: '已验收', anyAcceptance: '验收与否', anyGateway: '全部网关', noGateway: '直接接入', battery: '电量走势（7 天）', batteryFrom: '{from}% → {to}%', batteryNone: '7 天内没有电量数据', batteryDays: '照这样还能用约 {n} 天' },
  tabs: { all: '设备', discovered: '发现', label: '设备列表' },
  discovered: { none: '没有新发现的设备', noneHint: '网关带来陌生设备时，会在这里出现', gateway: '网关', externalId: '外部编号', model: '型号', seen: '最近', count: '消息数', claim: '认领', sample: '最近一条', claimed: '已认领 {name}', title: '认领发现的设备', unknownModel: '没有报型号', refresh: '刷新' },
  adding: { open: '添加设备', title: '添加设备', id: '设备编号', idHint: '小写字母、数字和连字符', name: '名称', kind: '类型', area: '社区或网格', codec: '协议', gateway: '所属网关', externalId: '外部编号', payloadCodec: '字节格式', topicPrefix: '主题前缀', interval: '上报间隔（秒）', none: '无', submit: '添加', done: '已添加 {name}', cancel: '取消', close: '关闭', missing: '请填写编号、名称和区域' },
  importing: {
    open: '批量导入', title: '批量导入设备', pick: '选择 CSV 文件', again: '换一个文件', template: '下载模板', hint: 'UTF-8 或 Excel 存的中文 CSV 都可以。先试算，不会改动任何设备。', checking: '正在试算', progress: '{done} / {total} 行', working: '正在导入', tooLarge: '文件超过 {n} MB，请分成几个',
    summary: '共 {n} 行', state: { create: '新建', created: '已新建', update: '更新', updated: '已更新', unchanged: '不变', error: '有错', failed: '有错', invalid: '有错', skipped: '跳过', other: '其他' }, line: '行', id: '编号', result: '结果', problems: '问题', noProblems: '没有问题',
    onlyErrors: '只看有错的行', chosen: '已选 {n} 行', chooseAll: '选中全部可导入的行', run: '导入 {n} 行', done: '导入完成', failedRows: '下载有错的行', credentials: '下载登录信息', credentialsOnce: '密码只在这里给一次，请现在下载', column: '{column}：{text}', truncated: '表里只列出前 {n} 行',
  },
  command: {
    title: '指令', report_now: '立即上报', set_interval: '改上报间隔', open_gate: '开门', interval: '间隔（秒）', send: '发送', confirmOpen: '确定要打开{name}吗？', confirm: '确定开门', cancel: '取消', none: '还没有发过指令', state: { pending: '等待回复', done: '已执行', failed: '没有成功', timed_out: '没有回复' }, by: '{who} · {at}', onlyNative: '只有原生协议的设备能收指令',
    every: '每 {n} 秒', twin: '设置与实际', desired: '要求的', reported: '设备报的', noTwin: '设备还没有报过自己的设置', same: '一致', differs: '还没有生效',
  },
  audit: {
    title: '记录', none: '还没有记录', hub: '中心',
    action: {
      device: { created: '新建设备', changed: '修改设备', deleted: '删除设备', 'credentials-rotated': '重新生成密码', 'claim-code-made': '生成认领码', claimed: '认领', accepted: '验收', 'photo-stored': '存入安装照片' },
      command: { sent: '发送指令', done: '指令已执行', failed: '指令没有成功', 'timed-out': '指令没有回复' }, events: { read: '查看事件' },
    },
  },
  labels: { open: '打印标签', tooMany: '一次最多 {n} 张，请先筛选', none: '没有设备' },
  care: { claimCode: '认领码', makeCode: '生成认领码', remakeCode: '重新生成', codeNote: '只能用一次。重新生成后，旧的作废。', codeLink: '扫码打开安装页', photo: '安装照片', noPhoto: '没有照片', credentials: '登录信息', rotate: '重新生成密码', rotateWarn: '旧密码立即失效，设备要换上新的才能再连接。', rotateSure: '确定重新生成', accepted: '已验收', unaccepted: '未验收：告警不计', openInstall: '去安装页验收' },
};
type Filled<T> = { [K in keyof T]: T[K] extends string ? string : Filled<T[K]> };
export type FieldMessages = Filled<typeof fieldZhCN>;
