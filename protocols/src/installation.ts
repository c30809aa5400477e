import type { CodecName, DeviceKind } from './devices.js';
import type { RefusalReason } from './refusals.js';

/** How the arrival of a device's readings stands, and in words what to do when nothing comes. */
export const DIAGNOSES = {
  receiving: { zh: '数据正常到达', en: 'Readings are arriving' },
  never_connected: { zh: '从未连接：请检查电源、网络、服务器地址和端口；经网关接入的，请检查网关', en: 'Never connected: check power, network, server address and port, and the gateway if there is one' },
  wrong_password: { zh: '用户名对，密码不对：请重新输入认领时给出的密码', en: 'The user name is right and the password is wrong: enter the password given when it was claimed' },
  connected_but_silent: { zh: '已连接，但还没有发来数据：请检查上报间隔，或手动触发一次上报', en: 'It has connected and sent nothing yet: check its reporting interval, or make it report once' },
  wrong_topic: { zh: '主题不对：请核对主题中的街道、社区和设备编号', en: 'Wrong topic: compare sub-district, community and device id in the topic' },
  no_topic_prefix: { zh: '网关没有主题前缀：它转发的数据都会被拒收，请设置 topicPrefix（例如 application/5）', en: 'The gateway has no topic prefix and all it forwards is refused: give it a `topicPrefix`, such as application/5' },
  unknown_codec: { zh: '收到数据但无法解码：请核对协议、字节格式和安装信息', en: 'Data arrives and can not be decoded: check protocol, payload codec and installation facts' },
  payload_refused: { zh: '收到数据但内容被拒绝：原因见下', en: 'Data arrives and its content is refused; the reason is below' },
  clock_off: { zh: '设备时钟不准：请校时，或不发送时间戳', en: 'The clock of the device is off: set it, or send no timestamp' },
} as const;
export type DiagnosisCode = keyof typeof DIAGNOSES;

const BY_REFUSAL: Partial<Record<RefusalReason, DiagnosisCode>> = {
  unknown_topic: 'wrong_topic', no_topic_prefix: 'no_topic_prefix', not_your_topic: 'wrong_topic', wrong_area: 'wrong_topic',
  bad_time: 'clock_off', too_old: 'clock_off',
  malformed_bytes: 'unknown_codec', missing_object: 'unknown_codec', not_for_us: 'unknown_codec', missing_birth: 'unknown_codec', unknown_unit: 'unknown_codec', missing_install: 'unknown_codec',
};
/** What a refusal says about the installation. */
export const diagnosisOf = (reason: RefusalReason): DiagnosisCode => BY_REFUSAL[reason] ?? 'payload_refused';

/** Is this a gateway that carries nothing? A native one without a prefix is a device like others, and Hikvision panels post over HTTP. */
export const lacksTopicPrefix = ({ kind, codec, topicPrefix }: { kind: DeviceKind; codec: CodecName; topicPrefix?: string }): boolean =>
  kind === 'gateway' && topicPrefix === undefined && codec !== 'native' && codec !== 'hikvision';

/** What a device may still lack before it can be accepted. */
export const ACCEPTANCE_CONDITIONS = {
  no_reading: { zh: '认领后还没有收到合理的读数', en: 'no plausible reading has come since it was claimed' },
  no_location: { zh: '没有位置', en: 'it has no location' },
  outside_area: { zh: '位置不在所属网格或社区的边界内', en: 'its location is outside the boundary of its area' },
} as const;
export type AcceptanceCondition = keyof typeof ACCEPTANCE_CONDITIONS;
