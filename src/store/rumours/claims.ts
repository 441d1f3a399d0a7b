// In: claims as core/rumour decided them. Out: the same, kept with every step and signature, and found for the queue.
// Must not decide who may see a claim: `seenBy` is handed in by whoever does, and no query goes past it.
import type { Instant } from '../../core/instant.ts'
import type { ClaimActor, ClaimEvent, ClaimState } from '../../core/rumour/claim-states.ts'
import type { Claim } from '../../core/rumour/claim-step.ts'
import type { ClaimKind } from '../../core/rumour/kind.ts'
import type { Risk, SignedText, SignScope } from '../../core/rumour/signoff.ts'
import { toTimestamp, type Queryable } from '../pool.ts'
import { WHOLE_SIGHTINGS, wholeOf } from './whole.ts'

export interface ClaimRecord extends Claim {
  class: 'actual' | 'drill'
  title: string
  kind: ClaimKind
  familyId: string
  /** Counts submissions. */
  submission: number
  /** Account that has it in hand. */
  owner: string | null
  ownedAt: Instant | null
  askedAt: Instant | null
  openedAt: Instant
  changedAt: Instant
  restedAt: Instant | null
  publishedAt: Instant | null
  /** Of a drill that has ended: from then on it is only read. */
  retiredAt: Instant | null
}

const COLUMNS = `c.id, c.class, c.title, c.kind, c.family_id as "familyId", c.risk, c.state, c.version, c.evidence, c.text, c.submission,
  c.approved_hash as "approvedHash", c.late_without as "lateWithout", c.merged_into as "mergedInto", c.hold, c.asked_of as "askedOf",
  c.asked_at as "askedAt", c.verdict, c.referrals, c.owner, c.owned_at as "ownedAt", c.opened_at as "openedAt", c.changed_at as "changedAt",
  c.rested_at as "restedAt", c.published_at as "publishedAt", c.retired_at as "retiredAt",
  coalesce((select json_agg(json_build_object('scope', g.scope, 'actor', g.actor, 'account', g.account, 'bodyHash', g.body_hash,
    'at', round(extract(epoch from g.at) * 1000)) order by g.at, g.scope)
    from claim_signature g where g.claim_id = c.id and g.submission = c.submission and c.text is not null), '[]') as signatures`

export async function findClaim(db: Queryable, id: string): Promise<ClaimRecord | null> {
  return (await db.query<ClaimRecord>(`select ${COLUMNS} from claim c where c.id = $1`, [id])).rows[0] ?? null
}

/** The same, held to the end of the transaction, several in the order of their ids: opposite merges never wait for each other. */
export async function lockClaims(db: Queryable, ids: readonly string[]): Promise<Map<string, ClaimRecord>> {
  await db.query('select from claim where id = any($1) order by id for update', [ids])
  const { rows } = await db.query<ClaimRecord>(`select ${COLUMNS} from claim c where c.id = any($1)`, [ids])
  return new Map(rows.map((row) => [row.id, row]))
}

/** All that a step moves. @returns false where somebody was first: the version on record is no longer `from` */
export async function saveClaim(db: Queryable, claim: ClaimRecord, from: number): Promise<boolean> {
  const at = (instant: Instant | null): string | null => (instant === null ? null : toTimestamp(instant))
  const { rowCount } = await db.query(
    `update claim set title = $3, family_id = $4, risk = $5, state = $6, version = $7, evidence = $8, text = $9, submission = $10,
       approved_hash = $11, late_without = $12, merged_into = $13, hold = $14, asked_of = $15, asked_at = $16, referrals = $17,
       owner = $18, owned_at = $19, changed_at = $20, rested_at = $21
     where id = $1 and version = $2`,
    [
      claim.id,
      from,
      claim.title,
      claim.familyId,
      claim.risk,
      claim.state,
      claim.version,
      claim.evidence,
      claim.text === null ? null : JSON.stringify(claim.text),
      claim.submission,
      claim.approvedHash,
      [...claim.lateWithout],
      claim.mergedInto,
      claim.hold === null ? null : JSON.stringify(claim.hold),
      claim.askedOf,
      at(claim.askedAt),
      [...claim.referrals],
      claim.owner,
      at(claim.ownedAt),
      toTimestamp(claim.changedAt),
      at(claim.restedAt),
    ],
  )
  return rowCount === 1
}

/** One more finding, or one that no longer stands; no step, so that it conflicts with none. */
export async function countEvidence(db: Queryable, id: string, by: 1 | -1 = 1): Promise<void> {
  await db.query('update claim set evidence = greatest(0, evidence + $2) where id = $1', [id, by])
}

export interface StepRecord {
  claimId: string
  version: number
  /** Beside the table's events: open and rate. */
  event: ClaimEvent | 'open' | 'rate'
  from: ClaimState
  to: ClaimState
  actor: ClaimActor
  account: string
  second: string | null
  reason: string
  at: Instant
}

export async function addStep(db: Queryable, step: StepRecord): Promise<void> {
  await db.query(
    `insert into claim_step (claim_id, version, event, from_state, to_state, actor, account, second, reason, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      step.claimId,
      step.version,
      step.event,
      step.from,
      step.to,
      step.actor,
      step.account,
      step.second,
      step.reason,
      toTimestamp(step.at),
    ],
  )
}

export async function findLastStep(db: Queryable, claimId: string): Promise<StepRecord | null> {
  return (await listSteps(db, claimId, 1))[0] ?? null
}

/** Newest first. */
export async function listSteps(db: Queryable, claimId: string, most = 200): Promise<StepRecord[]> {
  const { rows } = await db.query<StepRecord>(
    `select claim_id as "claimId", version, event, from_state as "from", to_state as "to", actor, account, second, reason, at
     from claim_step where claim_id = $1 order by version desc limit $2`,
    [claimId, most],
  )
  return rows
}

export async function addSignature(
  db: Queryable,
  claim: Pick<ClaimRecord, 'id' | 'submission'>,
  given: { scope: SignScope; actor: ClaimActor; account: string; bodyHash: string; at: Instant },
): Promise<void> {
  await db.query(
    `insert into claim_signature (claim_id, submission, scope, actor, account, body_hash, at) values ($1, $2, $3, $4, $5, $6, $7)`,
    [claim.id, claim.submission, given.scope, given.actor, given.account, given.bodyHash, toTimestamp(given.at)],
  )
}

export interface ClaimLine {
  id: string
  class: 'actual' | 'drill'
  title: string
  kind: ClaimKind
  risk: Risk
  state: ClaimState
  /** Name of whoever has it in hand; '' for nobody. */
  owner: string
  askedOf: ClaimActor | null
  hold: Claim['hold']
  openedAt: Instant
  changedAt: Instant
  verdict: Claim['verdict']
  /** Sightings that spread it, and in how many wordings. */
  spread: number
  variants: number
  /** Other claims of its template that the reader sees. */
  kin: number
  /** The clock that is due first; null when none runs. */
  clock: string | null
  dueAt: Instant | null
  text: SignedText | null
  /** How much of it the reader sees. */
  sight: 'whole' | 'case' | 'summary'
  /** Of all that the reader may see and asked for, this line among them. */
  total: number
  /** Scopes signed under the text. */
  signed: SignScope[]
}

/** organisation: whose grants count; null: everything is theirs to see. onlySummaries: whatever was shared, they look on. */
export interface SeenBy {
  organisation: string | null
  onlySummaries?: boolean
  now: Instant
}

/** The grant that stands, by which another organisation sees a claim. $1: the organisation, $2: now. */
const GRANT = `left join claim_grant g on g.claim_id = c.id and g.organisation_id = $1 and g.ended_at is null
  and (g.expires_at is null or g.expires_at > $2)`
const SIGHT = `case when $1::text is null then 'whole' when $4 or g.level = 'summary' then 'summary' else 'case' end`

/**
 * What somebody looks for stands in the title, or in a report where reports are theirs to read: whether something is found tells
 * nobody what they may not see (rumours.md §0.6). $5: the words as a pattern; null for all.
 */
const FOUND = `($1::text is null or g.claim_id is not null) and ($5::text is null or c.title ilike $5 or c.id ilike $5
  or (${SIGHT} <> 'summary' and exists (
    with recursive ${wholeOf('c.id')}
    select from ${WHOLE_SIGHTINGS} where s.shown ilike $5)))`

/**
 * A claim's clocks are asked for by the claim alone, then for those that run (offset 0): before the database has counted anything it may
 * take the index of all running clocks instead, and walk through them for each claim (7,600 claims: 2 to 8 s).
 */
const LINE = `c.id, c.class, c.title, c.kind, c.risk, c.state, c.verdict, coalesce(a.name, '') as owner, c.asked_of as "askedOf", c.hold, c.text,
  c.opened_at as "openedAt", c.changed_at as "changedAt", k.clock, k.due_at as "dueAt", ${SIGHT} as sight, count(*) over () as total,
  c.family_id as family, c.submission
  from claim c ${GRANT} left join account a on a.id = c.owner
  left join lateral (select o.clock, o.due_at from (select * from claim_clock r where r.claim_id = c.id offset 0) o
    where o.met_at is null and o.stopped_at is null order by o.due_at limit 1) k on true`

/**
 * What is counted for the lines that are shown, and for no other: one walk over their sightings with those of claims merged into
 * them, however far down; one over their families. Hundreds of claims may open within seconds: nothing here grows with their square,
 * and what is counted is counted once (materialized), not for each line, whatever the database guesses.
 */
const COUNTED = `whole (root, id) as (select id, id from line
    union select w.root, m.id from whole w cross join lateral (select c.id from claim c where c.merged_into = w.id offset 0) m),
  told as materialized (select w.root, count(*) as spread, count(distinct s.shown) as variants from ${WHOLE_SIGHTINGS}
    where s.stance <> 'deny' group by w.root),
  families as materialized (select f.family_id, count(*) as claims from claim f where f.family_id in (select family from line) and f.class = $6
    and f.retired_at is null and f.state <> 'merged' and ($1::text is null or exists (select from claim_grant e where e.claim_id = f.id
      and e.organisation_id = $1 and e.ended_at is null and (e.expires_at is null or e.expires_at > $2))) group by f.family_id)`

const SHOWN = `c.id, c.class, c.title, c.kind, c.risk, c.state, c.verdict, c.owner, c."askedOf", c.hold, c.text, c."openedAt", c."changedAt",
  c.clock, c."dueAt", c.sight, c.total, coalesce(t.spread, 0) as spread, coalesce(t.variants, 0) as variants,
  greatest(coalesce(f.claims, 0) - (c.state <> 'merged')::int, 0) as kin,
  (select coalesce(array_agg(i.scope), '{}') from claim_signature i where i.claim_id = c.id and i.submission = c.submission
    and i.body_hash = c.text ->> 'bodyHash') as signed
  from line c left join told t on t.root = c.id left join families f on f.family_id = c.family`

/** Which claims somebody asks for. */
export interface Wanted {
  /** Words of the title or of a report; '' for all. */
  words: string
  most: number
  /** Left out: actual. Of a drill while it lasts. */
  lane?: ClaimRecord['class']
}

const listLines = async (
  db: Queryable,
  seen: SeenBy,
  wanted: Wanted,
  { rest, order }: { rest: string; order: string },
): Promise<ClaimLine[]> => {
  const { words, most, lane = 'actual' } = wanted
  const pattern = words === '' ? null : `%${words.replace(/[\\%_]/g, '\\$&')}%`
  const values = [seen.organisation, toTimestamp(seen.now), most, seen.onlySummaries ?? false, pattern, lane]
  const { rows } = await db.query<ClaimLine>(
    `with recursive line as materialized (
         select row_number() over (order by ${order}) as place, ${LINE}
         where c.class = $6 and c.retired_at is null and ${FOUND} and ${rest} order by place limit $3),
       ${COUNTED}
     select ${SHOWN} order by c.place`,
    values,
  )
  return rows
}

/** Claims under way, by risk, then by the clock that is due first. */
export const listOpenClaims = (db: Queryable, seen: SeenBy, wanted: Wanted): Promise<ClaimLine[]> =>
  listLines(db, seen, wanted, {
    rest: `c.state not in ('closed', 'dismissed', 'merged')`,
    order: 'c.risk desc, k.due_at nulls last, c.opened_at',
  })

/** Claims that rest, what rested last first. */
export const listRestedClaims = (db: Queryable, seen: SeenBy, wanted: Wanted): Promise<ClaimLine[]> =>
  listLines(db, seen, wanted, { rest: `c.state in ('closed', 'dismissed', 'merged')`, order: 'c.changed_at desc' })

/** Whether one of these is not under way any more. */
export async function hasRested(db: Queryable, ids: readonly string[]): Promise<boolean> {
  const { rows } = await db.query(
    `select from claim where id = any($1) and (state in ('closed', 'dismissed', 'merged') or retired_at is not null) limit 1`,
    [ids],
  )
  return rows.length > 0
}
