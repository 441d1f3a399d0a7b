// In: what rules and people found about a claim, texts that must be looked at again. Out: cards with the rows they rest on.
// Must not name another claim to whoever does not see all of them: such rows are left out (rumours.md §0.6).
import { describeReading, type ToldSlots } from '../../../core/rumour/checks/describe-reading.ts'
import type { UsedRow, UsedTable } from '../../../core/rumour/checks/finding.ts'
import { readClaim } from '../../../core/rumour/checks/reading.ts'
import type { ClaimKind } from '../../../core/rumour/kind.ts'
import { listStanding } from '../../../rumour/rebuttal.ts'
import type { Check } from '../../../store/rumours/beside.ts'
import type { Flag } from '../../../store/rumours/flags.ts'
import type { LinkedSighting } from '../../../store/rumours/links.ts'
import { writeHour } from '../roster-view.ts'
import { OUTCOME_NAMES } from './words.ts'

const PAGES: Readonly<Partial<Record<UsedTable, (id: string) => string>>> = {
  quake: (id) => `/desk/quakes/${encodeURIComponent(id)}`,
  claim: (id) => `/desk/rumours/${encodeURIComponent(id)}`,
}

const TONES = { contradicts: 'bad', supports: 'ok', 'no-data': 'soft' } as const

export interface CheckCard {
  source: string
  outcome: string
  tone: string
  words: string
  by: string
  rows: { says: string; to: string }[]
  count: string
}

/** The newest first. @param isWhole whether the reader sees the bureau's whole record */
export function viewChecks(checks: readonly Check[], isWhole: boolean, name: (account: string) => string): CheckCard[] {
  return listStanding(checks)
    .toReversed()
    .map((one) => {
      const rows = one.used.filter(({ table }) => isWhole || table !== 'claim').map((row) => viewRow(row, isWhole))
      const who = one.by === 'system' ? '自动核对' : isWhole ? name(one.by) : ''
      return {
        source: one.source,
        outcome: OUTCOME_NAMES[one.outcome],
        tone: TONES[one.outcome],
        words: one.words,
        by: `${who} ${writeHour(one.at)}`.trim(),
        rows,
        count: String(rows.length),
      }
    })
}

const viewRow = ({ table, id, says }: UsedRow, isWhole: boolean): { says: string; to: string } => ({
  says,
  to: isWhole ? (PAGES[table]?.(id) ?? '') : '',
})

export interface SlotChip {
  name: string
  value: string
  /** No text says: for a claim about a quake that is worth knowing. */
  isOpen: boolean
}

const CHIPS: readonly (readonly [keyof ToldSlots, string])[] = [
  ['place', '地点'],
  ['magnitude', '震级'],
  ['time', '时间'],
  ['source', '自称来源'],
]
const ABOUT_A_QUAKE: readonly ClaimKind[] = ['predict', 'occurred', 'report']

/** What the rules take from the texts, so that a person sees a misreading; none where no text is shown. */
export function viewSlots(kind: ClaimKind, sightings: readonly LinkedSighting[]): SlotChip[] {
  const told = sightings.filter(({ stance }) => stance !== 'deny')
  if (told.length === 0) return []
  const texts = told.map(({ id, shown, seenAt, receivedAt }) => ({ id, text: shown, at: seenAt ?? receivedAt }))
  const slots = describeReading(readClaim(kind, texts))
  return CHIPS.flatMap(([slot, name]) => {
    const isOpen = slots[slot] === ''
    if (isOpen && (slot === 'source' || !ABOUT_A_QUAKE.includes(kind))) return []
    return [{ name, value: isOpen ? '未写明' : slots[slot], isOpen }]
  })
}

export interface FlagCard {
  id: string
  words: string
  name: string
  at: string
  /** The claim's page or the question's; '' for a no-quake notice. */
  to: string
}

export const addressFlag = ({ claimId, questionId }: Pick<Flag, 'claimId' | 'questionId'>): string =>
  claimId !== null ? `/desk/rumours/${claimId}` : questionId === null ? '' : `/desk/questions/${questionId}`

export const viewFlag = (flag: Flag): FlagCard => ({
  id: String(flag.id),
  words: flag.words,
  name: flag.name,
  at: writeHour(flag.raisedAt),
  to: addressFlag(flag),
})
