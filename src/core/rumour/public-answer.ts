// In: what was said publicly about a claim, and how the claim stands. Out: what its page says first: being checked, answered,
// corrected, looked at again, taken back. Must not let a word stand that was withdrawn.
import type { Verdict } from '../notice.ts'
import type { NoticeState } from '../quake.ts'
import type { ClaimState } from './claim-states.ts'

export const ANSWER_STANDINGS = ['checking', 'answered', 'corrected', 'review', 'withdrawn', 'merged', 'ended'] as const
export type AnswerStanding = (typeof ANSWER_STANDINGS)[number]

export interface SaidPublicly {
  /** A first line stands. */
  isChecking: boolean
  claim: ClaimState
  /** Another claim's page answers for this one. */
  hasOther: boolean
  /** Rebuttals, newest first. */
  notices: readonly { state: NoticeState; report: number }[]
}

/** After an answer these mean that it is being looked at again: the page says so before anything else (rumours.md §2). */
const LOOKED_AT_AGAIN: readonly ClaimState[] = ['correction', 'drafting', 'signoff', 'approved']

export function judgeAnswer({ isChecking, claim, hasOther, notices }: SaidPublicly): AnswerStanding {
  const [newest] = notices
  if (newest === undefined) return hasOther ? 'merged' : isChecking ? 'checking' : 'ended'
  if (newest.state === 'withdrawn') return 'withdrawn'
  if (LOOKED_AT_AGAIN.includes(claim)) return 'review'
  return newest.report > 1 || notices.some(({ state }) => state === 'withdrawn') ? 'corrected' : 'answered'
}

/** Standings in which the newest answer is the bureau's word. */
export const STANDS: readonly AnswerStanding[] = ['answered', 'corrected', 'review']

/**
 * schema.org ClaimReview's reviewRating, 1 (false) to 5 (true). What has no basis, and what was true once, is as good as
 * false for whoever would act on it.
 */
export const RATINGS: Readonly<Record<Verdict, number>> = {
  不实: 1,
  旧闻重提: 2,
  缺乏依据: 2,
  部分不实: 3,
  属实: 5,
}

/** 《地震预报管理条例》第十四条: laws and rules that a text names, each once, in order. */
export function listLaws(texts: readonly string[]): string[] {
  const named = texts
    .join('\n')
    .matchAll(/《([^《》\n]{2,40})》((?:第[零一二三四五六七八九十百\d]{1,8}条(?:之[一二三四五])?[、和及]?){0,6})/gu)
  const laws = [...named].map(([, law = '', articles = '']) => `《${law}》${articles.replace(/[、和及]$/u, '')}`)
  return [...new Set(laws)].filter((law) => /法|条例|办法|规定|意见|预案|标准|GB/u.test(law)).slice(0, 12)
}
