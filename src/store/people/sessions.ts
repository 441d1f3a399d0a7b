// In: hashes of session and invitation tokens. Out: whose they are, until they end. The rows decide: a revoked session is gone at once.
// Must not see a token in clear.
import type { Instant } from '../../core/instant.ts'
import type { Role } from '../../core/people/roles.ts'
import { toTimestamp, type Queryable } from '../pool.ts'
import { forgetDevices } from './devices.ts'

export type SessionStage = 'second-factor' | 'enrol' | 'full'

export interface SessionRecord {
  accountId: string
  login: string
  name: string
  organisation: string
  roles: Role[]
  stage: SessionStage
  csrf: string
  offered: Buffer | null
  begunAt: Instant
  seenAt: Instant
  endsAt: Instant
}

export async function addSession(
  db: Queryable,
  given: { tokenHash: Uint8Array; accountId: string; stage: SessionStage; csrf: string; endsAt: Instant },
  at: Instant,
): Promise<void> {
  await db.query(
    `insert into desk_session (token_hash, account_id, stage, csrf, begun_at, seen_at, ends_at)
     values ($1, $2, $3, $4, $5, $5, $6)`,
    [given.tokenHash, given.accountId, given.stage, given.csrf, toTimestamp(at), toTimestamp(given.endsAt)],
  )
}

/** A session that has not ended, of an account that is active. */
export async function findSession(db: Queryable, tokenHash: Uint8Array, at: Instant): Promise<SessionRecord | null> {
  const { rows } = await db.query<SessionRecord>(
    `select s.account_id as "accountId", a.login, a.name, a.organisation_id as organisation, a.roles, s.stage, s.csrf, s.offered,
       s.begun_at as "begunAt", s.seen_at as "seenAt", s.ends_at as "endsAt"
     from desk_session s join account a on a.id = s.account_id
     where s.token_hash = $1 and s.ends_at > $2 and a.state = 'active'`,
    [tokenHash, toTimestamp(at)],
  )
  return rows[0] ?? null
}

export async function touchSession(db: Queryable, tokenHash: Uint8Array, at: Instant): Promise<void> {
  await db.query('update desk_session set seen_at = $2 where token_hash = $1', [tokenHash, toTimestamp(at)])
}

export async function offerSecond(db: Queryable, tokenHash: Uint8Array, sealed: Uint8Array): Promise<void> {
  await db.query('update desk_session set offered = $2 where token_hash = $1', [tokenHash, sealed])
}

export async function endSession(db: Queryable, tokenHash: Uint8Array): Promise<void> {
  await db.query('delete from desk_session where token_hash = $1', [tokenHash])
}

/** @param except the session that goes on, where somebody changes their own password */
export async function endSessionsOf(
  db: Queryable,
  accountId: string,
  except: Uint8Array | null = null,
): Promise<number> {
  const { rowCount } = await db.query(
    'delete from desk_session where account_id = $1 and ($2::bytea is null or token_hash <> $2)',
    [accountId, except],
  )
  return rowCount ?? 0
}

/** Ended sessions and old failures are of no use to anyone. */
export async function forgetSessions(db: Queryable, before: Instant): Promise<void> {
  await db.query('delete from desk_session where ends_at < $1', [toTimestamp(before)])
  await db.query('delete from sign_in_failure where at < $1', [toTimestamp(before)])
  await forgetDevices(db, before)
}

export async function addInvitation(
  db: Queryable,
  given: { tokenHash: Uint8Array; accountId: string | null; by: string; endsAt: Instant },
  at: Instant,
): Promise<void> {
  await db.query(
    'insert into invitation (token_hash, account_id, made_by, made_at, ends_at) values ($1, $2, $3, $4, $5)',
    [given.tokenHash, given.accountId, given.by, toTimestamp(at), toTimestamp(given.endsAt)],
  )
}

/** Older links of the same account stop to work when a newer one is made. */
export async function endInvitations(db: Queryable, accountId: string | null, at: Instant): Promise<void> {
  await db.query('update invitation set used_at = $2 where account_id is not distinct from $1 and used_at is null', [
    accountId,
    toTimestamp(at),
  ])
}

export async function findInvitation(
  db: Queryable,
  tokenHash: Uint8Array,
  at: Instant,
): Promise<{ accountId: string | null } | null> {
  const { rows } = await db.query<{ accountId: string | null }>(
    `select account_id as "accountId" from invitation where token_hash = $1 and used_at is null and ends_at > $2`,
    [tokenHash, toTimestamp(at)],
  )
  return rows[0] ?? null
}

/** Uses an invitation up; null when it was used, replaced, or is over. Of two at once one gets it. */
export async function takeInvitation(
  db: Queryable,
  tokenHash: Uint8Array,
  at: Instant,
): Promise<{ accountId: string | null } | null> {
  const { rows } = await db.query<{ accountId: string | null }>(
    `update invitation set used_at = $2 where token_hash = $1 and used_at is null and ends_at > $2
     returning account_id as "accountId"`,
    [tokenHash, toTimestamp(at)],
  )
  return rows[0] ?? null
}

/** Remembers a failed try of a login or an address. */
export async function addFailure(db: Queryable, subject: Uint8Array, at: Instant): Promise<void> {
  await db.query('insert into sign_in_failure (subject, at) values ($1, $2)', [subject, toTimestamp(at)])
}

export async function countFailures(db: Queryable, subject: Uint8Array, since: Instant): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    'select count(*) as n from sign_in_failure where subject = $1 and at > $2',
    [subject, toTimestamp(since)],
  )
  return rows[0]?.n ?? 0
}
