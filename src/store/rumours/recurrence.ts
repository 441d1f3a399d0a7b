// In: a claim. Out: claims at rest that it may bring up again, each with when it went round and how it was answered.
// Must not hand out what somebody has decided on already.
import type { Instant } from '../../core/instant.ts'
import type { Doubt } from '../../core/rumour/claim-match.ts'
import type { ClaimState } from '../../core/rumour/claim-states.ts'
import type { Queryable } from '../pool.ts'
import { AS_IT_STANDS } from './links.ts'
import { WHOLE_LINKS, wholeOf } from './whole.ts'

export interface Recurrence {
  claimId: string
  title: string
  state: Extract<ClaimState, 'closed' | 'dismissed'>
  openedAt: Instant
  restedAt: Instant | null
  band: 'suggest' | 'family'
  score: number
  doubts: readonly Doubt[]
  /** How it was answered last; null when nothing was said. */
  answer: { code: string; title: string; issuedAt: Instant; isWithdrawn: boolean } | null
}

/** The nearest first. */
export async function listRecurrences(db: Queryable, claimId: string, most: number): Promise<Recurrence[]> {
  const { rows } = await db.query<Recurrence>(
    `with recursive ${wholeOf('$1::text')},
       offered as (select distinct on (c.id) c.id as claim_id, g.band, g.score, g.doubts
         from ${WHOLE_LINKS}
         join claim_suggestion g on g.sighting_id = l.sighting_id and g.decided is null ${AS_IT_STANDS}
         order by c.id, g.band desc, g.score desc)
     select c.id as "claimId", c.title, c.state, c.opened_at as "openedAt", c.rested_at as "restedAt", o.band, o.score, o.doubts,
       (select json_build_object('code', n.code, 'title', n.title, 'issuedAt', round(extract(epoch from n.issued_at) * 1000),
          'isWithdrawn', exists (select from notice t where t.lineage_id = n.lineage_id and t.kind = 'withdrawal'))
        from draft d join notice n on n.id = d.notice_id where d.claim_id = c.id
        order by d.released_at desc limit 1) as answer
     from offered o join claim c on c.id = o.claim_id
     where c.state in ('closed', 'dismissed') and c.id not in (select id from whole)
     order by o.band desc, o.score desc, c.opened_at desc limit $2`,
    [claimId, most],
  )
  return rows
}
