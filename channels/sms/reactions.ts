// In: a vendor's error code. Out: what it means for the message.
// Must not send anything. Sources: help.aliyun.com/document_detail/101346 (API错误码) and cloud.tencent.com/document/api/382/59177.
import { MINUTE, SECOND } from '../../src/core/instant.ts'
import type { SmsConfig } from './config.ts'

export type Reaction =
  /** The vendor's own trouble: it may have sent. */
  | { act: 'unknown'; why: string }
  | { act: 'retry'; afterMs: number; why: string }
  | { act: 'auth'; why: string }
  | { act: 'operator'; why: string }
  /** True for longer than an alarm is news. */
  | { act: 'giveup'; why: string }

const unknown = (why: string): Reaction => ({ act: 'unknown', why })
const retry = (afterMs: number, why: string): Reaction => ({ act: 'retry', afterMs, why })
const auth = (why: string): Reaction => ({ act: 'auth', why })
const operator = (why: string): Reaction => ({ act: 'operator', why })
const giveUp = (why: string): Reaction => ({ act: 'giveup', why })

/** A code, or what stands before its first dot for all that begin so. */
export const reactions: Readonly<Record<SmsConfig['kind'], Readonly<Record<string, Reaction>>>> = {
  aliyun: {
    'isp.SYSTEM_ERROR': unknown('阿里云系统错误'),
    InternalError: unknown('阿里云内部错误'),
    ServiceUnavailable: unknown('阿里云服务不可用'),
    SignatureNonceUsed: unknown('随机数已用过'),
    Throttling: retry(10 * SECOND, '调用过快'),
    'isv.BUSINESS_LIMIT_CONTROL': retry(MINUTE, '同一号码发送过多'),
    'isv.DAY_LIMIT_CONTROL': giveUp('今日发送量已到控制台所设上限'),
    'isv.MONTH_LIMIT_CONTROL': giveUp('本月发送量已到控制台所设上限'),
    InvalidAccessKeyId: auth('AccessKey 不存在或已停用'),
    SignatureDoesNotMatch: auth('签名不符：AccessKey Secret 有误'),
    IncompleteSignature: auth('签名不完整'),
    InvalidTimeStamp: auth('时钟相差过大'),
    Forbidden: auth('AccessKey 无权发送短信'),
    NoPermission: auth('AccessKey 无权发送短信'),
    'isp.RAM_PERMISSION_DENY': auth('AccessKey 无权发送短信'),
    'isv.ACCOUNT_NOT_EXISTS': auth('账号不存在'),
    'isv.ACCOUNT_ABNORMAL': operator('账号异常'),
    'isv.OUT_OF_SERVICE': operator('欠费停机'),
    'isv.AMOUNT_NOT_ENOUGH': operator('余额不足'),
    'isv.PRODUCT_UN_SUBSCRIPT': operator('没有开通短信服务'),
    'isv.PRODUCT_UNSUBSCRIBE': operator('没有开通短信服务'),
    'isv.DENY_IP_RANGE': operator('出口地址不在中国内地'),
    'isv.SMS_TEMPLATE_ILLEGAL': operator('模板不存在或未通过审核'),
    'isv.SMS_SIGNATURE_ILLEGAL': operator('签名不存在或未通过审核'),
    'isv.SMS_SIGN_ILLEGAL': operator('签名禁止使用'),
    'isv.SIGN_STATE_ILLEGAL': operator('签名不可用'),
    'isv.SMS_SIGNATURE_SCENE_ILLEGAL': operator('签名与模板类型不符'),
    'isv.TEMPLATE_MISSING_PARAMETERS': operator('parameters 与模板的变量不符'),
    'isv.TEMPLATE_PARAMS_ILLEGAL': operator('变量含模板不收的内容'),
    'isv.INVALID_JSON_PARAM': operator('变量不合法'),
    'isv.INVALID_PARAMETERS': operator('参数不合法'),
    'isv.PARAM_LENGTH_LIMIT': operator('变量过长，请按模板改小 longest'),
    'isv.PARAM_NOT_SUPPORT_URL': operator('变量不收网址'),
    'isv.BLACK_KEY_CONTROL_LIMIT': operator('变量含禁用词'),
    'isv.SMS_CONTENT_ILLEGAL': operator('内容被禁止'),
    'isv.MOBILE_NUMBER_ILLEGAL': operator('号码不合法'),
    'isv.MOBILE_COUNT_OVER_LIMIT': operator('号码过多'),
    'isv.DOMESTIC_NUMBER_NOT_SUPPORTED': operator('国际模板不发内地号码'),
  },
  tencent: {
    InternalError: unknown('腾讯云内部错误'),
    RequestLimitExceeded: retry(10 * SECOND, '调用过快'),
    LimitExceeded: giveUp('发送量已到上限'),
    'LimitExceeded.PhoneNumberThirtySecondLimit': retry(31 * SECOND, '同一号码 30 秒内只发一条'),
    'LimitExceeded.DeliveryFrequencyLimit': retry(MINUTE, '发送过于频繁'),
    'LimitExceeded.PhoneNumberCountLimit': operator('号码过多'),
    'LimitExceeded.PhoneNumberOneHourLimit': giveUp('同一号码本小时已到上限'),
    'LimitExceeded.PhoneNumberDailyLimit': giveUp('同一号码今日已到上限'),
    'LimitExceeded.PhoneNumberSameContentDailyLimit': giveUp('同一号码今日相同内容已到上限'),
    AuthFailure: auth('密钥或签名不被承认，或时钟相差超过五分钟'),
    UnauthorizedOperation: operator('没有权限（白名单、欠费或应用停用）'),
    FailedOperation: operator('短信未能提交'),
    'FailedOperation.SignatureIncorrectOrUnapproved': operator('签名有误或未通过审核'),
    'FailedOperation.TemplateIncorrectOrUnapproved': operator('模板有误或未通过审核'),
    'FailedOperation.TemplateParamSetNotMatchApprovedTemplate': operator('parameters 与模板的变量不符'),
    'FailedOperation.InsufficientBalanceInSmsPackage': operator('套餐余量不足'),
    'FailedOperation.ContainSensitiveWord': operator('内容含敏感词'),
    'FailedOperation.PhoneNumberInBlacklist': operator('号码在免打扰名单中'),
    InvalidParameterValue: operator('参数不合法'),
    'InvalidParameterValue.TemplateParameterLengthLimit': operator('变量过长，请按模板改小 longest'),
    'InvalidParameterValue.ContentLengthLimit': operator('短信过长，请改小 longest'),
    'InvalidParameterValue.IncorrectPhoneNumber': operator('号码格式不对'),
    UnsupportedOperation: operator('不支持'),
  },
}

/** By the code itself, by what stands before its first dot; an unlisted one is an answered refusal, for a person to read. */
export function reactionTo(kind: SmsConfig['kind'], code: string, message: string): Reaction {
  const table = reactions[kind]
  const find = (key: string): Reaction | undefined => (Object.hasOwn(table, key) ? table[key] : undefined)
  // Its message names the rule: 触发分钟级流控Permits:1, 触发小时级流控Permits:5, 触发天级流控Permits:40.
  if (code === 'isv.BUSINESS_LIMIT_CONTROL' && /小时级|天级|hour|day/i.test(message))
    return giveUp('同一号码本小时或今日已到上限')
  return find(code) ?? find(code.split('.', 1)[0] ?? '') ?? operator('未登记的错误码')
}
