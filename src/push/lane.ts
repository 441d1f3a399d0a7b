// In: messages for one push service. Out: what became of each, with the service's own limits kept.
// A lane waits for no other: a service that hangs or refuses stops itself alone. Must not know the database.
import { SECOND, MINUTE, HOUR, type Instant } from '../core/instant.ts'
import type { Endpoint } from '../core/push/endpoint.ts'
import type { PreparedKeys } from './prepared.ts'
import { deriveSealKey, sealText } from './seal.ts'
import type { Session } from './exchange.ts'
import type { Vapid } from './vapid.ts'

/** A word as it leaves: the same for all who get it. */
export interface Letter {
  /** Of the broadcast: what is queued for a word that was replaced is dropped. */
  id: string
  text: Buffer
  /** For a service that finds the text too large. */
  short: Buffer
  topic: string
  urgency: 'high' | 'normal'
  /** Seconds. */
  ttl: number
  /** Lower goes first. */
  priority: number
}

export interface Addressee {
  number: number
  keyVersion: number
  endpoint: Endpoint
  p256dh: Uint8Array
  auth: Uint8Array
}

export type PostOutcome =
  | { state: 'sent' }
  /** The service says that the subscription is over. */
  | { state: 'gone' }
  | { state: 'failed'; reason: string }
  | { state: 'later'; afterMs: number; reason: string }

export interface LaneContext {
  keys: PreparedKeys
  vapid: Vapid
  /** A connection to the lane's service, at the address that was checked; throws when there is none. */
  connect: () => Promise<Session>
  now: () => Instant
  /** The service refuses us: a person must look at the VAPID pair. Cleared by the next message that it takes. */
  alarm: (raised: boolean, reason: string) => void
}

export interface Lane {
  post(letter: Letter, to: Addressee): Promise<PostOutcome>
  /** Messages of a word that have not left go back, and none leaves any more: it was replaced or stopped. */
  drop(id: string): void
  close(): void
}

interface Item {
  letter: Letter
  to: Addressee
  body: Buffer | null
  short: boolean
  again: number
  settle: (outcome: PostOutcome) => void
}

const BREAK_AFTER = 5
const FORBIDDEN_AFTER = 3
const SLOW_DOWN = MINUTE
const LONGEST_REST = HOUR
/** A connection that carried nothing for so long is closed; services close them as well. */
const IDLE_MS = MINUTE
/** A message that met the end of its connection, or was not taken, goes again this often, the same bytes each time. */
const AGAIN = 2
/** Sealed messages kept for their next try, so that it carries the same bytes. */
const MOST_KEPT = 20_000
const REPLACED: PostOutcome = { state: 'later', afterMs: SECOND, reason: 'replaced' }

/** Opens the lane of one push service. */
export function openLane(context: LaneContext): Lane {
  const queues = new Map<number, Item[]>()
  const kept = new Map<string, { body: Buffer; short: boolean }>()
  /** A newer word waits for the older one's reply, per subscriber: overtaken, the old one would be the last that is shown. */
  const busy = new Map<number, Item[]>()
  const dropped = new Set<string>()
  let session: Session | null = null
  let connecting = false
  let underWay = 0
  let blockedUntil = 0
  let why = ''
  let failures = 0
  let forbidden = 0
  let closed = false
  let idle: NodeJS.Timeout | undefined

  const rest = (ms: number, reason: string): void => {
    blockedUntil = Math.max(blockedUntil, context.now() + Math.min(ms, LONGEST_REST))
    why = reason
    giveBack()
  }
  /** What waits goes back to its batch: nothing is held in memory for a service that rests. */
  const giveBack = (): void => {
    const afterMs = Math.max(SECOND, blockedUntil - context.now())
    for (const items of [...queues.values(), ...busy.values()])
      for (const item of items.splice(0)) item.settle({ state: 'later', afterMs, reason: why })
  }
  const next = (): Item | null => {
    for (const priority of [...queues.keys()].sort((a, b) => a - b)) {
      const item = queues.get(priority)?.shift()
      if (item) return item
    }
    return null
  }
  const enqueue = (item: Item): void => {
    if (dropped.has(item.letter.id)) return item.settle(REPLACED)
    const queue = queues.get(item.letter.priority)
    if (queue) queue.push(item)
    else queues.set(item.letter.priority, [item])
  }

  const connect = async (): Promise<void> => {
    connecting = true
    try {
      const opened = await context.connect()
      if (closed) opened.close()
      else session = opened
    } catch (error) {
      failures += 1
      rest(5 * SECOND * 2 ** Math.min(failures - 1, 6), error instanceof Error ? error.message : 'no connection')
    } finally {
      connecting = false
    }
    pump()
  }

  const pump = (): void => {
    if (closed || context.now() < blockedUntil) return giveBack()
    for (;;) {
      if (session && !session.isOpen()) session = null
      if (session && underWay >= session.room()) return
      const item = next()
      if (!item) return
      if (!session) {
        const queue = queues.get(item.letter.priority)
        queue?.unshift(item)
        if (!connecting) void connect()
        return
      }
      const before = busy.get(item.to.number)
      if (before) before.push(item)
      else void start(session, item)
    }
  }

  const start = async (over: Session, item: Item): Promise<void> => {
    const { letter, to } = item
    let body: Buffer
    try {
      body = item.body ??= seal(item)
    } catch (error) {
      // Keys that were on the curve when they came: the row was harmed since.
      item.settle({ state: 'failed', reason: error instanceof Error ? error.message : 'not sealed' })
      return
    }
    busy.set(to.number, [])
    underWay += 1
    clearTimeout(idle)
    const { href, origin } = to.endpoint
    const headers = {
      authorization: context.vapid.headerFor(origin, context.now()),
      'content-encoding': 'aes128gcm',
      'content-type': 'application/octet-stream',
      'content-length': body.length,
      ttl: letter.ttl,
      urgency: letter.urgency,
      topic: letter.topic,
    }
    const exchange = await over.post(href.slice(origin.length), headers, body, () => !dropped.has(letter.id))
    underWay -= 1
    const waiting = busy.get(to.number) ?? []
    busy.delete(to.number)
    if (exchange.got === 'reply') react(item, exchange.status, exchange.retryAfter)
    else if (dropped.has(letter.id)) item.settle(REPLACED)
    else if (item.again < AGAIN && !(over.isOpen() && exchange.sent) && !closed) {
      item.again += 1
      enqueue(item)
    } else {
      fail(exchange.reason)
      item.settle({ state: 'later', afterMs: 5 * SECOND, reason: exchange.reason })
    }
    for (const each of waiting) enqueue(each)
    if (underWay === 0) idle = setTimeout(rested, IDLE_MS).unref()
    pump()
  }

  const rested = (): void => {
    session?.close()
    session = null
  }

  const fail = (reason: string): void => {
    failures += 1
    if (failures >= BREAK_AFTER) rest(5 * SECOND * 2 ** Math.min(failures - BREAK_AFTER, 6), reason)
  }

  /** One sealed text per subscriber and word; a further try carries the same bytes (seal.ts). */
  const seal = ({ letter, to, short }: Item): Buffer => {
    const key = context.keys.take(to) ?? deriveSealKey(to)
    const body = sealText(key, short ? letter.short : letter.text)
    if (kept.size < MOST_KEPT) kept.set(`${letter.id} ${to.number} ${to.keyVersion}`, { body, short })
    return body
  }

  const react = (item: Item, status: number, retryAfter: string | undefined): void => {
    const { settle } = item
    if (status === 200 || status === 201 || status === 202) {
      failures = 0
      if (forbidden >= FORBIDDEN_AFTER) context.alarm(false, '')
      forbidden = 0
      return settle({ state: 'sent' })
    }
    if (status === 404 || status === 410) return settle({ state: 'gone' })
    if (status === 413 && !item.short) {
      // Another text under another key.
      enqueue({ ...item, short: true, body: null })
      return undefined
    }
    if (status === 401 || status === 403) {
      forbidden += 1
      const reason = `推送服务不认 VAPID 密钥（HTTP ${status}）`
      if (forbidden >= FORBIDDEN_AFTER) {
        context.alarm(true, reason)
        rest(MINUTE * 2 ** Math.min(forbidden - FORBIDDEN_AFTER, 4), reason)
      }
      return settle({ state: 'later', afterMs: MINUTE, reason })
    }
    if (status === 429 || status === 503) {
      const afterMs = readRetryAfter(retryAfter, context.now()) ?? SLOW_DOWN
      rest(afterMs, `HTTP ${status}`)
      return settle({ state: 'later', afterMs, reason: `HTTP ${status}` })
    }
    if (status >= 500) {
      fail(`HTTP ${status}`)
      return settle({ state: 'later', afterMs: 5 * SECOND, reason: `HTTP ${status}` })
    }
    return settle({ state: 'failed', reason: `HTTP ${status}` })
  }

  return {
    post: (letter, to) =>
      new Promise((resolve) => {
        const name = `${letter.id} ${to.number} ${to.keyVersion}`
        const before = kept.get(name)
        const settle = (outcome: PostOutcome): void => {
          if (outcome.state !== 'later') kept.delete(name)
          resolve(outcome)
        }
        const wait = blockedUntil - context.now()
        if (wait > 0 || closed) return settle({ state: 'later', afterMs: Math.max(SECOND, wait), reason: why })
        enqueue({ letter, to, body: before?.body ?? null, short: before?.short ?? false, again: 0, settle })
        pump()
      }),
    drop: (id) => {
      dropped.add(id)
      for (const items of [...queues.values(), ...busy.values()]) {
        const staying = items.splice(0).filter((item) => {
          if (item.letter.id === id) item.settle(REPLACED)
          return item.letter.id !== id
        })
        items.push(...staying)
      }
      for (const name of kept.keys()) if (name.startsWith(`${id} `)) kept.delete(name)
    },
    close: () => {
      closed = true
      clearTimeout(idle)
      giveBack()
      session?.close()
    },
  }
}

/** Retry-After in seconds or as an HTTP date, between 1 s and 1 h; null when it is neither. */
function readRetryAfter(value: string | undefined, now: Instant): number | null {
  const text = value?.trim() ?? ''
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * SECOND : text.endsWith('GMT') ? Date.parse(text) - now : NaN
  return Number.isFinite(ms) ? Math.min(LONGEST_REST, Math.max(SECOND, ms)) : null
}
