// In: readers of /live and what there is to tell. Out: the same bytes to each from its own place; a slow one is let go.
// Must not keep a page waiting: readers are served in batches, between which the process does other things.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { formatUtc, type Instant } from '../../core/instant.ts'
import { OPEN_DATA } from '../public/open-data.ts'
import type { PlainGet } from '../public/plain-get.ts'
import { writeDate, writeHead } from '../public/reply.ts'
import { PUBLIC_HEADERS } from '../serving.ts'
import { countedAs } from './address.ts'
import { readOffset, writeFrame, type Offset, type Ring } from './events.ts'
import { openSteps } from './steps.ts'

export interface LiveLimits {
  /** Streams of this process; each is a descriptor of its own. */
  most: number
  /** From one address; many people may share one. */
  mostPerAddress: number
  /** Bytes that a reader may leave untaken. */
  mostBuffered: number
  /** Readers that are written to before others have their turn. */
  batch: number
  /** Between two signs of life to one reader. */
  beatMs: number
}

export const LIVE_LIMITS: LiveLimits = {
  most: 12_000,
  mostPerAddress: 1_000,
  mostBuffered: 256 * 1024,
  batch: 256,
  // Proxies in front wait 15 s for a byte (docker/nginx.conf).
  beatMs: 10_000,
}

export interface Live {
  /** Takes the connection of a plain GET of /live for its stream; false when nothing was done. */
  take(get: PlainGet, socket: Socket): boolean
  /** True when it answered: a GET or HEAD of /live or /api/v1/changes. */
  answer(request: IncomingMessage, response: ServerResponse): boolean
  /** @param sure false while the ring is the copy on disk */
  tell(ring: Ring, sure: boolean): void
  /** Pages may be behind the record since then; null: they are not. */
  tellStale(since: Instant | null): void
  count(): number
  /** Ends every stream; readers come again with their offset. */
  close(): void
}

interface Reader {
  socket: Socket
  /** Where it stands; null until it was greeted. */
  at: Offset | null
  stale: Instant | null
  /** It was ahead of the record at the last beat as well. */
  ahead: boolean
}

const SAFE = Object.entries(PUBLIC_HEADERS).flat()
/** Answers that are no stream may be read by a script of any site, as all of the API. */
const OPEN = Object.entries(OPEN_DATA).flat()
const STREAM_HEAD = [
  'content-type',
  'text/event-stream; charset=utf-8',
  'cache-control',
  'no-store',
  // nginx would collect the stream otherwise.
  'x-accel-buffering',
  'no',
  ...SAFE,
]
const PLAIN_HEAD = writeHead(200, STREAM_HEAD)
const JSON_TYPE = 'application/json; charset=utf-8'
const BEAT = Buffer.from(':\n\n')
const BEATS = 15
/** After a restart they must not all come in one moment: each is given one of these pauses. */
const PAUSES_MS = [1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000, 4_500]

/** Opens the stream of one process. */
export function openLive(demonstration: boolean, limits: LiveLimits = LIVE_LIMITS): Live {
  const steps = openSteps(demonstration)
  const circles = Array.from({ length: BEATS }, () => new Set<Reader>())
  const perAddress = new Map<string, number>()
  let count = 0
  let served = 0
  let stale: Instant | null = null
  let staleFrame = Buffer.alloc(0)
  let walking = false
  let again = false
  let circle = 0
  let isClosed = false

  const send = (reader: Reader, bytes: Buffer): void => {
    reader.socket.write(bytes)
    // It comes again, with the offset that it really has.
    if (reader.socket.writableLength > limits.mostBuffered) reader.socket.destroy()
  }
  const serve = (reader: Reader): void => {
    if (reader.socket.destroyed) return
    const step = steps.next(reader.at)
    if (step) {
      reader.at = step.at
      send(reader, step.bytes)
    }
    if (reader.stale !== stale) {
      reader.stale = stale
      send(reader, staleFrame)
    }
  }
  const walk = function* (): Generator<undefined> {
    let inBatch = 0
    for (const readers of circles) {
      for (const reader of readers) {
        serve(reader)
        inBatch += 1
        if (inBatch % limits.batch === 0) yield
      }
    }
  }
  const serveAll = (): void => {
    again = walking
    if (walking) return
    walking = true
    let round = walk()
    const turn = (): void => {
      if (round.next().done !== true) return void setImmediate(turn)
      if (!again) return void (walking = false)
      again = false
      round = walk()
      setImmediate(turn)
    }
    turn()
  }
  const beat = (): void => {
    circle = (circle + 1) % BEATS
    for (const reader of circles[circle] ?? []) {
      const ahead = steps.isBehind(reader.at)
      const step = ahead && reader.ahead ? steps.reset() : null
      reader.ahead = ahead
      if (step) reader.at = step.at
      send(reader, step?.bytes ?? BEAT)
    }
  }
  const timer = setInterval(beat, limits.beatMs / BEATS).unref()

  const refuse = (response: ServerResponse, rule: string, why: string): void => {
    served += 1
    const body = JSON.stringify({ error: why, rule, poll: '/api/v1/changes' })
    const pause = String(5 + (served % 20))
    response.shouldKeepAlive = false
    response.writeHead(503, [
      'content-type',
      JSON_TYPE,
      'retry-after',
      pause,
      'cache-control',
      'no-store',
      ...OPEN,
      ...SAFE,
    ])
    response.end(body)
  }
  /** The rule that keeps this reader out; null: there is a place. */
  const judge = (address: string | null): readonly [rule: string, why: string] | null => {
    if (isClosed) return ['closing', 'this server is about to end']
    if (count >= limits.most) return ['busy', 'too many readers at once']
    if (address === null || (perAddress.get(address) ?? 0) < limits.mostPerAddress) return null
    return ['busy-address', 'too many streams from this address']
  }
  const enter = (socket: Socket, address: string | null, offset: string | null | undefined): Reader => {
    const at = typeof offset === 'string' ? readOffset(offset) : null
    const reader: Reader = { socket, at, stale: null, ahead: false }
    count += 1
    served += 1
    if (address !== null) perAddress.set(address, (perAddress.get(address) ?? 0) + 1)
    const mine = circles[served % BEATS]
    mine?.add(reader)
    socket.once('close', () => {
      mine?.delete(reader)
      count -= 1
      if (address === null) return
      const left = (perAddress.get(address) ?? 1) - 1
      if (left > 0) perAddress.set(address, left)
      else perAddress.delete(address)
    })
    return reader
  }
  /** What it is greeted with, in one piece with the head: thousands come in one moment. */
  const greet = (reader: Reader): string => {
    const step = steps.next(reader.at)
    if (step) reader.at = step.at
    return `retry: ${PAUSES_MS[served % PAUSES_MS.length]}\n\n${step?.text ?? ''}`
  }
  const take = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams): void => {
    const { socket } = request
    // Behind an answer that is still being written: whoever sends requests ahead is no reader of ours.
    if (response.socket === null) return void socket.destroy()
    const address = countedAs(socket.remoteAddress)
    const refused = judge(address)
    if (refused) return refuse(response, ...refused)
    const reader = enter(socket, address, request.headers['last-event-id']?.toString() ?? query.get('after'))
    socket.setNoDelay(true)
    // Ends with the connection, not in chunks: the same bytes serve everybody.
    response.useChunkedEncodingByDefault = false
    response.shouldKeepAlive = false
    response.writeHead(200, STREAM_HEAD)
    response.write(greet(reader))
    serve(reader)
  }
  const list = (response: ServerResponse, query: URLSearchParams): void => {
    const text = query.get('after')
    const after = text === null ? null : readOffset(text)
    const known = after === '' ? null : steps.changes(after, stale)
    if (known === null && after !== '') return refuse(response, 'record-away', 'the record was not read yet')
    const refusal = { error: `after = ${JSON.stringify(text)}: must be an offset`, rule: 'after' }
    const bytes = known ?? Buffer.from(JSON.stringify(refusal))
    const length = String(bytes.length)
    const head = [
      'content-type',
      JSON_TYPE,
      'content-length',
      length,
      'cache-control',
      'public, max-age=1',
      ...OPEN,
      ...SAFE,
    ]
    response.writeHead(known ? 200 : 400, head).end(bytes)
  }

  return {
    take: ({ url, headers }, socket) => {
      if (url !== '/live') return false
      const address = countedAs(socket.remoteAddress)
      if (judge(address) !== null) return false
      const reader = enter(socket, address, headers['last-event-id'])
      socket.setTimeout(0)
      socket.on('data', hangUp)
      socket.on('error', ignore)
      socket.write(`${PLAIN_HEAD}${writeDate(Date.now())}Connection: close\r\n\r\n${greet(reader)}`)
      serve(reader)
      return true
    },
    answer: (request, response) => {
      const [path, question = ''] = (request.url ?? '').split('?')
      if (path !== '/live' && path !== '/api/v1/changes') return false
      if (request.method !== 'GET' && request.method !== 'HEAD') return false
      const query = new URLSearchParams(question)
      if (path === '/api/v1/changes') list(response, query)
      else if (request.method === 'HEAD') response.writeHead(200, STREAM_HEAD).end()
      else take(request, response, query)
      return true
    },
    tell: (ring, sure) => {
      if (steps.set(ring, sure)) serveAll()
    },
    tellStale: (since) => {
      if (since === stale) return
      stale = since
      staleFrame = Buffer.from(
        since === null ? writeFrame('fresh', {}) : writeFrame('stale', { since: formatUtc(since) }),
      )
      serveAll()
    },
    count: () => count,
    close: () => {
      // They come again within a second; a server that is still listening must not take them in.
      isClosed = true
      clearInterval(timer)
      for (const readers of circles) for (const { socket } of readers) socket.destroySoon()
    },
  }
}

/** A reader has nothing more to say on this connection. */
function hangUp(this: Socket): void {
  this.destroy()
}

/** A reader that is gone is taken off the list when its socket closes. */
function ignore(): void {}
