// In: states of the register, names of credentials, limits. Out: as people read them.
// Must not decide anything.
import { speaks, type EntryState, type EntryStep } from '../../../core/channel-register.ts'
import { beijingParts, type Instant } from '../../../core/instant.ts'
import type { LimitStanding } from '../../../store/outlet-standing.ts'

export const STATE_WORDS: Readonly<Record<EntryState, string>> = {
  applied: '已申请，待批准',
  approved: '已批准，待启用',
  running: '运行',
  adjusting: '运行，调整待批准',
  closing: '运行，关闭待批准',
  closed: '已关闭',
  'turned-down': '未获批准',
}

export const STEP_WORDS: Readonly<Record<EntryStep, string>> = {
  apply: '申请',
  approve: '批准',
  'turn-down': '不予批准',
  start: '启用',
  adjust: '申请调整',
  close: '申请关闭',
}

export type Tone = 'ok' | 'wait' | 'bad' | 'soft'

/** How an account stands in the register; own pages and partners need no entry. */
export function describeEntry(
  state: EntryState | null,
  { isAccount, inherited, needed }: { isAccount: boolean; inherited: boolean; needed: boolean },
): { words: string; tone: Tone } {
  if (!isAccount) return { words: '不属平台账号，无需登记', tone: 'soft' }
  const rest = inherited ? '，登记以前已在用' : needed ? '，不得发布' : ''
  if (state === null) return { words: `未登记${rest}`, tone: needed || inherited ? 'bad' : 'soft' }
  if (speaks(state)) return { words: STATE_WORDS[state], tone: state === 'running' ? 'ok' : 'wait' }
  return { words: `${STATE_WORDS[state]}${rest}`, tone: needed ? 'bad' : 'wait' }
}

const CREDENTIAL_WORDS: Readonly<Record<string, string>> = {
  accessToken: '访问令牌',
  secret: '密钥',
  previousSecret: '上一个密钥（更换期间）',
  callbackToken: '回调令牌',
  encodingAesKey: '消息加解密密钥',
  url: '机器人地址',
  accessKeyId: '阿里云 AccessKey ID',
  accessKeySecret: '阿里云 AccessKey Secret',
  secretId: '腾讯云 SecretId',
  secretKey: '腾讯云 SecretKey',
  phones: '值班手机号（以逗号分开）',
}

export const nameCredential = (name: string): string => CREDENTIAL_WORDS[name] ?? name

const WINDOWS = { minute: '本分钟', hour: '本小时', day: '今日' } as const

/** 今日剩 88 次（共 100 次，其中 10 次留给撤回和正式报） */
export function describeLimit({ api, max, used, window, reserve }: LimitStanding): string {
  const kept = reserve > 0 ? `，其中 ${reserve} 次留给撤回和正式报` : ''
  const which = api === '*' ? '' : `${api} `
  return `${which}${WINDOWS[window]}剩 ${Math.max(0, max - used)} 次（共 ${max} 次${kept}）`
}

/** How little is left of the limit that is nearest to its end: 今日剩 98 / 100 次 */
export function describeTightest(limits: readonly LimitStanding[]): string {
  const share = ({ max, used }: LimitStanding): number => (max - used) / max
  const [first] = limits.toSorted((a, b) => share(a) - share(b))
  return first === undefined
    ? '不限'
    : `${WINDOWS[first.window]}剩 ${Math.max(0, first.max - first.used)} / ${first.max} 次`
}

/** True when only what is kept for withdrawals and formal reports is left. */
export const isShort = ({ max, used, reserve }: LimitStanding): boolean => max - used <= reserve

/** 2026年3月1日 */
export function writeDay(at: Instant): string {
  const { year, month, day } = beijingParts(at)
  return `${year}年${month}月${day}日`
}
