// In: what stands beside a claim: checks, notes, grants to other organisations. Out: the same, appended and found.
// Must not change what was said; a grant ends and is kept.
import type { Instant } from '../../core/instant.ts'
import type { CheckOutcome, CheckRule, UsedRow } from '../../core/rumour/checks/finding.ts'
import type { ClaimActor } from '../../core/rumour/claim-states.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

export interface Check {
  /** Which rule of the program asked; null where a person wrote it. */
  rule: CheckRule | null
  source: string
  outcome: CheckOutcome
  words: string
  /** Of a rule: what it rests on. */
  used: readonly UsedRow[]
  by: string
  at: Instant
}

/** What a person found; a rule's finding is kept by checks.ts. */
export async function addCheck(
  db: Queryable,
  claimId: string,
  { used = [], ...check }: Omit<Check, 'rule' | 'used'> & Partial<Pick<Check, 'used'>>,
): Promise<void> {
  await db.query(
    'insert into claim_check (claim_id, source, outcome, words, used, by, at) values ($1, $2, $3, $4, $5, $6, $7)',
    [claimId, check.source, check.outcome, check.words, JSON.stringify(used), check.by, toTimestamp(check.at)],
  )
}

export async function listChecks(db: Queryable, claimId: string): Promise<Check[]> {
  const { rows } = await db.query<Check>(
    'select rule, source, outcome, words, used, by, at from claim_check where claim_id = $1 order by id desc limit 100',
    [claimId],
  )
  return rows
}

export interface Note {
  organisation: string
  organisationName: string
  private: boolean
  words: string
  by: string
  at: Instant
}

export async function addNote(db: Queryable, claimId: string, note: Omit<Note, 'organisationName'>): Promise<void> {
  await db.query(
    'insert into claim_note (claim_id, organisation_id, private, words, by, at) values ($1, $2, $3, $4, $5, $6)',
    [claimId, note.organisation, note.private, note.words, note.by, toTimestamp(note.at)],
  )
}

/** Notes that this organisation may read: its own, and what others left open; newest first. */
export async function listNotes(db: Queryable, claimId: string, organisation: string): Promise<Note[]> {
  const { rows } = await db.query<Note>(
    `select n.organisation_id as organisation, o.name as "organisationName", n.private, n.words, n.by, n.at
     from claim_note n join organisation o on o.id = n.organisation_id
     where n.claim_id = $1 and (not n.private or n.organisation_id = $2) order by n.id desc limit 100`,
    [claimId, organisation],
  )
  return rows
}

export type GrantLevel = 'summary' | 'case'

export interface Grant {
  organisation: string
  organisationName: string
  level: GrantLevel
  reason: string
  by: string
  at: Instant
  expiresAt: Instant | null
}

/** Gives an organisation sight of a claim; it takes the place of what stood. Within a transaction of the caller's. */
export async function addGrant(db: Queryable, claimId: string, grant: Omit<Grant, 'organisationName'>): Promise<void> {
  await endGrant(db, claimId, grant.organisation, grant.by, grant.at)
  await db.query(
    `insert into claim_grant (claim_id, organisation_id, level, reason, by, at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      claimId,
      grant.organisation,
      grant.level,
      grant.reason,
      grant.by,
      toTimestamp(grant.at),
      grant.expiresAt === null ? null : toTimestamp(grant.expiresAt),
    ],
  )
}

/** @returns false when there is none that stands */
export async function endGrant(
  db: Queryable,
  claimId: string,
  organisation: string,
  by: string,
  at: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update claim_grant set ended_at = $4, ended_by = $3 where claim_id = $1 and organisation_id = $2 and ended_at is null`,
    [claimId, organisation, by, toTimestamp(at)],
  )
  return (rowCount ?? 0) > 0
}

/** Grants that stand now, as many as a page shows: whether one stands is asked by findGrant. */
export async function listGrants(db: Queryable, claimId: string, now: Instant): Promise<Grant[]> {
  const { rows } = await db.query<Grant>(
    `select g.organisation_id as organisation, o.name as "organisationName", g.level, g.reason, g.by, g.at, g.expires_at as "expiresAt"
     from claim_grant g join organisation o on o.id = g.organisation_id
     where g.claim_id = $1 and g.ended_at is null and (g.expires_at is null or g.expires_at > $2) order by o.name limit 50`,
    [claimId, toTimestamp(now)],
  )
  return rows
}

/** How much of a claim an organisation sees now; null: nothing. */
export async function findGrant(
  db: Queryable,
  claimId: string,
  organisation: string,
  now: Instant,
): Promise<GrantLevel | null> {
  const { rows } = await db.query<{ level: GrantLevel }>(
    `select level from claim_grant where claim_id = $1 and organisation_id = $2 and ended_at is null
       and (expires_at is null or expires_at > $3)`,
    [claimId, organisation, toTimestamp(now)],
  )
  return rows[0]?.level ?? null
}

/** Which of these claims an organisation may know of: those it sees now, and those whose answer is public. */
export async function listKnownTo(
  db: Queryable,
  claimIds: readonly string[],
  organisation: string,
  now: Instant,
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select c.id from claim c where c.id = any($1) and (exists (select from claim_grant g where g.claim_id = c.id
         and g.organisation_id = $2 and g.ended_at is null and (g.expires_at is null or g.expires_at > $3))
       or exists (select from draft d where d.claim_id = c.id and d.notice_id is not null))`,
    [claimIds, organisation, toTimestamp(now)],
  )
  return rows.map(({ id }) => id)
}

/** Gives every organisation of these kinds sight of the case, where it has none yet: whoever must act must see. */
export async function grantKinds(
  db: Queryable,
  claimId: string,
  kinds: readonly string[],
  given: { reason: string; by: string; at: Instant },
): Promise<void> {
  await db.query(
    `update claim_grant g set ended_at = $4, ended_by = $3 from organisation o
     where o.id = g.organisation_id and o.kind = any($2) and g.claim_id = $1 and g.ended_at is null
       and (g.level = 'summary' or g.expires_at is not null)`,
    [claimId, kinds, given.by, toTimestamp(given.at)],
  )
  await db.query(
    `insert into claim_grant (claim_id, organisation_id, level, reason, by, at)
     select $1, o.id, 'case', $5, $3, $4 from organisation o where o.kind = any($2)
     on conflict (claim_id, organisation_id) where ended_at is null do nothing`,
    [claimId, kinds, given.by, toTimestamp(given.at), given.reason],
  )
}

export interface Proposal {
  id: number
  event: 'dismiss' | 'refer'
  actor: ClaimActor
  reason: string
  receipt: string
  by: string
  at: Instant
}

/** @returns false when the same is proposed already */
export async function addProposal(db: Queryable, claimId: string, one: Omit<Proposal, 'id'>): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into claim_proposal (claim_id, event, actor, reason, receipt, by, at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (claim_id, event) where decided is null do nothing`,
    [claimId, one.event, one.actor, one.reason, one.receipt, one.by, toTimestamp(one.at)],
  )
  return rowCount === 1
}

/** What waits for a second person. */
export async function listProposals(db: Queryable, claimId: string): Promise<Proposal[]> {
  const { rows } = await db.query<Proposal>(
    `select id, event, actor, reason, receipt, by, at from claim_proposal where claim_id = $1 and decided is null order by id`,
    [claimId],
  )
  return rows
}

/** Within a transaction of the caller's. */
export async function decideProposal(
  db: Queryable,
  id: number,
  decided: 'agreed' | 'declined',
  by: string,
  at: Instant,
): Promise<void> {
  await db.query(
    'update claim_proposal set decided = $2, decided_by = $3, decided_at = $4 where id = $1 and decided is null',
    [id, decided, by, toTimestamp(at)],
  )
}
