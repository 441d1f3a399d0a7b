// In: calls an adapter wants to make. Out: booked, or the instant the exhausted window ends. Survives restarts (channels.md §0.3).
// Must not let a call go unbooked where few are left; where many are left a first word does not wait for the book.
import type { CallLimit, Priority, Spend } from '../core/channel.ts'
import { BEIJING_OFFSET, DAY, HOUR, MINUTE, SECOND, type Instant } from '../core/instant.ts'
import { toTimestamp, type Queryable } from './pool.ts'

const WINDOW_MS = { day: DAY, hour: HOUR, minute: MINUTE } as const

/** Start of the quota window an instant lies in. Days and hours are Beijing's: the platforms reset there (channels.md §1.4, §2.7). */
export function windowStart(now: Instant, window: CallLimit['window']): Instant {
  const size = WINDOW_MS[window]
  return Math.floor((now + BEIJING_OFFSET) / size) * size - BEIJING_OFFSET
}

/** Share of a limit that must be left for a call to go while its booking is still being written. */
export const PLENTY = 0.3
/** What the book said is trusted this long; other nodes book meanwhile, and three tenths outlast what they can in that time. */
export const FRESH_MS = MINUTE
/** How often the book is read for outlets that are not calling, so that a first word after quiet hours finds it known. */
const REFRESH_MS = 20 * SECOND
/** A booking beside its call is written this much later: the call's bytes go first on a machine with two cores. */
const BESIDE_MS = 50
/** A limit that no booking reaches: for a call that has gone already. */
const NO_LIMIT = 2_147_483_647

/** What the book said of one limit, and what is being written into it. */
interface Known {
  since: Instant
  used: number
  readAt: Instant
  writing: number
}

interface Book {
  outlet: string
  limits: readonly CallLimit[]
  clock: () => Instant
  known: Map<CallLimit, Known>
}

export interface Budgets {
  /** Opens the book of one outlet. */
  open(outlet: string, limits: readonly CallLimit[], clock: () => Instant): Spend
  /** Reads how much of every limit is used. */
  refresh(): Promise<void>
  /** Writes what is still to be booked. */
  close(): Promise<void>
}

/**
 * Opens the books of all outlets. While more than three tenths of every limit concerned are left, a booking is written
 * beside its call instead of before it: a round trip less on a first word's way (measured 2 ms of 12). A crash in between
 * forgets one call, of a hundred at the tightest platform. Nearer to a limit, and while nothing is known, the booking comes first.
 * @param onError a booking or a reading that failed; the call has gone or goes all the same
 */
export function openBudgets(db: Queryable, onError: (error: unknown) => void): Budgets {
  const books: Book[] = []
  const beside = openBeside(onError)
  const refresh = () => readUsed(db, books)
  const timer = setInterval(() => void refresh().catch(onError), REFRESH_MS)
  timer.unref()
  return {
    open: (outlet, limits, clock) => {
      const book: Book = { outlet, limits, clock, known: new Map() }
      books.push(book)
      return (api, priority) => spend(db, book, api, priority, beside)
    },
    refresh,
    close: () => {
      clearInterval(timer)
      return beside.flush()
    },
  }
}

/** Work that is done a moment later, or when the program stops. */
interface Beside {
  later(act: () => Promise<unknown>): void
  flush(): Promise<void>
}

function openBeside(onError: (error: unknown) => void): Beside {
  let waiting: (() => Promise<unknown>)[] = []
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const flush = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const acts = waiting
    waiting = []
    running = Promise.all([running, ...acts.map((act) => act().catch(onError))]).then(() => undefined)
    await running
  }
  return {
    later: (act) => {
      waiting.push(act)
      timer ??= setTimeout(() => void flush(), BESIDE_MS)
    },
    flush,
  }
}

async function spend(db: Queryable, book: Book, api: string, priority: Priority, beside: Beside): ReturnType<Spend> {
  const now = book.clock()
  const concerned = book.limits.filter((limit) => limit.api === '*' || limit.api === api)
  if (concerned.length === 0) return { ok: true }
  if (concerned.every((limit) => hasPlenty(book.known.get(limit), limit, priority, now))) {
    const entries = concerned.flatMap((limit) => book.known.get(limit) ?? [])
    for (const known of entries) known.writing += 1
    beside.later(() =>
      write(db, book, api, concerned, () => NO_LIMIT, now).finally(() => {
        for (const known of entries) known.writing -= 1
      }),
    )
    return { ok: true }
  }
  // What has gone unbooked so far counts first.
  await beside.flush()
  const broken = await write(db, book, api, concerned, (limit) => maxFor(limit, priority), now)
  return broken ? { ok: false, until: windowStart(now, broken.window) + WINDOW_MS[broken.window] } : { ok: true }
}

/** Writes one booking and learns what was used. @returns the limit that is used up; then nothing was written */
async function write(
  db: Queryable,
  book: Book,
  api: string,
  concerned: readonly CallLimit[],
  max: (limit: CallLimit) => number,
  now: Instant,
): Promise<CallLimit | undefined> {
  const rows = concerned.map((limit) => ({
    api: limit.api,
    max: max(limit),
    since: toTimestamp(windowStart(now, limit.window)),
  }))
  const answer = await db.query<{ broken: number; used: number[] | null }>(
    'select broken, used from book_call($1, $2, $3, $4::jsonb)',
    [book.outlet, api, toTimestamp(now), JSON.stringify(rows)],
  )
  const { broken = 0, used } = answer.rows[0] ?? {}
  const booked = broken === 0 ? 1 : 0
  for (const [index, limit] of concerned.entries()) learn(book, limit, (used?.[index] ?? 0) + booked, now)
  return concerned[broken - 1]
}

async function readUsed(db: Queryable, books: readonly Book[]): Promise<void> {
  const asked = books.flatMap((book) => {
    const now = book.clock()
    return book.limits.map((limit) => ({ book, limit, now, since: windowStart(now, limit.window) }))
  })
  if (asked.length === 0) return
  const rows = asked.map(({ book, limit, since }) => ({
    outlet: book.outlet,
    api: limit.api,
    since: toTimestamp(since),
  }))
  const answer = await db.query<{ used: number }>(
    `select (select count(*)::integer from call c
       where c.outlet_id = l.outlet and c.at >= l.since and (l.api = '*' or c.api = l.api)) as used
     from rows from (jsonb_to_recordset($1::jsonb) as (outlet text, api text, since timestamptz)) with ordinality
       as l(outlet, api, since, position) order by l.position`,
    [JSON.stringify(rows)],
  )
  for (const [index, { book, limit, now }] of asked.entries()) learn(book, limit, answer.rows[index]?.used ?? 0, now)
}

function learn(book: Book, limit: CallLimit, used: number, now: Instant): void {
  const since = windowStart(now, limit.window)
  const known = book.known.get(limit)
  if (!known) {
    book.known.set(limit, { since, used, readAt: now, writing: 0 })
    return
  }
  // Answers may overtake each other; within a window the book only grows.
  known.used = known.since === since ? Math.max(known.used, used) : used
  known.since = since
  known.readAt = now
}

/** Priorities 0 and 1 may use the reserve (DESIGN §6.11). */
export function maxFor(limit: CallLimit, priority: Priority): number {
  return priority <= 1 ? limit.max : limit.max - limit.reserve
}

function hasPlenty(known: Known | undefined, limit: CallLimit, priority: Priority, now: Instant): boolean {
  if (!known || Math.abs(now - known.readAt) > FRESH_MS) return false
  // A window that has begun since then holds at most what was booked in the minute that the knowledge is trusted for.
  const used = known.since === windowStart(now, limit.window) ? known.used : 0
  return used + known.writing < maxFor(limit, priority) - PLENTY * limit.max
}
