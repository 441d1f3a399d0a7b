// In: what was said publicly about a claim, who was told, what is prepared for its kind. Out: the panel of public words on its page.
// Must not offer to another organisation what only the bureau does; what is public they may read.
import type { Instant } from '../../../core/instant.ts'
import { HAND_ENDS, LINE_END_NAMES, LINE_END_WORDS, writeFirstLine } from '../../../core/rumour/first-line.ts'
import { findInForce } from '../../../core/rumour/prepared.ts'
import { takesLine } from '../../../rumour/first-line.ts'
import type { ClaimRecord } from '../../../store/rumours/claims.ts'
import type { FirstLine } from '../../../store/rumours/lines.ts'
import type { PreparedRecord } from '../../../store/rumours/prepared.ts'
import type { WordReader } from '../../../store/rumours/words-told.ts'
import { writeHour } from '../roster-view.ts'

export interface AnswerPanel {
  claim: ClaimRecord
  /** The bureau's own staff look. */
  isWhole: boolean
  now: Instant
  line: FirstLine | null
  places: readonly string[]
  /** Code of the claim's public page; null while it has none. */
  code: string | null
  publicUrl: string
  readers: readonly WordReader[]
  prepared: readonly PreparedRecord[]
  name: (account: string) => string
}

export const WORD_KIND_NAMES: Readonly<Record<WordReader['kind'], string>> = { correction: '更正', withdrawal: '撤回' }

export function viewAnswer(panel: AnswerPanel): object {
  const { claim, isWhole, line, code, publicUrl, readers, name, now } = panel
  const stands = line !== null && line.endedAt === null
  const says = isWhole && takesLine(claim) && !stands
  const usable = isWhole && claim.risk === 1 && ['new', 'triage', 'verifying'].includes(claim.state)
  const prepared = usable
    ? panel.prepared.flatMap((record) => {
        const version = findInForce(record.versions, record.endedAt !== null, now)
        return version === null || record.kind !== claim.kind ? [] : [{ id: record.id, name: record.name }]
      })
    : []
  return {
    shown: code !== null || says || prepared.length > 0,
    url: code === null ? '' : `${publicUrl}/rumours/${code}`,
    line: stands ? line.words : '',
    said: stands ? `${writeHour(line.at)}${isWhole ? ` ${name(line.by)}` : ''}` : '',
    ended: line !== null && line.endedHow !== null && line.endedHow !== 'answered' ? LINE_END_NAMES[line.endedHow] : '',
    says,
    words: says ? writeFirstLine(claim.kind, '') : '',
    places: panel.places.map((place) => ({ place })),
    ends:
      stands && isWhole ? HAND_ENDS.map((how) => ({ how, name: LINE_END_NAMES[how], words: LINE_END_WORDS[how] })) : [],
    prepared,
    readers: isWhole
      ? readers.map((one) => ({
          kind: WORD_KIND_NAMES[one.kind],
          title: one.title,
          url: `${publicUrl}/n/${one.code}`,
          at: writeHour(one.issuedAt),
          organisation: one.organisationName,
          read: one.readAt === null ? '尚未确认' : `${writeHour(one.readAt)} 已知悉`,
          tone: one.readAt === null ? 'wait' : 'ok',
        }))
      : [],
  }
}
