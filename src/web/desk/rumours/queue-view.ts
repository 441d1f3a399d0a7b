// In: lines of the queue, the time. Out: what stands on it: risk, state, whose turn, how long is left.
// Must not fetch: who sees what was decided before (rumour/sight.ts), nor name people to another organisation.
import type { Instant } from '../../../core/instant.ts'
import { ACTOR_NAMES } from '../../../core/rumour/claim-actor.ts'
import { STATE_NAMES } from '../../../core/rumour/claim-states.ts'
import { findClockOwner } from '../../../core/rumour/claim-step.ts'
import { CLOCK_NAMES, type ClaimClock } from '../../../core/rumour/clocks.ts'
import { listScopes, SCOPE_OWNERS, type SignScope } from '../../../core/rumour/signoff.ts'
import type { ClaimLine } from '../../../store/rumours/claims.ts'
import type { Sighting } from '../../../store/rumours/sightings.ts'
import type { ToldWord } from '../../../store/rumours/words-told.ts'
import { writeLength } from '../board/words.ts'
import { writeHour } from '../roster-view.ts'
import { WORD_KIND_NAMES } from './answer-view.ts'
import { CLAIM_KIND_NAMES, RISK_TONES, ROUTE_NAMES } from './words.ts'

export interface QueueCard {
  id: string
  drill: boolean
  title: string
  risk: string
  tone: string
  state: string
  verdict: string
  kind: string
  turn: string
  owner: string
  /** Whose signatures are missing; '' while nothing is to be signed. */
  waits: string
  clock: string
  late: boolean
  count: string
  /** Wordings in which it goes round; '' for one. */
  variants: string
  /** Other claims of the same template; '' for none. */
  kin: string
  opened: string
  /** The page on which the line stands is its own. */
  here: boolean
}

/** 认领 还有 3 分 20 秒; 首次回应 已超 12 分 05 秒: what stands in brackets is said where all clocks stand. */
export function writeClock(clock: ClaimClock, dueAt: Instant, now: Instant): string {
  return `${CLOCK_NAMES[clock].replace(/（.*）/u, '')} ${dueAt > now ? '还有' : '已超'} ${writeLength(Math.abs(dueAt - now))}`
}

/** @param signed scopes signed under the text. @returns '' while nothing is to be signed */
export function nameMissing(
  { state, risk, text }: Pick<ClaimLine, 'state' | 'risk' | 'text'>,
  signed: readonly SignScope[],
): string {
  if (state !== 'signoff' || text === null) return ''
  const missing = listScopes(risk, text).filter((scope) => !signed.includes(scope))
  return missing.map((scope) => SCOPE_OWNERS[scope]).join('、')
}

/** @param here id of the claim on whose page the line stands; '' on the queue's own */
export function viewQueueLine(line: ClaimLine, now: Instant, here = ''): QueueCard {
  const { clock, dueAt, risk, state, askedOf, hold, sight } = line
  const turn = findClockOwner({ state, askedOf, hold } as Parameters<typeof findClockOwner>[0])
  return {
    id: line.id,
    drill: line.class === 'drill',
    title: line.title,
    risk: String(risk),
    tone: RISK_TONES[risk] ?? 'soft',
    state: STATE_NAMES[state],
    verdict: line.verdict ?? '',
    kind: CLAIM_KIND_NAMES[line.kind],
    turn: turn === null || sight === 'summary' ? '' : ACTOR_NAMES[turn],
    owner: sight === 'whole' ? line.owner : '',
    waits: sight === 'summary' ? '' : nameMissing(line, line.signed),
    clock: clock === null || dueAt === null || sight === 'summary' ? '' : writeClock(clock as ClaimClock, dueAt, now),
    late: dueAt !== null && dueAt <= now,
    count: String(line.spread),
    variants: line.variants > 1 && sight !== 'summary' ? String(line.variants) : '',
    kin: line.kin > 0 ? String(line.kin) : '',
    here: line.id === here,
    opened: writeHour(line.openedAt),
  }
}

export interface DenialCard {
  id: string
  shown: string
  from: string
  targets: { id: string; title: string }[]
}

export function viewDenial(sighting: Sighting, offered: readonly { claimId: string; title: string }[]): DenialCard {
  return {
    id: sighting.id,
    shown: sighting.shown,
    from: `${ROUTE_NAMES[sighting.route]} ${writeHour(sighting.receivedAt)}`,
    targets: offered.map(({ claimId, title }) => ({ id: claimId, title })),
  }
}

export interface WordCard {
  id: string
  kind: string
  title: string
  url: string
  at: string
}

/** A correction or a withdrawal that an organisation is to know of. */
export const viewWord = ({ noticeId, kind, title, code, issuedAt }: ToldWord, publicUrl: string): WordCard => ({
  id: noticeId,
  kind: WORD_KIND_NAMES[kind],
  title,
  url: `${publicUrl}/n/${code}`,
  at: writeHour(issuedAt),
})
