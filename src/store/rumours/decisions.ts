// In: the record. Out: pairs of shown texts on which a person decided whether they are one claim.
// Must not hand out what was decided in a drill, nor who decided, who reported, or an original; nor denials, which are never copies of what they deny.
import type { Instant } from '../../core/instant.ts'
import type { MatchBand } from '../../core/rumour/claim-match.ts'
import type { Queryable } from '../pool.ts'

export interface DecidedPair {
  one: string
  other: string
  same: boolean
  from: 'offered' | 'taken-apart' | 'merged'
  band: MatchBand | null
  ruleVersion: string | null
  at: Instant
}

// A pair that the machine would have merged but for the claim's state or its other texts is kept without a doubt.
/** The text that a claim was opened for. */
const FIRST = `(select s.shown from sighting_link l join sighting s on s.id = l.sighting_id
  where l.claim_id = %.id and s.stance <> 'deny' order by l.id limit 1)`
const firstOf = (claim: string): string => FIRST.replace('%', claim)

/** A merge that somebody took apart again says the opposite of what it said. */
const STANDS = `not exists (select from claim_step p where p.claim_id = %.id and p.event = 'split' and p.at >= $1)`
const standsSince = (claim: string, since: string): string => STANDS.replace('%', claim).replace('$1', since)

/**
 * Answers to what was offered; merges of the machine that a person took apart; claims that a person merged though nothing was
 * offered. Oldest first.
 */
export async function listDecidedPairs(db: Queryable, most: number): Promise<DecidedPair[]> {
  const { rows } = await db.query<DecidedPair>(
    `with pairs as (
       select s.shown as one, ${firstOf('t')} as other,
         g.decided = 'same' and ${standsSince('o', 'g.decided_at')} as same, 'offered' as "from",
         case when g.band = 'suggest' and g.doubts = '{}' then 'auto' else g.band end as band, g.rule_version as "ruleVersion",
         g.decided_at as at
       from claim_suggestion g join sighting s on s.id = g.sighting_id join claim t on t.id = g.claim_id
       join lateral (select l.claim_id as id from sighting_link l where l.sighting_id = g.sighting_id
         order by l.id limit 1) o on true
       where g.decided is not null and s.stance <> 'deny' and s.class = 'actual'
       union all
       select s.shown, ${firstOf('c')}, false, 'taken-apart', 'auto', l.rule_version, l.ended_at
       from sighting_link l join sighting s on s.id = l.sighting_id join claim c on c.id = l.claim_id
       where l.how = 'auto' and l.ended_at is not null and l.ended_by <> 'system' and s.stance <> 'deny' and s.class = 'actual'
       union all
       select ${firstOf('c')}, ${firstOf('t')}, true, 'merged', null, null, c.changed_at
       from claim c join claim t on t.id = c.merged_into
       where c.class = 'actual' and not exists (select from claim_suggestion g join sighting_link l on l.sighting_id = g.sighting_id
         where g.decided is not null and ((l.claim_id = c.id and g.claim_id = t.id) or (l.claim_id = t.id and g.claim_id = c.id))))
     select * from pairs where one is not null and other is not null order by at, one, other limit $1`,
    [most],
  )
  return rows
}
