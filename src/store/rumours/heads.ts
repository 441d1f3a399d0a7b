// In: links of sightings to claims. Out: the texts by which claims are known, claim by claim or as they are linked, and how what
// they belong to stands now. Must not hand out denials: what denies a claim is no copy of it (rumours.md §0.3).
import type { Instant } from '../../core/instant.ts'
import type { ClaimState } from '../../core/rumour/claim-states.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

/** A link as the matcher reads it. */
export interface LinkedText {
  linkId: number
  sightingId: string
  claimId: string
  class: 'actual' | 'drill'
  shown: string
}

/** The newest link; 0 for none. */
export async function findLastLink(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ id: number }>('select coalesce(max(id), 0) as id from sighting_link')
  return rows[0]?.id ?? 0
}

/**
 * Links made after one, in order. Whoever links holds lockMatching to the end of the transaction, so that links become visible
 * in the order of their ids, and none is missed by a reader without the lock.
 */
export async function listLinksAfter(db: Queryable, after: number, most: number): Promise<LinkedText[]> {
  const { rows } = await db.query<LinkedText>(
    `select l.id as "linkId", l.sighting_id as "sightingId", l.claim_id as "claimId", l.class, s.shown
     from sighting_link l join sighting s on s.id = l.sighting_id
     where l.id > $1 and s.stance <> 'deny' order by l.id limit $2`,
    [after, most],
  )
  return rows
}

/** Claims that go on, were merged into another, or came to rest since an instant; in the order of their ids, after one. */
export async function listCurrentClaims(db: Queryable, since: Instant, after: string, most: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from claim where id > $1 and retired_at is null and (state not in ('closed', 'dismissed') or changed_at >= $2) order by id limit $3`,
    [after, toTimestamp(since), most],
  )
  return rows.map(({ id }) => id)
}

export interface OldClaim {
  id: string
  changedAt: Instant
}

/** Claims at rest since before an instant, the youngest first, after one. */
export async function listOldClaims(
  db: Queryable,
  before: Instant,
  after: OldClaim | null,
  most: number,
): Promise<OldClaim[]> {
  const { rows } = await db.query<OldClaim>(
    `select id, changed_at as "changedAt" from claim
     where state in ('closed', 'dismissed') and retired_at is null and changed_at < $1
       and ($2::timestamptz is null or (changed_at, id) < ($2, $3)) order by changed_at desc, id desc limit $4`,
    [toTimestamp(before), after === null ? null : toTimestamp(after.changedAt), after?.id ?? '', most],
  )
  return rows
}

/** Of each claim the text that it was opened for and its newest ones, in the order of their links, none newer than `upTo`. */
export async function listHeads(
  db: Queryable,
  claimIds: readonly string[],
  upTo: number,
  newest: number,
): Promise<LinkedText[]> {
  const texts = `select l.id as "linkId", l.sighting_id as "sightingId", l.claim_id as "claimId", l.class, s.shown
    from sighting_link l join sighting s on s.id = l.sighting_id
    where l.claim_id = c.id and l.ended_at is null and l.id <= $2 and s.stance <> 'deny'`
  const { rows } = await db.query<LinkedText>(
    `select h.* from unnest($1::text[]) as c (id) cross join lateral (
       (${texts} order by l.id limit 1) union (${texts} order by l.id desc limit $3)) h order by h."linkId"`,
    [claimIds, upTo, newest],
  )
  return rows
}

/** Where a sighting belongs by the record (what a drill has left belongs nowhere), and the claim that this one stands for today: itself, or what it was merged into. */
export interface Standing {
  sightingId: string
  claimId: string
  id: string
  state: ClaimState
  familyId: string
}

export async function listStandings(db: Queryable, sightingIds: readonly string[]): Promise<Standing[]> {
  if (sightingIds.length === 0) return []
  const { rows } = await db.query<Standing & { isMerged: boolean }>(
    `select l.sighting_id as "sightingId", l.claim_id as "claimId", c.id, c.state, c.family_id as "familyId",
       c.merged_into is not null as "isMerged"
     from sighting_link l join claim c on c.id = l.claim_id
     where l.sighting_id = any($1) and l.ended_at is null and (c.merged_into is not null or c.retired_at is null)`,
    [sightingIds],
  )
  const merged = rows.filter(({ isMerged }) => isMerged)
  const own = rows.filter(({ isMerged }) => !isMerged)
  return merged.length === 0 ? own : [...own, ...(await followMerges(db, merged))]
}

/** Few claims are merged: the way up is asked for those alone. */
async function followMerges(db: Queryable, merged: readonly Standing[]): Promise<Standing[]> {
  const { rows } = await db.query<Standing>(
    `with recursive up (sighting_id, claim_id, id, hops) as (
       select g.sighting_id, g.claim_id, g.claim_id, 0 from unnest($1::text[], $2::text[]) g (sighting_id, claim_id)
       union all
       select u.sighting_id, u.claim_id, c.merged_into, u.hops + 1 from up u join claim c on c.id = u.id
         where c.merged_into is not null and u.hops < 50)
     select u.sighting_id as "sightingId", u.claim_id as "claimId", c.id, c.state, c.family_id as "familyId"
     from up u join claim c on c.id = u.id where c.merged_into is null and c.retired_at is null`,
    [merged.map(({ sightingId }) => sightingId), merged.map(({ claimId }) => claimId)],
  )
  return rows
}
