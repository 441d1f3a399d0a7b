// In: a claim, or a span of time. Out: when and where reports of it came; claims of the span with their clocks and answers.
// Reads only. Must not read a sealed original, nor count a denial as a report of the rumour.
import type { Instant } from '../../core/instant.ts'
import type { ReckonedClaim } from '../../core/rumour/reckoning.ts'
import type { SpreadReport } from '../../core/rumour/spread.ts'
import { toTimestamp, type Queryable } from '../pool.ts'
import type { SeenBy } from './claims.ts'
import { WHOLE_SIGHTINGS, wholeOf } from './whole.ts'

/** More are not drawn: a flood is told by its number. */
const MOST_REPORTS = 20_000

/** Reports of a claim and of all that was merged into it, oldest first; by when each was seen, where that was said to
 * be within the day before it came. */
export async function listSpreadReports(db: Queryable, claimId: string): Promise<SpreadReport[]> {
  const { rows } = await db.query<SpreadReport>(
    `with recursive ${wholeOf('$1::text')}
     select case when s.seen_at between s.received_at - interval '1 day' and s.received_at then s.seen_at else s.received_at end as at,
       s.platform, s.region
     from ${WHOLE_SIGHTINGS}
     where s.stance <> 'deny' order by 1 limit $2`,
    [claimId, MOST_REPORTS],
  )
  return rows
}

/** When a claim's first answer was let out; null while there is none. */
export async function findAnsweredAt(db: Queryable, claimId: string): Promise<Instant | null> {
  const { rows } = await db.query<{ at: Instant | null }>(
    'select min(released_at) as at from draft where claim_id = $1 and notice_id is not null',
    [claimId],
  )
  return rows[0]?.at ?? null
}

const MOST_CLAIMS = 20_000

/** A claim of a span as somebody sees it. */
export interface SeenClaim extends ReckonedClaim {
  /** They see its summary: neither its clocks nor who was silent nor whether the police have it. */
  summary: boolean
}

/**
 * Claims that were opened in a span, oldest first.
 * @param seen whose claims are meant
 */
export async function listReckoned(
  db: Queryable,
  span: { from: Instant; to: Instant },
  seen: SeenBy,
): Promise<SeenClaim[]> {
  const { rows } = await db.query<SeenClaim>(
    `select c.id, c.title, c.risk, c.state, c.verdict, c.opened_at as "openedAt", cardinality(c.referrals) as referrals,
       cardinality(c.late_without) > 0 as "isLate",
       (select min(d.released_at) from draft d where d.claim_id = c.id and d.notice_id is not null) as "answeredAt",
       greatest(0, (select count(*) from draft d where d.claim_id = c.id and d.notice_id is not null) - 1)::integer as corrections,
       (select count(distinct w.id) from draft d join notice n on n.id = d.notice_id
         join notice w on w.lineage_id = n.lineage_id and w.kind = 'withdrawal' where d.claim_id = c.id)::integer as withdrawals,
       k.reports::integer, k.denials::integer,
       coalesce((select json_agg(json_build_object('clock', t.clock,
           'startedAt', round(extract(epoch from coalesce(case when t.clock = 'signoff' or t.round > 0 then
             (select max(s.at) from claim_step s where s.claim_id = c.id and s.at <= t.due_at
               and s.event in ('submit', 'lapse', 'resurface')) end, c.opened_at)) * 1000),
           'dueAt', round(extract(epoch from t.due_at) * 1000),
           'metAt', round(extract(epoch from t.met_at) * 1000), 'stoppedAt', round(extract(epoch from t.stopped_at) * 1000))
         order by t.due_at) from claim_clock t where t.claim_id = c.id), '[]') as clocks,
       $3::text is not null and ($6 or g.level = 'summary') as summary
     from claim c left join claim_grant g on g.claim_id = c.id and g.organisation_id = $3 and g.ended_at is null
       and (g.expires_at is null or g.expires_at > $5) cross join lateral (
       select count(*) filter (where s.stance <> 'deny') as reports, count(*) filter (where s.stance = 'deny') as denials
       from sighting_link l join sighting s on s.id = l.sighting_id where l.claim_id = c.id and l.ended_at is null) k
     where c.class = 'actual' and c.opened_at >= $1 and c.opened_at < $2
       and ($3::text is null or g.claim_id is not null)
     order by c.opened_at, c.id limit $4`,
    [
      toTimestamp(span.from),
      toTimestamp(span.to),
      seen.organisation,
      MOST_CLAIMS,
      toTimestamp(seen.now),
      seen.onlySummaries ?? false,
    ],
  )
  return rows
}
