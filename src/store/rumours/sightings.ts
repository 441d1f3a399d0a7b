// In: reports of rumours as rumour/ took them in: redacted text to show, the original and the contact already sealed.
// Out: the same, kept and found. Must not open a seal, and never changes a sighting (000025-rumours.sql).
import { createHash } from 'node:crypto'
import { MINUTE, type Instant } from '../../core/instant.ts'
import { writeSighting, type RecordedSighting } from '../../core/rumour/sighting-record.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

export const SIGHTING_ROUTES = ['form', 'wechat', 'weibo', 'phone', 'agency', 'patrol', 'api', 'csv'] as const
export type SightingRoute = (typeof SIGHTING_ROUTES)[number]

export interface Sighting extends RecordedSighting {
  class: 'actual' | 'drill'
  route: SightingRoute
  receivedAt: Instant
}

export interface Sealed {
  receiptHash: Uint8Array
  raw: Uint8Array
  reporter: { ref: string; sealed: Uint8Array; purpose: string; keepMs: number; consent: object | null } | null
  /** Sealed as it came, with the hash of its bytes before. */
  picture?: { sealed: Uint8Array; sha256: string; type: 'image/png' | 'image/jpeg'; bytes: number }
}

/** Where a report came from; keyed hashes alone. */
export interface Origin {
  /** Null where there is nobody to tell apart. */
  sender: string | null
  network: string
  /** More of one sender within a day are turned away; from so many on they wait for a person. */
  mostADay: number
  shadowAt: number
}

const COLUMNS = `s.id, s.class, s.route, s.shown, s.stance, s.kind, s.url, s.platform, s.region, s.seen_at as "seenAt",
  s.received_at as "receivedAt", s.taken_by as "takenBy", s.raw_sha256 as "rawSha256", s.reporter_ref as "reporterRef"`

/** Within so long a question is answered. */
const ANSWER_MS = 30 * MINUTE

/** repeated: the receipt is known, nothing was added; over: this sender's day is used up. */
export type Done = 'taken' | 'repeated' | 'over'

/** What take_sighting() is given: the row, then receipt, original, contact and picture. */
export type TakenRow = readonly [string, Buffer | null, Buffer | null, Buffer | null, Buffer | null]

/**
 * How a report is spelled for its record (000026-intake.sql).
 * @param sighting receivedAt null: by the database's clock, for a process that does not know the installation's
 */
export function spellTaken(
  { receivedAt, seenAt, ...sighting }: Omit<Sighting, 'receivedAt'> & { receivedAt: Instant | null },
  { receiptHash, raw, reporter, picture }: Sealed,
  origin: Origin | null,
): TakenRow {
  const { stance, kind, route, rawSha256, reporterRef } = sighting
  const { sealed: sealedPicture, ...about } = picture ?? { sealed: null }
  const detail = {
    route,
    stance,
    kind,
    sha256: rawSha256,
    record: createHash('sha256')
      .update(writeSighting({ ...sighting, seenAt }))
      .digest('hex'),
    contact: reporterRef !== null,
    ...(picture ? { picture: picture.sha256 } : {}),
  }
  const given = {
    ...sighting,
    ...origin,
    receivedAt: receivedAt === null ? null : toTimestamp(receivedAt),
    seenAt: seenAt === null ? null : toTimestamp(seenAt),
    ...(reporter ? { purpose: reporter.purpose, keepMs: reporter.keepMs, consent: reporter.consent } : {}),
    picture: about,
    answerMs: ANSWER_MS,
    detail,
  }
  const bytes = (value: Uint8Array | null): Buffer | null => (value === null ? null : Buffer.from(value))
  const contact = bytes(reporter?.sealed ?? null)
  return [JSON.stringify(given), bytes(receiptHash), bytes(raw), contact, bytes(sealedPicture)]
}

/** Nobody is told that their report is on record by anything but the record. */
const UNSAID = 'the record did not say what became of a report'

/**
 * Puts a report on record with all that belongs to it: one statement, whole or not at all. Tells no desk: hundreds may come in within a
 * second, and whoever compares them tells of all at once.
 */
export async function takeOne(db: Queryable, row: TakenRow): Promise<Done> {
  const { rows } = await db.query<{ done: Done }>('select take_sighting($1, $2, $3, $4, $5) as done', [...row])
  const [answer] = rows
  if (!answer) throw new Error(UNSAID)
  return answer.done
}

/** The same of several without pictures, in their order, in one commit: all or none. */
export async function takeSeveral(db: Queryable, taken: readonly TakenRow[]): Promise<Done[]> {
  const column = (at: 0 | 1 | 2 | 3): unknown[] => taken.map((row) => row[at])
  const { rows } = await db.query<{ done: Done }>(
    `select take_sighting(g.given, g.receipt, g.raw, g.contact, null) as done
     from unnest($1::jsonb[], $2::bytea[], $3::bytea[], $4::bytea[]) as g (given, receipt, raw, contact)`,
    [column(0), column(1), column(2), column(3)],
  )
  if (rows.length !== taken.length) throw new Error(UNSAID)
  return rows.map(({ done }) => done)
}

export async function findSighting(db: Queryable, id: string): Promise<Sighting | null> {
  return (await db.query<Sighting>(`select ${COLUMNS} from sighting s where s.id = $1`, [id])).rows[0] ?? null
}

/** Sightings that were not compared with claims yet: those that failed least often first, then as they came. */
export async function listWaiting(db: Queryable, most: number): Promise<Sighting[]> {
  const { rows } = await db.query<Sighting>(
    // Limited first: else all sightings there are may be read.
    `select ${COLUMNS} from (select * from sighting_waiting order by tries, at, sighting_id limit $1) w
       join sighting s on s.id = w.sighting_id
     order by w.tries, w.at, w.sighting_id`,
    [most],
  )
  return rows
}

/** They are compared: within the transaction that says where they belong. @returns those that had waited */
export async function endWaiting(db: Queryable, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(
    'delete from sighting_waiting where sighting_id = any($1) returning sighting_id as id',
    [ids],
  )
  return new Set(rows.map(({ id }) => id))
}

/** One could not be compared: those behind it go first. */
export async function putBack(db: Queryable, id: string): Promise<void> {
  await db.query('update sighting_waiting set tries = tries + 1 where sighting_id = $1', [id])
}

/** Sightings that opened a claim since an instant, oldest first. */
export async function listOpenedSince(db: Queryable, since: Instant, most: number): Promise<Sighting[]> {
  const { rows } = await db.query<Sighting>(
    `select ${COLUMNS} from claim c join sighting_link l on l.claim_id = c.id and l.how = 'opened' and l.ended_at is null
     join sighting s on s.id = l.sighting_id
     where c.opened_at >= $1 and c.retired_at is null and c.state not in ('closed', 'dismissed', 'merged') order by c.opened_at, c.id limit $2`,
    [toTimestamp(since), most],
  )
  return rows
}

/** Denials that nobody has put beside a claim, newest first; of a drill those beside whose claims they may belong while it lasts. */
export async function listLooseDenials(
  db: Queryable,
  most: number,
  lane: Sighting['class'] = 'actual',
): Promise<Sighting[]> {
  const { rows } = await db.query<Sighting>(
    `select ${COLUMNS} from sighting s where s.stance = 'deny' and s.class = $2 and not exists (
       select from sighting_link l where l.sighting_id = s.id and l.ended_at is null)
       and (s.class = 'actual' or exists (select from claim_suggestion g join claim c on c.id = g.claim_id
         where g.sighting_id = s.id and c.retired_at is null))
       and not exists (select from sighting_source o where o.sighting_id = s.id and o.held)
     order by s.received_at desc, s.id limit $1`,
    [most, lane],
  )
  return rows
}

/** Removes contacts that have served their time; the sightings stay. */
export async function forgetReporters(db: Queryable, now: Instant): Promise<number> {
  return (await db.query('delete from reporter where expires_at < $1', [toTimestamp(now)])).rowCount ?? 0
}
