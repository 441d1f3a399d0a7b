// In: what the rules found about a claim, how far it was checked. Out: the same, appended; the texts and the archive that they ask about.
// Must not write an answer over: a finding that changed is another row, and the newest of its rule counts.
import type { Instant } from '../../core/instant.ts'
import { RULE_NAMES, RULES_VERSION, type Finding } from '../../core/rumour/checks/finding.ts'
import type { ToldText } from '../../core/rumour/checks/reading.ts'
import type { ClaimKind } from '../../core/rumour/kind.ts'
import { toTimestamp, type Queryable } from '../pool.ts'
import { WHOLE_LINKS, WHOLE_SIGHTINGS, wholeOf } from './whole.ts'

/** One at a time checks a claim, on whichever node; held to the transaction's end, and no step of the claim waits for it. */
export async function lockChecks(db: Queryable, claimId: string): Promise<void> {
  await db.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`claim check ${claimId}`])
}

export async function addFinding(
  db: Queryable,
  claimId: string,
  { rule, outcome, words, rows }: Finding,
  by: string,
  at: Instant,
): Promise<void> {
  await db.query(
    `insert into claim_check (claim_id, source, outcome, words, by, at, rule, rule_version, used)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [claimId, RULE_NAMES[rule], outcome, words, by, toTimestamp(at), rule, RULES_VERSION, JSON.stringify(rows)],
  )
}

export type KnownFinding = Pick<Finding, 'rule' | 'outcome' | 'words' | 'rows'>

/** What each rule answered last. */
export async function listLatestFindings(db: Queryable, claimId: string): Promise<KnownFinding[]> {
  const { rows } = await db.query<KnownFinding>(
    `select distinct on (rule) rule, outcome, words, used as rows from claim_check
     where claim_id = $1 and rule is not null order by rule, id desc`,
    [claimId],
  )
  return rows
}

/** Over which sightings a claim is, its own and those of claims merged into it. */
export interface Basis {
  newest: number
  links: number
}

/** A claim with those merged into it: what is said in any of them is said in it. */
const WHOLE = `with recursive ${wholeOf('$1::text')}`

export async function readBasis(db: Queryable, claimId: string): Promise<Basis> {
  const { rows } = await db.query<Basis>(
    `${WHOLE} select coalesce(max(l.id), 0) as newest, count(*)::int as links
     from ${WHOLE_LINKS}`,
    [claimId],
  )
  return rows[0] ?? { newest: 0, links: 0 }
}

export interface CheckRun extends Basis {
  at: Instant
  dueAt: Instant | null
}

export async function saveRun(db: Queryable, claimId: string, { at, newest, links, dueAt }: CheckRun): Promise<void> {
  await db.query(
    `insert into claim_check_run (claim_id, at, rules, newest, links, due_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (claim_id) do update set at = excluded.at, rules = excluded.rules, newest = excluded.newest,
       links = excluded.links, due_at = excluded.due_at`,
    [claimId, toTimestamp(at), RULES_VERSION, newest, links, dueAt === null ? null : toTimestamp(dueAt)],
  )
}

/** When a claim was checked last; null: not yet. */
export async function findRunAt(db: Queryable, claimId: string): Promise<Instant | null> {
  const { rows } = await db.query<{ at: Instant }>('select at from claim_check_run where claim_id = $1', [claimId])
  return rows[0]?.at ?? null
}

/**
 * Claims under way that the rules have not seen as they are now, the gravest first. A claim's own links are asked for by themselves: with
 * those of merged claims in one walk, a record without statistics is read whole for each claim (5,000 claims: 8 s for 0.1 s).
 * @param settleMs a claim that goes round quickly is asked again for new copies at most so often
 */
export async function listDueChecks(db: Queryable, now: Instant, settleMs: number): Promise<string[]> {
  // The copies are counted last: of thousands that wait for their first look, none is.
  const { rows } = await db.query<{ id: string }>(
    `select c.id from claim c left join claim_check_run r on r.claim_id = c.id
     where c.class = 'actual' and c.state not in ('closed', 'dismissed', 'merged') and (
       case when r.claim_id is null or r.rules <> $2 or r.due_at <= $1 then true
         when r.at > $1::timestamptz - make_interval(secs => $3) then false
         else not exists (
           with recursive below (id) as (select m.id from claim m where m.merged_into = c.id
             union select m.id from claim m join below w on m.merged_into = w.id)
           select from (
             select l.id from sighting_link l where l.claim_id = c.id and l.ended_at is null
             union all select l.id from below m join sighting_link l on l.claim_id = m.id and l.ended_at is null) k
           having coalesce(max(k.id), 0) = r.newest and count(*) = r.links) end)
     order by c.risk desc, r.at nulls first, c.opened_at limit 50`,
    [toTimestamp(now), RULES_VERSION, settleMs / 1000],
  )
  return rows.map(({ id }) => id)
}

/** Asks again about claims of these kinds, or of every kind. */
export async function hastenChecks(db: Queryable, now: Instant, kinds: readonly ClaimKind[] | null): Promise<void> {
  await db.query(
    `update claim_check_run r set due_at = $1 from claim c where c.id = r.claim_id
       and c.state not in ('closed', 'dismissed', 'merged') and ($2::text[] is null or c.kind = any($2))
       and (r.due_at is null or r.due_at > $1)`,
    [toTimestamp(now), kinds],
  )
}

/** Different texts in which a claim goes round, the first seen first. */
export async function listToldTexts(db: Queryable, claimId: string, most: number): Promise<ToldText[]> {
  const { rows } = await db.query<ToldText>(
    `${WHOLE}, told as (
       select distinct on (s.shown) s.id, s.shown as text, coalesce(s.seen_at, s.received_at) as at
       from ${WHOLE_SIGHTINGS}
       where s.stance <> 'deny' order by s.shown, coalesce(s.seen_at, s.received_at), s.id)
     select id, text, at from told order by at, id limit $2`,
    [claimId, most],
  )
  return rows
}

export interface ArchivedRow {
  id: string
  title: string
  openedAt: Instant
  /** As it stands in the draft; null where none was published. */
  verdict: string | null
  texts: string[]
}

/** Claims of a kind that have come to rest, with their first texts; what rested last first. */
export async function listArchive(
  db: Queryable,
  kind: ClaimKind,
  except: string,
  most: number,
): Promise<ArchivedRow[]> {
  const { rows } = await db.query<ArchivedRow>(
    `select c.id, c.title, c.opened_at as "openedAt",
       (select d.fields ->> 'verdict' from draft d where d.claim_id = c.id and d.state = 'released'
         order by d.released_at desc limit 1) as verdict,
       array(select s.shown from sighting_link l join sighting s on s.id = l.sighting_id
         where l.claim_id = c.id and l.ended_at is null and s.stance <> 'deny' order by l.id limit 3) as texts
     from claim c where c.class = 'actual' and c.state in ('closed', 'dismissed') and c.kind = $1 and c.id <> $2
     order by c.changed_at desc limit $3`,
    [kind, except, most],
  )
  return rows
}
