// In: states and kinds of the record. Out: as the officer reads them; times in Beijing time, durations as people say them.
import { beijingParts, SECOND, type Instant } from '../../../core/instant.ts'
import type { NoticeKind, WithdrawalReason } from '../../../core/notice.ts'
import type { DeliveryState } from '../../../core/quake.ts'

export const KIND_NAMES: Readonly<Record<NoticeKind, string>> = {
  'quick-report': '自动速报',
  'formal-report': '正式速报',
  revision: '修订',
  correction: '更正',
  withdrawal: '撤回',
  'no-quake': '未发生地震',
  bulletin: '震情通报',
  science: '科普',
  announcement: '通知公告',
  rebuttal: '辟谣',
}

export const REASON_NAMES: Readonly<Record<WithdrawalReason, string>> = {
  'no-quake': '未发生地震',
  duplicate: '重复发布',
  'wrong-parameters': '参数有误',
  'not-natural': '不是天然地震',
  'drill-leak': '演练内容误发',
  'sent-in-error': '误操作发布',
}

export const CHANNEL_NAMES: Readonly<Record<string, string>> = {
  website: '网站',
  weibo: '微博',
  wechat: '微信',
  webpush: '推送',
  webhook: '合作方接口',
  robot: '值班群',
  sms: '值班短信',
  cap: '通用告警',
  'by-hand': '人工发布',
}

/** WeChat's three ways out; every other channel has one. */
const LEG_NAMES: Readonly<Record<string, string>> = { freepublish: '发布', mass: '群发', subscribe: '订阅通知' }

export function nameOutlet(channel: string, leg: string, outlet: string): string {
  const name = CHANNEL_NAMES[channel] ?? channel
  const way = LEG_NAMES[leg]
  return `${name}${way === undefined ? '' : `·${way}`}（${outlet}）`
}

/** tone: which colour and sign go with it. */
export const DELIVERY_WORDS: Readonly<Record<DeliveryState, { name: string; tone: 'ok' | 'wait' | 'bad' | 'soft' }>> = {
  queued: { name: '等待发送', tone: 'wait' },
  sending: { name: '正在发送', tone: 'wait' },
  pending: { name: '平台处理中', tone: 'wait' },
  unknown: { name: '未知，正在核对', tone: 'wait' },
  accepted: { name: '已发布', tone: 'ok' },
  failed: { name: '未成功，待人工处理', tone: 'bad' },
  superseded: { name: '已由新公告取代', tone: 'soft' },
  expired: { name: '过时未发', tone: 'soft' },
  cancelled: { name: '已取消', tone: 'soft' },
  refused: { name: '未发（停用或未批准）', tone: 'bad' },
  rehearsal: { name: '预演，未发出', tone: 'soft' },
}

const two = (n: number): string => String(n).padStart(2, '0')

/** 18:11:28 */
export function writeSecond(at: Instant): string {
  const { hour, minute, second } = beijingParts(at)
  return `${two(hour)}:${two(minute)}:${two(second)}`
}

/** 6月3日 18:11:28 */
export function writeMoment(at: Instant): string {
  const { month, day } = beijingParts(at)
  return `${month}月${day}日 ${writeSecond(at)}`
}

/** 36 秒, 12 分 06 秒, 3 小时 05 分. */
export function writeLength(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / SECOND))
  if (seconds < 60) return `${seconds} 秒`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} 分 ${two(seconds % 60)} 秒`
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} 小时 ${two(Math.floor((seconds % 3_600) / 60))} 分`
  return `${Math.floor(seconds / 86_400)} 天`
}

/** A short length with its fraction, for how fast a channel was: 0.35 秒. */
export function writeSpeed(ms: number): string {
  return ms < 10_000 ? `${(Math.max(0, ms) / SECOND).toFixed(1)} 秒` : writeLength(ms)
}

/** 28.52N 105.30E */
export function writePoint(latitude: number, longitude: number): string {
  const north = `${Math.abs(latitude).toFixed(2)}°${latitude < 0 ? 'S' : 'N'}`
  return `${north} ${Math.abs(longitude).toFixed(2)}°${longitude < 0 ? 'W' : 'E'}`
}
