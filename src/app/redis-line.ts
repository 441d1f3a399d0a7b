// In: REDIS_URL. Out: what carries a desk's hint to the other nodes, and whether it can at this moment.
// Must not be needed: while Redis is away, wrong or refusing, hints go by the database alone and nothing else is touched.
import { setTimeout as sleep } from 'node:timers/promises'
import { createAdapter } from '@socket.io/redis-streams-adapter'
import { Redis, type RedisOptions } from 'ioredis'
import { formatUtc, MINUTE, SECOND, type Instant } from '../core/instant.ts'
import type { Carrier } from '../web/desk/hints.ts'

export interface RedisLine {
  /** Null without REDIS_URL, or where it cannot be read. */
  carrier: Carrier | null
  /** What is called each time the line has come back: hints may have been missed. */
  whenBack(call: () => void): void
  /** One line while something is wrong. */
  degraded(): string[]
  close(): void
}

export interface RedisContext {
  alarm: (kind: string, subject: string, message: string) => Promise<void>
  clear: (kind: string, subject: string) => Promise<void>
  realNow: () => Instant
  log: { info: (fields: object, message: string) => void; warn: (fields: object, message: string) => void }
}

type Given = { place: string; secret: string; options: RedisOptions }
type Act = (...given: never[]) => Promise<unknown>

/** A Redis that stopped in the middle of an answer counts as away after this; longer than a read waits for news. */
const ANSWER_MS = 5 * SECOND
const READ_MS = 2 * SECOND
/** Between two attempts to connect, and after an answer that refuses: the adapter itself would ask again at once, for ever. */
const SLOWEST_MS = 2 * SECOND
const REFUSED_MS = SECOND
/** A restart of Redis wakes nobody; and one that stays away is told again should another node have ended the alarm. */
const ALARM_AFTER_MS = 5 * SECOND
const ALARM_EVERY_MS = MINUTE
const LOOK_MS = 2 * SECOND
/** Hints that Redis has not answered yet; further ones are left to the database. */
const MOST_UNANSWERED = 100
/** The stream holds nothing that anybody reads again. */
const STREAM = { streamName: 'quakedesk:desk', channelPrefix: 'quakedesk:desk', maxLen: 1_000, blockTimeInMs: READ_MS }
const WRONG =
  'REDIS_URL = (secret): must be redis://host:6379 or rediss://user:password@host:6379/0, special signs of a password written as %XX; hints to other nodes go by the database alone'

/** Reads an address without showing what it hides. @returns null when it is none */
export function readRedisUrl(text: string): Given | null {
  if (!URL.canParse(text)) return null
  const { protocol, hostname, port, username, password, pathname } = new URL(text)
  const db = pathname.replace(/^\//, '')
  if (!/^rediss?:$/.test(protocol) || hostname === '' || !/^\d{0,3}$/.test(db)) return null
  const host = hostname.replace(/^\[|\]$/g, '')
  try {
    const options = {
      host,
      port: Number(port || 6379),
      db: Number(db),
      ...(username ? { username: decodeURIComponent(username) } : {}),
      ...(password ? { password: decodeURIComponent(password) } : {}),
      ...(protocol === 'rediss:' ? { tls: { servername: host } } : {}),
    }
    return { place: `${hostname}:${options.port}`, secret: options.password ?? '', options }
  } catch {
    return null
  }
}

/** Opens the line; never throws and never waits. */
export function openRedisLine(url: string | null, context: RedisContext): RedisLine {
  const isSet = url !== null && url !== ''
  const given = isSet ? readRedisUrl(url) : null
  if (given) return openLine(given, context)
  // What a former start told is no longer true.
  if (!isSet) void context.clear('redis', 'redis').catch(() => undefined)
  else {
    context.log.warn({}, WRONG)
    void context.alarm('redis', 'redis', '环境变量 REDIS_URL 有误：值班台在节点之间的提示只由数据库传递，发布不受影响')
  }
  const degraded = isSet ? [WRONG] : []
  return { carrier: null, whenBack: () => undefined, degraded: () => degraded, close: () => undefined }
}

function openLine({ place, secret, options }: Given, { alarm, clear, realNow, log }: RedisContext): RedisLine {
  /** One to tell by, and two of the adapter's making: one reads the stream, one hears what servers tell each other. */
  const lines: Redis[] = []
  /** Acts that a Redis which is there refuses: its password, its rights, a replica. */
  const refused = new Set<string>()
  let unanswered = 0
  let reason = 'no answer yet'
  let awayAt: Instant | null = realNow()
  let alarmAt = realNow() + ALARM_AFTER_MS
  let isSaid = false
  let closed = false
  let back = (): void => undefined

  const isUp = (): boolean => refused.size === 0 && lines.every((line) => line.status === 'ready')
  const look = (): void => {
    if (closed) return
    if (isUp()) {
      if (awayAt === null) return
      awayAt = null
      isSaid = false
      log.info({ redis: place }, 'Redis answers: it carries hints to the other nodes')
      void clear('redis', 'redis').catch(() => undefined)
      back()
      return
    }
    if (awayAt === null) {
      awayAt = realNow()
      alarmAt = awayAt + ALARM_AFTER_MS
    }
    const isLost = lines.some((line) => line.status === 'close' || line.status === 'reconnecting')
    if (!isSaid && (isLost || refused.size > 0)) {
      isSaid = true
      log.warn(
        { redis: place, reason },
        'Redis (REDIS_URL) cannot be used: hints to other nodes go by the database alone',
      )
    }
    if (realNow() < alarmAt) return
    alarmAt = realNow() + ALARM_EVERY_MS
    void alarm('redis', 'redis', `Redis（${place}）无法使用：值班台在节点之间的提示只由数据库传递，发布不受影响`)
  }
  const note = (error: unknown): void => {
    const { message, code } = error as NodeJS.ErrnoException
    const text = message || (code ?? 'unknown error')
    reason = secret === '' ? text : text.replaceAll(secret, '…')
  }
  const open = (): Redis => {
    const line = new Redis({
      ...options,
      connectionName: 'quakedesk',
      connectTimeout: ANSWER_MS,
      socketTimeout: ANSWER_MS,
      retryStrategy: (times: number) => Math.min(100 * 2 ** Math.min(times, 10), SLOWEST_MS),
      // What waits, waits for Redis to come back: the adapter watches none of its promises.
      maxRetriesPerRequest: null,
      // The adapter knows the shapes of RESP2.
      replyMapping: 'legacy',
    })
    line.on('error', note)
    line.on('ready', look)
    line.on('close', look)
    lines.push(line)
    return bePatient(line)
  }
  const ask = async (name: string, act: Act, asked: never[]): Promise<unknown> => {
    try {
      const answer = await act(...asked)
      if (refused.delete(name)) look()
      return answer
    } catch (error) {
      note(error)
      refused.add(name)
      look()
      await sleep(REFUSED_MS, undefined, { ref: false })
      throw error
    }
  }
  /** The adapter asks again in the same breath when it is refused, leaves promises unwatched, and subscribes once. */
  const bePatient = (line: Redis): Redis => {
    const own = (name: 'xread' | 'publish' | 'subscribe'): Act => (line[name] as Act).bind(line)
    const [read, tell, join] = [own('xread'), own('publish'), own('subscribe')]
    const acts = {
      duplicate: open,
      xread: (...asked: never[]) => ask('xread', read, asked),
      subscribe: async (...asked: never[]) => {
        while (line.status !== 'end') {
          const answer = await ask('subscribe', join, asked).catch(() => undefined)
          if (answer !== undefined) return answer
        }
        return 0
      },
      publish: async (...asked: never[]) => {
        unanswered += 1
        return tell(...asked)
          .catch(() => 0)
          .finally(() => (unanswered -= 1))
      },
    }
    return Object.assign(line, acts as unknown as Partial<Redis>)
  }
  const adapter = createAdapter(open(), { ...STREAM, onlyPlaintext: true })
  const timer = setInterval(() => {
    // A line over which nothing is asked would never find out that the other end is gone.
    for (const line of lines) if (line.status === 'ready') line.ping().catch(() => undefined)
    look()
  }, LOOK_MS)
  return {
    carrier: { adapter, isUp: () => isUp() && unanswered < MOST_UNANSWERED },
    whenBack: (call) => (back = call),
    degraded: () =>
      awayAt === null
        ? []
        : [`Redis (${place}) cannot be used since ${formatUtc(awayAt)}: hints to other nodes go by the database alone`],
    close: () => {
      closed = true
      clearInterval(timer)
      for (const line of lines) line.disconnect()
    },
  }
}
