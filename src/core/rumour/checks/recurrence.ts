// In: a claim, claims that have come to rest. Out: whether the same was said before, which, and how it was answered.
// Must not call two claims the same in which a fact differs: the rules of matching decide, as for any two messages.
import { formatBeijing, type Instant } from '../../instant.ts'
import type { Verdict } from '../../notice.ts'
import { matchClaims } from '../claim-match.ts'
import { signMessage } from '../signature.ts'
import { findingOf, type Finding, type UsedRow } from './finding.ts'
import type { ClaimReading } from './reading.ts'

export interface ArchivedClaim {
  id: string
  title: string
  openedAt: Instant
  /** Of its last rebuttal; null where none was published. */
  verdict: Verdict | null
  /** The texts by which it is known. */
  texts: readonly string[]
}

const UNTRUE: readonly (Verdict | null)[] = ['不实', '缺乏依据', '旧闻重提']

export function checkRecurrence(claim: ClaimReading, archive: readonly ArchivedClaim[]): Finding {
  const own = claim.texts.map(({ text }) => signMessage(text))
  const found = archive.filter(({ texts }) =>
    texts.some((text) => {
      const signature = signMessage(text)
      return own.some((one) => matchClaims(one, signature).band === 'auto')
    }),
  )
  if (found.length === 0) return findingOf('recurrence', 'no-data', '归档的传言中没有相同的说法。')
  const rows = found.map(({ id, title, openedAt, verdict }): UsedRow => ({
    table: 'claim',
    id,
    says: `${formatBeijing(openedAt).slice(0, 10)} ${title}${verdict === null ? '（没有发布过认定）' : `（认定：${verdict}）`}`,
  }))
  const verdicts = [...new Set(found.flatMap(({ verdict }) => (verdict === null ? [] : [verdict])))]
  const words = `同样的说法此前出现过 ${found.length} 次${verdicts.length === 0 ? '，没有发布过认定' : `，曾认定：${verdicts.join('、')}`}。`
  // What was true once may be true again, or be old news: a person decides.
  const isOld = found.every(({ verdict }) => UNTRUE.includes(verdict))
  return findingOf('recurrence', isOld ? 'contradicts' : 'no-data', words, rows)
}
