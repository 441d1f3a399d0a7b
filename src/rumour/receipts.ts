// In: a receipt's code as somebody typed it. Out: how far it has come, in public words; the same where there is no such receipt.
// Must not say whether a code is right while nothing has come of it.
import type { Instant } from '../core/instant.ts'
import type { Verdict } from '../core/notice.ts'
import { STANDS, type AnswerStanding } from '../core/rumour/public-answer.ts'
import { readStage, type PublicStage } from '../core/rumour/public-stage.ts'
import type { Queryable } from '../store/pool.ts'
import { findRumourOfSighting, type PublicRumour } from '../store/rumours/public.ts'
import { findReceipt } from '../store/rumours/receipts.ts'
import { hashReceipt } from './context.ts'

/** What was said publicly about what was reported, as it stands now. */
export interface ReceiptAnswer {
  standing: AnswerStanding
  /** Of the answer that stands; null while there is none. */
  said: { verdict: Verdict | null; title: string; summary: string; at: Instant } | null
}

export interface ReceiptStand {
  stage: PublicStage
  /** Of the claim's page; '' while it has none. */
  url: string
  answer: ReceiptAnswer | null
  reply: { words: string; at: Instant; isCorrected: boolean } | null
}

export async function readReceipt(db: Queryable, publicUrl: string, code: string): Promise<ReceiptStand> {
  const found = await findReceipt(db, hashReceipt(code))
  const { id = '', state = null, reply = null, repliedAt = null, replies = 0 } = found ?? {}
  // Asked for a code that nobody has, too: the answer takes as long.
  const rumour = await findRumourOfSighting(db, id)
  const answer = rumour === null ? null : readAnswer(rumour)
  return {
    stage: readStage(state, (answer !== null && answer.said !== null) || reply !== null),
    url: rumour === null ? '' : `${publicUrl}/rumours/${rumour.code}`,
    answer,
    reply: reply === null || repliedAt === null ? null : { words: reply, at: repliedAt, isCorrected: replies > 1 },
  }
}

function readAnswer({ standing, notices }: PublicRumour): ReceiptAnswer {
  const newest = STANDS.includes(standing) ? notices[0] : undefined
  if (newest === undefined) return { standing, said: null }
  const { title, issuedAt, facts } = newest
  const { rebuttal, summary = '' } = facts.written ?? {}
  return { standing, said: { verdict: rebuttal?.verdict ?? null, title, summary, at: issuedAt } }
}
