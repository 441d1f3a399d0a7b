// In: states and durations of the record. Out: the words people read on pages.
// Must not print a number without its unit, nor a date without its year where the year may matter.
import { beijingParts, type Instant } from '../../core/instant.ts'
import type { NoticeState } from '../../core/quake.ts'

const KINDS: Readonly<Record<string, string>> = {
  'quick-report': '自动速报',
  'formal-report': '正式速报',
  revision: '修订',
  correction: '更正',
  withdrawal: '撤回',
  'no-quake': '未发生地震',
}
const STATES: Readonly<Record<NoticeState, string>> = {
  current: '现行有效',
  superseded: '已有更新',
  withdrawn: '已撤回',
}
const DELIVERIES: Readonly<Record<string, string>> = {
  queued: '等待发送',
  sending: '正在发送',
  pending: '平台处理中',
  unknown: '未知，正在核对',
  accepted: '已发布',
  failed: '未成功，待人工处理',
  superseded: '已由新公告取代',
  expired: '过时未发',
  cancelled: '已取消',
  refused: '未发（已停用）',
  rehearsal: '预演，未发出',
}
const CHANNELS: Readonly<Record<string, string>> = {
  website: '网站',
  weibo: '微博',
  wechat: '微信',
  webhook: '合作方接口',
  robot: '值班群',
  webpush: '推送',
  cap: 'CAP',
}

export function wordOf(kind: string): string {
  return KINDS[kind] ?? kind
}
export function stateWord(state: NoticeState): string {
  return STATES[state]
}
export function deliveryWord(state: string): string {
  return DELIVERIES[state] ?? state
}
/** 自动 or 正式, as the source's code says. */
export function evaluationWord(evaluation: string): string {
  return evaluation === 'reviewed' ? '正式' : '自动'
}
export function channelWord(channel: string): string {
  return CHANNELS[channel] ?? channel
}

const two = (n: number): string => String(n).padStart(2, '0')

/** 18:13, Beijing time. */
export function writeMinute(at: Instant): string {
  const p = beijingParts(at)
  return `${two(p.hour)}:${two(p.minute)}`
}

/** 2017年6月3日 18时13分05秒, Beijing time. */
export function writeTime(at: Instant): string {
  const p = beijingParts(at)
  return `${p.year}年${p.month}月${p.day}日 ${two(p.hour)}时${two(p.minute)}分${two(p.second)}秒`
}

/**
 * A duration as people say it: 0.35 秒, 12 分 06 秒, 2 小时 05 分. Negative ones (clock trouble) as 不足 0 秒; 0.00 秒 would
 * not be believed.
 */
export function writeDuration(ms: number): string {
  if (ms < 0) return '不足 0 秒'
  if (ms < 10) return '不足 0.01 秒'
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)} 秒`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} 秒`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} 分 ${two(seconds % 60)} 秒`
  return `${Math.floor(seconds / 3_600)} 小时 ${two(Math.floor((seconds % 3_600) / 60))} 分`
}
