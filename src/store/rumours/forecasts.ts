// In: official forecasts as two persons put them on record. Out: the same, kept; those in force; who has yet to agree.
// Must not judge who may: rumour/checks/register.ts does. What was entered never changes (000027-checks.sql).
import type { Instant } from '../../core/instant.ts'
import type { ForecastStanding, OfficialForecast } from '../../core/rumour/checks/official-forecast.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

export interface ForecastRecord extends OfficialForecast, ForecastStanding {
  url: string | null
  /** From the document, word for word. */
  words: string
  enteredBy: string
  enteredAt: Instant
  decidedBy: string | null
  decidedAt: Instant | null
  endAskedBy: string | null
  endWhy: string
  endedBy: string | null
}

const COLUMNS = `id, kind, issuer, document, url, published_at as "publishedAt", area_name as "areaName", area, from_at as "from",
  until_at as "until", case when magnitude_low is not null then array[magnitude_low::float8, magnitude_high::float8] end as magnitude,
  words, entered_by as "enteredBy", entered_at as "enteredAt", decided, decided_by as "decidedBy", decided_at as "decidedAt",
  end_asked_by as "endAskedBy", end_why as "endWhy", ended_by as "endedBy", ended_at as "endedAt" from official_forecast`

export async function addForecast(
  db: Queryable,
  one: OfficialForecast & Pick<ForecastRecord, 'url' | 'words' | 'enteredBy' | 'enteredAt'>,
): Promise<void> {
  const [low, high] = one.magnitude ?? [null, null]
  await db.query(
    `insert into official_forecast (id, kind, issuer, document, url, published_at, area_name, area, from_at, until_at, magnitude_low,
       magnitude_high, words, entered_by, entered_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      one.id,
      one.kind,
      one.issuer,
      one.document,
      one.url,
      toTimestamp(one.publishedAt),
      one.areaName,
      [...one.area],
      toTimestamp(one.from),
      toTimestamp(one.until),
      low,
      high,
      one.words,
      one.enteredBy,
      toTimestamp(one.enteredAt),
    ],
  )
}

/** The newest first. */
export async function listForecasts(db: Queryable, most: number): Promise<ForecastRecord[]> {
  const { rows } = await db.query<ForecastRecord>(`select ${COLUMNS} order by entered_at desc, id limit $1`, [most])
  return rows
}

/** Agreed to, not ended, not over. */
export async function listForecastsInForce(db: Queryable, now: Instant): Promise<ForecastRecord[]> {
  const { rows } = await db.query<ForecastRecord>(
    `select ${COLUMNS} where decided = 'agreed' and ended_at is null and until_at > $1 order by from_at, id`,
    [toTimestamp(now)],
  )
  return rows
}

/** One, held to the end of the transaction. */
export async function lockForecast(db: Queryable, id: string): Promise<ForecastRecord | null> {
  await db.query('select from official_forecast where id = $1 for update', [id])
  return (await db.query<ForecastRecord>(`select ${COLUMNS} where id = $1`, [id])).rows[0] ?? null
}

/** Within a transaction that holds it. */
export async function decideForecast(
  db: Queryable,
  id: string,
  decided: 'agreed' | 'declined',
  by: string,
  at: Instant,
): Promise<void> {
  await db.query('update official_forecast set decided = $2, decided_by = $3, decided_at = $4 where id = $1', [
    id,
    decided,
    by,
    toTimestamp(at),
  ])
}

/** Asks for an end, or takes the question back (by: null). */
export async function askForecastEnd(
  db: Queryable,
  id: string,
  asked: { by: string; why: string; at: Instant } | null,
): Promise<void> {
  await db.query('update official_forecast set end_asked_by = $2, end_why = $3, end_asked_at = $4 where id = $1', [
    id,
    asked?.by ?? null,
    asked?.why ?? '',
    asked === null ? null : toTimestamp(asked.at),
  ])
}

export async function endForecast(db: Queryable, id: string, by: string, at: Instant): Promise<void> {
  await db.query('update official_forecast set ended_by = $2, ended_at = $3 where id = $1', [id, by, toTimestamp(at)])
}
