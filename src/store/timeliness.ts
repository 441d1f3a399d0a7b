// In: the record. Out: per month and lane the four clocks of what was said: how many, p50 and p90, or the values themselves.
// Reads only. Must not count a rehearsal, nor what nobody could see; drills stand apart (DESIGN "rehearsal", §4.9).
import { WRITTEN_KINDS } from '../core/notice.ts'
import type { Instant } from '../core/instant.ts'
import type { Queryable } from './pool.ts'

export const CLOCKS = ['heard', 'decided', 'accepted', 'seen'] as const
export type Clock = (typeof CLOCKS)[number]

/** Milliseconds. Below ENOUGH measurements `values` holds each of them, ascending, and there are no percentiles. */
export type Measured = { n: number } & ({ values: number[] } | { p50: number; p90: number })

export interface TimelinessMonth {
  /** 2017-06, Beijing's. */
  month: string
  class: 'actual' | 'drill'
  /** Notices that at least one live outlet has accepted. */
  notices: number
  clocks: Readonly<Record<Clock, Measured>>
}

/** A percentile of fewer says less than the values themselves. */
const ENOUGH = 5
/** A person's word answers no determination: only what came after the decision is measured. */
const WITHOUT_RECEIPT = ['withdrawal', 'no-quake', ...WRITTEN_KINDS]

/**
 * One statement. A percentile is a measurement that was made (nearest rank), never a value between two: each can be
 * looked up. An outlet with several counts its slowest, as on the notice's own page.
 */
const SELECT = `
  with told as (
    select n.id, n.class, to_char(n.issued_at at time zone 'Asia/Shanghai', 'YYYY-MM') as month,
      case when n.kind <> all ($2) then n.received_at - n.origin_at end as heard,
      case when n.kind <> all ($2) then n.decided_at - n.received_at end as decided,
      max(d.accepted_at) - n.decided_at as accepted,
      max(d.seen_at - d.accepted_at) as seen
    from notice n join delivery d on d.notice_id = n.id
    where n.class in ('actual', 'drill') and n.issued_at >= $1 and d.state <> 'rehearsal' and d.accepted_at is not null
    group by n.id
  ), months as (
    select class, month, count(*)::integer as notices from told group by class, month
  ), measured as (
    select t.class, t.month, c.clock, round(extract(epoch from c.took) * 1000)::bigint as ms
    from told t, lateral (values ('heard', t.heard), ('decided', t.decided), ('accepted', t.accepted), ('seen', t.seen))
      as c(clock, took)
    where c.took is not null
  )
  select m.class, m.month, m.notices, c.clock, count(x.ms)::integer as n,
    percentile_disc(0.5) within group (order by x.ms) as p50, percentile_disc(0.9) within group (order by x.ms) as p90,
    coalesce(array_agg(x.ms::double precision order by x.ms) filter (where x.ms is not null), '{}') as values
  from months m cross join unnest($3::text[]) as c(clock)
    left join measured x on x.class = m.class and x.month = m.month and x.clock = c.clock
  group by m.class, m.month, m.notices, c.clock
  order by m.month desc, m.class`

interface Row {
  class: 'actual' | 'drill'
  month: string
  notices: number
  clock: Clock
  n: number
  p50: number | null
  p90: number | null
  values: number[]
}

/** Months with a notice, newest first. @param since first instant that is counted */
export async function listTimeliness(db: Queryable, since: Instant): Promise<TimelinessMonth[]> {
  const { rows } = await db.query<Row>(SELECT, [new Date(since).toISOString(), WITHOUT_RECEIPT, CLOCKS])
  const months = new Map<string, TimelinessMonth & { clocks: Record<Clock, Measured> }>()
  for (const row of rows) {
    const key = `${row.month} ${row.class}`
    const empty: Measured = { n: 0, values: [] }
    const month = months.get(key) ?? {
      month: row.month,
      class: row.class,
      notices: row.notices,
      clocks: { heard: empty, decided: empty, accepted: empty, seen: empty },
    }
    const few = row.n < ENOUGH || row.p50 === null || row.p90 === null
    month.clocks[row.clock] = few
      ? { n: row.n, values: row.values }
      : { n: row.n, p50: row.p50 ?? 0, p90: row.p90 ?? 0 }
    months.set(key, month)
  }
  return [...months.values()]
}
