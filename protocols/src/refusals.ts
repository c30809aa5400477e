/** Why a message or a value was refused. Stable keys: they are counted, shown on the device's page and exported as a metric label. */
export const REFUSAL_REASONS = {
  payload_too_large: { zh: '负载过大：上限 64 KiB，海康面板带图片时 768 KiB', en: 'Payload is too large: 64 KiB at most, 768 KiB for a Hikvision post with its pictures' },
  frame_too_large: { zh: '数据帧超过 256 KiB，连接已断开', en: 'Frame is larger than 256 KiB; the connection was closed' },
  malformed_json: { zh: '不是合法的 JSON', en: 'Payload is not valid JSON' },
  wrong_type: { zh: '字段类型不对', en: 'A field has the wrong type' },
  missing_values: { zh: '缺少 values', en: 'There is no `values` object with at least one value' },
  too_many_readings: { zh: '一条消息超过 1,000 个读数', en: 'More than 1,000 readings in one message' },
  too_deep: { zh: 'JSON 嵌套过深', en: 'JSON is nested too deeply' },
  forbidden_key: { zh: '含有不允许的键名', en: 'A key is not allowed' },
  unknown_metric: { zh: '未知指标', en: 'Unknown metric' },
  not_finite: { zh: '数值不是有限数', en: 'Number is not finite' },
  out_of_range: { zh: '数值超出合理范围', en: 'Value is outside the plausible range' },
  bad_time: { zh: '时间戳无效', en: 'Timestamp is not a whole number of milliseconds' },
  clock_ahead: { zh: '设备时钟快了 5 分钟以上，已按中心时间存储', en: 'Device clock is more than 5 min ahead; stored with the hub\'s time' },
  too_old: { zh: '时间早于保留期', en: 'Timestamp is older than the retention period' },
  bad_event: { zh: '事件缺少有效的 id 或 type', en: 'Event has no valid `id` or `type`' },
  biometric: { zh: '含有人脸或生物特征数据，不予接收', en: 'Carries a face image or biometric data, which is never accepted' },
  malformed_bytes: { zh: '字节数据无法解码', en: 'Bytes can not be decoded' },
  missing_object: { zh: '没有可解码的数据，也未指定字节格式', en: 'Nothing to decode: no decoded object, and the device names no payload codec' },
  unknown_unit: { zh: '单位未知或无法换算', en: 'The unit is not known or can not be converted' },
  missing_install: { zh: '缺少桶深或盲区等安装信息', en: 'Bin depth or dead zone has not been captured at installation' },
  missing_birth: { zh: '缺少节点的 BIRTH 消息，已请求重发', en: 'The node has not announced what this is; a rebirth was asked for' },
  not_for_us: { zh: '未识别的消息类型', en: 'A message type this codec does not read' },
  bad_uplink: { zh: '边缘网关的上行数据无法识别', en: 'The batch of an edge can not be read' },
  unknown_topic: { zh: '主题不存在', en: 'Topic is not one the hub knows' },
  no_topic_prefix: { zh: '网关没有主题前缀（topicPrefix），无法接入设备', en: 'The gateway has no `topicPrefix`, so it can carry nothing' },
  not_your_topic: { zh: '主题属于其他设备', en: 'Topic belongs to another device' },
  wrong_area: { zh: '主题中的街道或社区与登记不符', en: 'Sub-district or community in the topic is not where the device is registered' },
  unknown_device: { zh: '设备未登记', en: 'Device is not registered' },
  retired_device: { zh: '设备已停用', en: 'Device is retired' },
} as const;

export type RefusalReason = keyof typeof REFUSAL_REASONS;
export const isRefusalReason = (text: string): text is RefusalReason => Object.hasOwn(REFUSAL_REASONS, text);

/** A refusal with where in the payload it happened, such as a metric key; never the value of a person's credential. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly detail?: string;
}
