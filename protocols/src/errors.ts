/**
 * Every error code a program can meet, with its HTTP status and a title per language. `detail` in the answer says what to do about it.
 * RFC 9457: the code is the problem's `code` member and the end of its `type`.
 */
export const ERRORS = {
  VALIDATION_FAILED: { status: 400, zh: '请求内容不符合要求', en: 'The request is not valid' },
  CURSOR_INVALID: { status: 400, zh: '翻页标记无效', en: 'The cursor is not valid' },
  UNAUTHENTICATED: { status: 401, zh: '请先登录', en: 'Sign in first' },
  CREDENTIALS_WRONG: { status: 401, zh: '用户名或密码不对', en: 'User name or password is wrong' },
  ORIGIN_REFUSED: { status: 403, zh: '请求来自其他网站', en: 'The request came from another site' },
  FORBIDDEN: { status: 403, zh: '当前角色无此权限', en: 'Your role may not do this' },
  NOT_FOUND: { status: 404, zh: '没有这个地址', en: 'There is nothing at this address' },
  AREA_NOT_FOUND: { status: 404, zh: '没有这个区域', en: 'No such area' },
  DEVICE_NOT_FOUND: { status: 404, zh: '没有这台设备', en: 'No such device' },
  ALERT_NOT_FOUND: { status: 404, zh: '没有这条告警', en: 'No such alert' },
  RULE_NOT_FOUND: { status: 404, zh: '没有这条规则', en: 'No such rule' },
  USER_NOT_FOUND: { status: 404, zh: '没有这个用户', en: 'No such user' },
  TOKEN_NOT_FOUND: { status: 404, zh: '没有这个令牌', en: 'No such token' },
  CLAIM_CODE_WRONG: { status: 404, zh: '认领码无效或已使用', en: 'The claim code is wrong or was used already' },
  PHOTO_NOT_FOUND: { status: 404, zh: '这台设备没有照片', en: 'The device has no photo' },
  AREA_EXISTS: { status: 409, zh: '区域编号已被使用', en: 'An area with this id exists' },
  DEVICE_EXISTS: { status: 409, zh: '设备编号已被使用', en: 'A device with this id exists' },
  EXTERNAL_ID_TAKEN: { status: 409, zh: '该网关下已有此外部编号的设备', en: 'A device with this external id exists behind this gateway' },
  TOPIC_PREFIX_TAKEN: { status: 409, zh: '主题前缀与其他网关重叠', en: 'The topic prefix overlaps that of another gateway' },
  STATUS_TRANSITION: { status: 409, zh: '设备当前状态不能这样变更', en: 'The device can not go to this status from where it is' },
  DEVICE_NOT_READY: { status: 409, zh: '设备尚不满足验收条件', en: 'The device can not be accepted yet' },
  DEVICE_CLAIMED: { status: 409, zh: '设备已被认领', en: 'The device has been claimed already' },
  USER_EXISTS: { status: 409, zh: '用户名已被使用', en: 'A user with this name exists' },
  ALERT_NOT_ACTIVE: { status: 409, zh: '告警已恢复', en: 'The alert has cleared already' },
  ALERT_STATE: { status: 409, zh: '告警当前状态不允许此操作', en: 'The alert is not in a state that allows this' },
  BODY_TOO_LARGE: { status: 413, zh: '请求内容过大', en: 'The request body is too large' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, zh: '不支持这种内容类型', en: 'The content type is not supported' },
  PARENT_LEVEL: { status: 422, zh: '上级区域的层级不对', en: 'The parent area is of the wrong level' },
  AREA_NOT_COMMUNITY: { status: 422, zh: '设备须放在社区或网格下', en: 'A device belongs to a community or a grid' },
  GATEWAY_WRONG: { status: 422, zh: '网关不存在或不是网关设备', en: 'The gateway does not exist or is no gateway' },
  TOPIC_PREFIX_WRONG: { status: 422, zh: '主题前缀不可用', en: 'The topic prefix can not be used' },
  METRIC_UNKNOWN: { status: 422, zh: '未知指标', en: 'Unknown metric' },
  TOO_MANY_REQUESTS: { status: 429, zh: '请求过于频繁', en: 'Too many requests' },
  INTERNAL: { status: 500, zh: '系统内部错误', en: 'Something went wrong inside the hub' },
  STORE_UNAVAILABLE: { status: 503, zh: '时序库暂不可用', en: 'The telemetry store is not available now' },
} as const;

export type ErrorCode = keyof typeof ERRORS;
