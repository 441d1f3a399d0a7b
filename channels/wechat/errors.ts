// In: nothing. Out: what each errcode of the WeChat platform means for the call that got it.
// Must not hold behaviour: the legs turn a reaction into an outcome.
import { MINUTE } from '../../src/core/instant.ts'
import { KEYED_REPEAT_AFTER } from './limits.ts'

export type Reaction =
  /** The platform does not say whether it acted: harmless calls are repeated, effectful ones are unknown. */
  | { act: 'busy'; why: string }
  | { act: 'retry'; afterMs: number; why: string }
  /** Quota of the day: until midnight in Beijing. */
  | { act: 'tomorrow'; why: string }
  | { act: 'auth'; why: string }
  | { act: 'shorten'; why: string }
  | { act: 'operator'; why: string }
  | { act: 'giveup'; why: string }
  /** The media_id is not (any more) there: a consumed draft after a submit, a wrong cover before it. */
  | { act: 'media'; why: string }
  /** This clientmsgid was already sent: the reply holds its msg_id. */
  | { act: 'adopt'; why: string }
  /** This user only; the others go on. */
  | { act: 'user'; why: string }

const person = (why: string): Reaction => ({ act: 'operator', why })
const renew = (why: string): Reaction => ({ act: 'auth', why })
const bug = (why: string): Reaction => ({ act: 'operator', why: `${why}（程序或模板有误，请报告）` })
const user = (why: string): Reaction => ({ act: 'user', why })
const long = (why: string): Reaction => ({ act: 'shorten', why })
const listed = (codes: number[], reaction: Reaction): Record<string, Reaction> =>
  Object.fromEntries(codes.map((code) => [String(code), reaction]))

/** channels.md §2.1–§2.8, there with the vendor page of each; names from WxJava's WxMpErrorMsgEnum. */
export const reactions: Readonly<Record<string, Reaction>> = {
  '-1': { act: 'busy', why: '系统繁忙' },
  // §2.1: not executed; the token is renewed and the call replayed once before this stands.
  40001: renew('access_token 或 AppSecret 无效'),
  40014: renew('access_token 不合法'),
  42001: renew('access_token 已过期'),
  40013: renew('AppID 不合法'),
  40125: renew('AppSecret 不正确'),
  40243: renew('AppSecret 已冻结'),
  // Let in by an administrator, not by another text: the word waits for it.
  40164: renew('本机 IP 不在白名单，请在公众平台添加（约五分钟生效）'),
  ...listed([89501, 89503, 89506, 89507], renew('IP 有风险，请管理员在手机上确认')),
  48006: person('本月 clear_quota 次数已用完'),
  // §2.2 material
  ...listed([40004, 40005, 40006, 40008, 40009], person('素材类型或大小不合要求')),
  40007: { act: 'media', why: 'media_id 无效或已被使用' },
  45001: long('素材过大'),
  // §2.3 drafts, §2.8
  40033: bug('请求体含不合法字符'),
  ...listed([41001, 41002, 41003, 41004, 41005, 41006, 41007, 41008, 41009], bug('缺少参数')),
  ...listed([43001, 43002, 43003], bug('请求方法不对')),
  ...listed([44001, 44002, 44003, 44004], bug('内容为空')),
  47001: bug('请求体不是合法的 JSON'),
  45002: long('正文过长'),
  45003: long('标题过长'),
  45004: long('摘要过长'),
  45005: long('链接过长'),
  45006: long('图片链接过长'),
  45007: long('语音过长'),
  45008: long('图文过长'),
  ...listed([53402, 53403, 53404, 53405, 53406], person('封面裁剪参数不合要求')),
  // §2.4 publish
  53501: { act: 'retry', afterMs: MINUTE, why: '发布过于频繁' },
  53503: person('未通过发布检查，请在草稿箱人工发布'),
  53504: person('须在公众平台网页上发布'),
  53505: person('须先在公众平台人工保存草稿'),
  // §2.5 mass
  40059: person('消息 id 不合法'),
  45028: { act: 'giveup', why: '群发次数已用完，以发布页和订阅通知为准' },
  45065: { act: 'adopt', why: '这一 clientmsgid 已群发' },
  45066: { act: 'retry', afterMs: KEYED_REPEAT_AFTER, why: '同一 clientmsgid 重试过快' },
  45067: bug('clientmsgid 过长'),
  // §2.6 single people
  40003: user('openid 无效'),
  43004: user('用户未关注'),
  43019: user('用户在黑名单中'),
  43101: user('用户未订阅或次数已用完'),
  48002: user('用户拒收'),
  50005: user('用户未关注'),
  40037: person('模板 id 无效'),
  41030: person('page 路径无效'),
  47003: person('模板字段不合要求'),
  45015: user('超出客服消息时限'),
  45047: user('客服消息条数超限'),
  // §2.8 quotas and permissions
  45009: { act: 'tomorrow', why: '该接口当日额度已用完，可由管理员 clear_quota' },
  45011: { act: 'retry', afterMs: MINUTE, why: '调用太频繁' },
  48001: person('没有该接口权限'),
  48004: person('该接口被封禁'),
  48008: person('没有该类消息的权限'),
  50002: person('帐号受限'),
  61450: { act: 'busy', why: '系统错误' },
  61451: bug('参数错误'),
}

/** The reaction to an errcode. An unlisted one is an answered refusal, for a person to read. */
export function reactionTo(code: string): Reaction {
  const known = Object.hasOwn(reactions, code) ? reactions[code] : undefined
  return known ?? person('未登记的错误码')
}

/** Code and text of an answered refusal, for reasons. */
export function describeError(reply: { code: string; message: string }): string {
  return `${reply.code} ${reactionTo(reply.code).why} ${reply.message}`.trim()
}

/** A replay after these is safe: the platform refused the token before it looked at the call (§2.1). */
export const TOKEN_CODES: ReadonlySet<string> = new Set(['40001', '40014', '42001'])
