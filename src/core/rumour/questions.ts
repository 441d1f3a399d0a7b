// In: what a message asserts, how it stands to it. Out: whether it only asks and spreads nothing; words prepared for an answer.
// Must not answer by itself: a person chooses, and says nothing about what will come (DESIGN L8).
import { beijingParts, HOUR, type Instant } from '../instant.ts'
import { findForbidden } from '../rendering/word-guard.ts'
import { matchClaims } from './claim-match.ts'
import type { SheetAnswer } from './sheet-answers.ts'
import type { Signature } from './signature.ts'

/** 刚才是地震吗 asks whether something was; 听说今晚有8级是真的吗 brings a claim along, which goes its own way. */
const ASSERTS_NOTHING: readonly string[] = ['occurred', 'advice', 'other']

export function isBareQuestion({ kind, stance }: Pick<Signature, 'kind' | 'stance'>): boolean {
  return stance === 'ask' && ASSERTS_NOTHING.includes(kind)
}

/** Whether one answer may serve both: alike in words, or both ask of a shock just felt and no fact of theirs differs. */
export function asksTheSame(a: Signature, b: Signature): boolean {
  if (a.kind !== b.kind) return false
  const { band, slots } = matchClaims(a, b)
  if (band === 'auto' || band === 'suggest') return true
  return a.kind === 'occurred' && band === 'none' && !Object.values(slots).includes('conflict')
}

export const MOST_REPLY = 500

/** Why an answer may not go out, in Chinese; null when it may. */
export function findReplyFault(words: string): string | null {
  if (words === '') return '请写好答复'
  if (Array.from(words).length > MOST_REPLY) return `答复最多 ${MOST_REPLY} 字`
  const [first] = findForbidden(words)
  if (first === undefined) return null
  const why =
    first.rule === 'forecast'
      ? '含预测意见'
      : first.rule === 'blame'
        ? '指认责任或涉案事实'
        : '有没有填写的空白或前后不一'
  return `答复不能发出：${why}（${first.match}）`
}

/** A notice of the bureau's that answers many questions at once. */
export interface SaidNotice {
  title: string
  url: string
}

const two = (n: number): string => String(n).padStart(2, '0')

/** So long people ask of a quake as of the one just now. */
const FRESH_MS = HOUR

/** Words that a person may send; with the sheet and its version on which they rest ('' for none). */
export interface PreparedReply {
  words: string
  sheet: string
}

/**
 * Answers that a person may take as they are or change: from what the bureau has said, newest first, from the quake's fact
 * sheet, then the standing ones.
 */
export function prepareReplies(
  said: readonly SaidNotice[],
  sheet: { citation: string; answers: readonly SheetAnswer[]; originTime: Instant | null } | null,
  now: Instant,
): PreparedReply[] {
  const { hour, minute } = beijingParts(now)
  const at = `${two(hour)}:${two(minute)}`
  const known = sheet?.answers.map(({ answer }) => ({ words: answer, sheet: sheet.citation })) ?? []
  const notices = said.map(({ title, url }) => `本局已就此发布《${title}》，全文见 ${url} 。请以公告为准。`)
  const isHeard = sheet !== null && sheet.originTime !== null && now - sheet.originTime < FRESH_MS
  const standing = [
    `截至 ${at}，本局尚未收到中国地震台网就此作出的测定，正在核对。收到测定后将第一时间在本站和本局微博、微信发布。`,
    '您反映的情况已转值班人员核实，结果将在本站“辟谣”栏目公布，也可凭回执编号查询。',
    '地震预报由省级人民政府统一发布，本局没有收到、也没有发布这样的意见。请以本局公告为准，不要转发。',
  ]
  const plain = (words: string): PreparedReply => ({ words, sheet: '' })
  // Whoever asks of the shock just now is not told that nothing was determined while something was.
  return [...notices.map(plain), ...known, ...standing.slice(isHeard ? 1 : 0).map(plain)]
}
