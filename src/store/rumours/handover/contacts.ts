// In: who asks to see how a reporter can be reached, and why. Out: the same, answered once, opened once.
// Must not open the vault: it hands out the seal, and only of a request that another person has agreed to.
import type { Instant } from '../../../core/instant.ts'
import { toTimestamp, type Queryable } from '../../pool.ts'

/** A formal request of the police. */
export interface FormalRequest {
  number: string
  basis: string
  officer: string
}

export interface ContactRequest {
  id: number
  claimId: string
  sightingId: string
  reason: string
  formal: FormalRequest | null
  askedBy: string
  askedAt: Instant
  decided: 'agreed' | 'declined' | null
  decidedBy: string | null
  decidedAt: Instant | null
  openedAt: Instant | null
}

const COLUMNS = `r.id, r.claim_id as "claimId", r.sighting_id as "sightingId", r.reason, r.formal, r.asked_by as "askedBy",
  r.asked_at as "askedAt", r.decided, r.decided_by as "decidedBy", r.decided_at as "decidedAt", r.opened_at as "openedAt"`

/** @returns its number; null when this person asks already */
export async function addContactRequest(
  db: Queryable,
  one: Pick<ContactRequest, 'claimId' | 'sightingId' | 'reason' | 'formal' | 'askedBy' | 'askedAt'>,
): Promise<number | null> {
  const { rows } = await db.query<{ id: number }>(
    `insert into contact_request (claim_id, sighting_id, reason, formal, asked_by, asked_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (sighting_id, asked_by) where decided is null do nothing returning id`,
    [
      one.claimId,
      one.sightingId,
      one.reason,
      one.formal === null ? null : JSON.stringify(one.formal),
      one.askedBy,
      toTimestamp(one.askedAt),
    ],
  )
  return rows[0]?.id ?? null
}

/** The newest first. */
export async function listContactRequests(db: Queryable, claimId: string): Promise<ContactRequest[]> {
  const { rows } = await db.query<ContactRequest>(
    `select ${COLUMNS} from contact_request r where r.claim_id = $1 order by r.id desc limit 100`,
    [claimId],
  )
  return rows
}

/** Held to the end of the transaction: two who open it at once are one who does. */
export async function lockContactRequest(db: Queryable, id: number): Promise<ContactRequest | null> {
  const { rows } = await db.query<ContactRequest>(
    `select ${COLUMNS} from contact_request r where r.id = $1 for update`,
    [id],
  )
  return rows[0] ?? null
}

export async function decideContactRequest(
  db: Queryable,
  id: number,
  decided: 'agreed' | 'declined',
  by: string,
  at: Instant,
): Promise<void> {
  await db.query('update contact_request set decided = $2, decided_by = $3, decided_at = $4 where id = $1', [
    id,
    decided,
    by,
    toTimestamp(at),
  ])
}

export async function markOpened(db: Queryable, id: number, at: Instant): Promise<void> {
  await db.query('update contact_request set opened_at = $2 where id = $1', [id, toTimestamp(at)])
}

/** Seals of those among these sightings whose reporter can still be reached. */
export async function listReachable(
  db: Queryable,
  sightingIds: readonly string[],
  now: Instant,
): Promise<{ sightingId: string; ref: string; sealed: Buffer }[]> {
  const { rows } = await db.query<{ sightingId: string; ref: string; sealed: Buffer }>(
    `select s.id as "sightingId", r.ref, r.sealed from sighting s join reporter r on r.ref = s.reporter_ref
     where s.id = any($1) and r.expires_at > $2 order by s.received_at, s.id`,
    [sightingIds, toTimestamp(now)],
  )
  return rows
}
