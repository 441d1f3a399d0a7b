// In: nothing. Out: what each error code of Weibo means for a post that was sent with it.
// Must not hold behaviour: the client turns a reaction into an outcome.
import { SECOND } from '../../src/core/instant.ts'
import { PROBE_AFTER } from './limits.ts'

export type Reaction =
  /** It may have been posted all the same. */
  | { act: 'unknown'; afterMs: number; why: string }
  | { act: 'retry'; afterMs: number; why: string }
  /** A quota: wait for the hour, then for the day. */
  | { act: 'rate'; why: string }
  /** Posting too often: at least a minute apart, three times. */
  | { act: 'too-often'; why: string }
  /** The same text stands there already: ours if this delivery has tried before. */
  | { act: 'duplicate'; why: string }
  /** Accepted without an id; visible in a minute or two. */
  | { act: 'late'; why: string }
  | { act: 'shorten'; why: string }
  | { act: 'auth'; why: string }
  | { act: 'operator'; why: string }
  /** Nothing there to delete. */
  | { act: 'gone'; why: string }

const shaky = (why: string): Reaction => ({ act: 'unknown', afterMs: PROBE_AFTER, why })
const busy = (why: string): Reaction => ({ act: 'retry', afterMs: 30 * SECOND, why })
const rate = (why: string): Reaction => ({ act: 'rate', why })
const person = (why: string): Reaction => ({ act: 'operator', why })
const renew = (why: string): Reaction => ({ act: 'auth', why })
const same = (why: string): Reaction => ({ act: 'duplicate', why })
const long = (why: string): Reaction => ({ act: 'shorten', why })

/** open.weibo.com/wiki/Error_code in the order of channels.md §1.5; codes are texts because replies spell them both ways. */
export const reactions: Readonly<Record<string, Reaction>> = {
  10001: shaky('系统错误'),
  10002: busy('服务暂不可用'),
  10003: shaky('远程服务错误'),
  // Let in again by the app's console, not by another text: the word waits for it.
  10004: renew('IP 受限：在应用后台核对服务器 IP'),
  10005: person('需要更高级别的应用权限'),
  10006: person('缺少参数，或应用未识别'),
  10008: person('参数错误'),
  10009: busy('任务过多'),
  10010: shaky('任务超时'),
  10011: shaky('RPC 错误'),
  10013: person('用户不合法'),
  10014: person('应用权限不足'),
  10016: person('缺少参数'),
  10017: person('参数不合法，或安全域名未绑定'),
  10018: person('请求体过长'),
  10020: person('接口不存在'),
  10021: person('HTTP 方法不对'),
  10022: rate('IP 请求超限'),
  10023: rate('用户请求超限'),
  10024: rate('用户对该接口请求超限'),
  20003: person('用户不存在'),
  20005: person('图片类型不对；本渠道不发图片，请报告此错'),
  20006: person('图片过大；本渠道不发图片，请报告此错'),
  20007: person('须用 multipart；本渠道不发图片，请报告此错'),
  20008: person('内容为空'),
  20012: long('超过 140 字'),
  20013: long('超过 300 字'),
  20015: person('帐号、IP 或应用异常，暂时无法发布'),
  20016: { act: 'too-often', why: '发布过于频繁' },
  20017: same('相似内容'),
  20018: person('含非法网址'),
  20019: same('相同内容'),
  20020: person('被判为广告'),
  20021: person('含违规内容，须人工处理，不得自动改写'),
  20022: person('IP 异常'),
  20031: person('需要验证码'),
  20032: { act: 'late', why: '发布成功，服务器延迟，一两分钟后可见' },
  20101: { act: 'gone', why: '不存在' },
  20102: person('不是本帐号的微博'),
  20109: person('缺少微博 id'),
  20111: same('重复内容'),
  21314: renew('授权已被使用'),
  21315: renew('授权已过期'),
  21316: renew('授权已被撤销'),
  21317: renew('授权被拒'),
  21318: renew('PIN 校验失败'),
  21319: renew('授权已被解除'),
  21321: renew('未审核应用的使用人数超限'),
  21322: renew('重定向地址不匹配'),
  21323: renew('授权请求不合法'),
  21324: renew('client_id 或 client_secret 不对'),
  21325: renew('授权凭据不合法'),
  21326: renew('客户端无权'),
  21327: renew('授权已过期'),
  21328: renew('不支持的 grant_type'),
  21329: renew('不支持的 response_type'),
  21330: renew('用户拒绝授权'),
  21331: renew('授权服务暂不可用'),
  21332: renew('授权无效'),
}

/**
 * The reaction to a code. Unlisted: the first digit decides (1 system, 2 service, Error_code page); a system error
 * may have come after the post, a service error is a refusal that a person reads.
 */
export function reactionTo(code: string): Reaction {
  const known = Object.hasOwn(reactions, code) ? reactions[code] : undefined
  if (known !== undefined) return known
  return code.length === 5 && code.startsWith('2') ? person('未登记的错误码，先看主页再处理') : shaky('未登记的错误码')
}

/** Code, meaning and Weibo's own words, for reasons. */
export function describeError(code: string, message: string): string {
  return `${code} ${reactionTo(code).why} ${message}`.trim()
}
