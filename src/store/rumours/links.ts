// In: which sighting belongs to which claim, and what may be the same. Out: the same, kept with how it came about.
// Must not merge claims (claims.ts does, through a step): a link is one sighting's.
import { createHash } from 'node:crypto'
import type { Instant } from '../../core/instant.ts'
import type { Doubt } from '../../core/rumour/claim-match.ts'
import type { SlotVerdicts } from '../../core/rumour/slot-match.ts'
import { ALTERED_WORDS, writeSighting } from '../../core/rumour/sighting-record.ts'
import { toTimestamp, type Queryable } from '../pool.ts'
import type { Sighting } from './sightings.ts'
import { WHOLE_LINKS, WHOLE_SIGHTINGS, wholeOf } from './whole.ts'

export type LinkHow = 'auto' | 'opened' | 'suggested' | 'person'

export interface Link {
  sightingId: string
  claimId: string
  class: 'actual' | 'drill'
  how: LinkHow
  /** Of the machine's own judgement; null where a person decided alone. */
  match: { score: number; slots: SlotVerdicts; ruleVersion: string } | null
  by: string
  at: Instant
}

/** One that decides which claim a sighting belongs to at a time, on whichever node; held to the transaction's end. */
export async function lockMatching(db: Queryable): Promise<void> {
  await db.query(`select pg_advisory_xact_lock(hashtextextended('rumour matching', 0))`)
}

export async function addLink(db: Queryable, { match, ...link }: Link): Promise<void> {
  await db.query(
    `insert into sighting_link (sighting_id, claim_id, class, how, score, slots, rule_version, by, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      link.sightingId,
      link.claimId,
      link.class,
      link.how,
      match?.score ?? null,
      match === null ? null : JSON.stringify(match.slots),
      match?.ruleVersion ?? null,
      link.by,
      toTimestamp(link.at),
    ],
  )
}

/** Ends where a sighting belongs now. @returns the claim it belonged to */
export async function endLink(db: Queryable, sightingId: string, by: string, at: Instant): Promise<string | null> {
  const { rows } = await db.query<{ claimId: string }>(
    `update sighting_link set ended_at = $2, ended_by = $3 where sighting_id = $1 and ended_at is null
     returning claim_id as "claimId"`,
    [sightingId, toTimestamp(at), by],
  )
  return rows[0]?.claimId ?? null
}

/** The claim that a sighting was last put to; null when it never was. */
export async function findLink(db: Queryable, sightingId: string): Promise<string | null> {
  const { rows } = await db.query<{ claimId: string }>(
    'select claim_id as "claimId" from sighting_link where sighting_id = $1 order by id desc limit 1',
    [sightingId],
  )
  return rows[0]?.claimId ?? null
}

/** The same of several, with how it came there; by sighting. */
export async function findLinked(
  db: Queryable,
  sightingIds: readonly string[],
): Promise<Map<string, { claimId: string; how: LinkHow }>> {
  const { rows } = await db.query<{ id: string; claimId: string; how: LinkHow }>(
    `select distinct on (sighting_id) sighting_id as id, claim_id as "claimId", how from sighting_link
     where sighting_id = any($1) order by sighting_id, sighting_link.id desc`,
    [sightingIds],
  )
  return new Map(rows.map(({ id, ...linked }) => [id, linked]))
}

export interface LinkedSighting extends Sighting {
  how: LinkHow
  score: number | null
  linkedBy: string
  linkedAt: Instant
  /** Of the claim it was put to, which may since have been merged. */
  claimId: string
  hasPicture: boolean
}

/** Ids of a claim and of all that were merged into it, however far down. */
const WITH_MERGED = `with recursive ${wholeOf('$1::text')}`

/**
 * A claim's sightings with those of claims merged into it, newest first. What is no longer what the journal noted is not handed out:
 * it says so instead.
 */
export async function listSightings(db: Queryable, claimId: string, most: number): Promise<LinkedSighting[]> {
  const { rows } = await db.query<LinkedSighting & { noted: string | null }>(
    `${WITH_MERGED} select s.id, s.class, s.route, s.shown, s.stance, s.kind, s.url, s.platform, s.region,
       s.seen_at as "seenAt", s.received_at as "receivedAt", s.taken_by as "takenBy", s.raw_sha256 as "rawSha256",
       s.reporter_ref as "reporterRef", l.how, l.score, l.by as "linkedBy", l.at as "linkedAt", l.claim_id as "claimId",
       exists (select from sighting_picture p where p.sighting_id = s.id) as "hasPicture",
       (select j.detail ->> 'record' from journal j where j.subject = s.id and j.act = 'sighting.received'
         order by j.id limit 1) as noted
     from ${WHOLE_SIGHTINGS}
     order by s.received_at desc, s.id limit $2`,
    [claimId, most],
  )
  return rows.map(({ noted, ...row }) => {
    const isWhole = noted === null || noted === createHash('sha256').update(writeSighting(row)).digest('hex')
    return isWhole ? row : { ...row, shown: ALTERED_WORDS, url: null, platform: '', region: '' }
  })
}

/** How many sightings spread a claim, in how many wordings, and how many deny it: a denial is no spread. */
export async function countSightings(
  db: Queryable,
  claimId: string,
): Promise<{ spread: number; variants: number; deny: number }> {
  const { rows } = await db.query<{ spread: number; variants: number; deny: number }>(
    `${WITH_MERGED} select count(*) filter (where s.stance <> 'deny') as spread, count(*) filter (where s.stance = 'deny') as deny,
       count(distinct s.shown) filter (where s.stance <> 'deny') as variants
     from ${WHOLE_SIGHTINGS}`,
    [claimId],
  )
  return rows[0] ?? { spread: 0, variants: 0, deny: 0 }
}

/** From how many networks a claim was spread since an instant; what was told to the desk counts each (rumours.md §9). */
export async function countSpreadSince(db: Queryable, claimId: string, since: Instant): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `${WITH_MERGED} select count(distinct coalesce(o.network_ref, s.id)) as n
     from ${WHOLE_SIGHTINGS}
     left join sighting_source o on o.sighting_id = s.id where s.stance <> 'deny' and s.received_at > $2`,
    [claimId, toTimestamp(since)],
  )
  return rows[0]?.n ?? 0
}

export interface Suggestion {
  sightingId: string
  claimId: string
  band: 'suggest' | 'family'
  score: number
  slots: SlotVerdicts
  doubts: readonly Doubt[]
  ruleVersion: string
}

export interface OpenSuggestion extends Suggestion {
  title: string
  state: string
  class: 'actual' | 'drill'
}

/** What a suggested claim is now: itself, or what it was merged into, however far up. Of a suggestion `g`, a claim `c`. */
export const AS_IT_STANDS = `join lateral (
    with recursive up (id, next) as (select o.id, o.merged_into from claim o where o.id = g.claim_id
      union select o.id, o.merged_into from claim o join up on o.id = up.next)
    select id from up where next is null) root on true join claim c on c.id = root.id`

/** What may be the same as a sighting's claim and nobody has decided. */
export async function listSuggestions(db: Queryable, claimId: string, most: number): Promise<OpenSuggestion[]> {
  const { rows } = await db.query<OpenSuggestion>(
    `${WITH_MERGED} select * from (select distinct on (c.id) g.sighting_id as "sightingId", c.id as "claimId", g.band, g.score, g.slots,
         g.doubts, g.rule_version as "ruleVersion", c.title, c.state, c.class
       from ${WHOLE_LINKS}
       join claim_suggestion g on g.sighting_id = l.sighting_id and g.decided is null
       ${AS_IT_STANDS} where c.id not in (select id from whole) order by c.id, g.score desc) found
     order by band desc, score desc limit $2`,
    [claimId, most],
  )
  return rows
}

/** Suggestions of a sighting that belongs nowhere yet. */
export async function listSuggestionsOf(db: Queryable, sightingId: string, most: number): Promise<OpenSuggestion[]> {
  const { rows } = await db.query<OpenSuggestion>(
    `select * from (select distinct on (c.id) g.sighting_id as "sightingId", c.id as "claimId", g.band, g.score, g.slots, g.doubts,
         g.rule_version as "ruleVersion", c.title, c.state, c.class
       from claim_suggestion g ${AS_IT_STANDS} where g.sighting_id = $1 and g.decided is null order by c.id, g.score desc) found
     order by band desc, score desc limit $2`,
    [sightingId, most],
  )
  return rows
}

/** The same of several: by sighting. */
export async function listSuggestionsOfAll(
  db: Queryable,
  sightingIds: readonly string[],
  most: number,
): Promise<Map<string, { claimId: string; title: string }[]>> {
  if (sightingIds.length === 0) return new Map()
  const { rows } = await db.query<{ sightingId: string; claimId: string; title: string }>(
    `select s.id as "sightingId", f.id as "claimId", f.title from unnest($1::text[]) as s (id) cross join lateral (
       select * from (select distinct on (c.id) c.id, c.title, g.band, g.score from claim_suggestion g ${AS_IT_STANDS}
         where g.sighting_id = s.id and g.decided is null order by c.id, g.score desc) found
       order by band desc, score desc limit $2) f`,
    [sightingIds, most],
  )
  return Map.groupBy(rows, ({ sightingId }) => sightingId)
}

/** What a person decided about a claim as it stands now. @returns false when somebody had decided before, or nothing was suggested */
export async function decideSuggestion(
  db: Queryable,
  { sightingId, claimId }: Pick<Suggestion, 'sightingId' | 'claimId'>,
  decided: 'same' | 'other',
  by: string,
  at: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `with recursive ${wholeOf('$2::text')}
     update claim_suggestion set decided = $3, decided_by = $4, decided_at = $5
     where sighting_id = $1 and decided is null and claim_id in (select id from whole)`,
    [sightingId, claimId, decided, by, toTimestamp(at)],
  )
  return (rowCount ?? 0) > 0
}
