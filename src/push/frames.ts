// In: a TLS connection that speaks HTTP/2. Out: messages side by side over it, and the head of each reply (RFC 9113).
// The runtime's own HTTP/2 client makes a stream object with a dozen events for every message, two thirds of what a push
// costs; a push is one small body and one status. Must not be used for anything else.
import type { TLSSocket } from 'node:tls'
import { SECOND } from '../core/instant.ts'
import { openHeaderReader, openHeaderWriter } from './hpack.ts'

export type Exchange =
  | { got: 'reply'; status: number; retryAfter: string | undefined }
  /** sent: bytes may have reached the service; the same Topic makes a repeat harmless. */
  | { got: 'nothing'; sent: boolean; reason: string }

export interface Session {
  post(path: string, headers: Readonly<Record<string, string | number>>, body: Buffer): Promise<Exchange>
  /** How many messages may be under way at once. */
  room(): number
  isOpen(): boolean
  close(): void
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const DATA = 0
const HEADERS = 1
const RST_STREAM = 3
const SETTINGS = 4
const PUSH_PROMISE = 5
const PING = 6
const GOAWAY = 7
const WINDOW_UPDATE = 8
const CONTINUATION = 9
const END_STREAM = 0x1
const ACK = 0x1
const END_HEADERS = 0x4
const PADDED = 0x8
const PRIORITY = 0x20
const REFUSED_STREAM = 7
const CANCEL = 8
/** Of the settings: HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE. */
const [TABLE, PUSH, STREAMS, WINDOW] = [1, 2, 3, 4]
/** Until the service names its own (RFC 9113 §6.5.2, §6.9.2). */
const FIRST_WINDOW = 65_535
const FIRST_STREAMS = 100
const MOST_STREAMS = 128
const LARGEST_FRAME = 16_384
const LARGEST_BODY = 4_096
const LAST_STREAM = 2 ** 30
/** A reply has a few hundred bytes; one that drips for ever is cut off. */
const LARGEST_REPLY = 16 * 1024
const REPLY_MS = 10 * SECOND
const SWEEP_MS = 500

/** In pieces, which are put together once for all that goes out in one turn. */
function frame(type: number, flags: number, stream: number, ...parts: Buffer[]): Buffer[] {
  let length = 0
  for (const part of parts) length += part.length
  const head = Buffer.allocUnsafe(9)
  head.writeUIntBE(length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return [head, ...parts]
}

const number32 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Entries of a SETTINGS frame: two bytes of name, four of value. */
function setting(name: number, value: number): Buffer {
  const bytes = Buffer.allocUnsafe(6)
  bytes.writeUInt16BE(name)
  bytes.writeUInt32BE(value, 2)
  return bytes
}

interface UnderWay {
  since: number
  read: number
  /** Null once its status has come: what follows is counted and thrown away. */
  finish: ((exchange: Exchange) => void) | null
}

interface Waiting {
  path: string
  headers: Readonly<Record<string, string | number>>
  body: Buffer
  finish: (exchange: Exchange) => void
}

/** Opens a session over a connection. @param authority host, with its port where it is not 443 */
export function openFrames(socket: TLSSocket, authority: string): Session {
  const underWay = new Map<number, UnderWay>()
  const waiting: Waiting[] = []
  const writer = openHeaderWriter(authority)
  const readHead = openHeaderReader()
  let open = true
  let nextStream = 1
  let window = FIRST_WINDOW
  let streamWindow = FIRST_WINDOW
  let mostStreams = FIRST_STREAMS
  let unread = 0
  let block: { stream: number; ended: boolean; parts: Buffer[]; size: number } | null = null
  let out: Buffer[] = []

  /** What one turn brings goes out in one piece: a hundred messages in a few records of TLS. */
  const send = (...frames: Buffer[][]): void => {
    if (out.length === 0)
      setImmediate(() => {
        const piece = Buffer.concat(out)
        out = []
        if (!socket.destroyed) socket.write(piece)
      })
    for (const pieces of frames) out.push(...pieces)
  }
  const settle = (stream: number, exchange: Exchange): void => {
    const entry = underWay.get(stream)
    const finish = entry?.finish
    if (!entry || !finish) return
    entry.finish = null
    finish(exchange)
  }
  const end = (stream: number, reason: string, sent = true): void => {
    settle(stream, { got: 'nothing', sent, reason })
    underWay.delete(stream)
    if (open) release()
    else if (underWay.size === 0) socket.end()
  }
  const cancel = (stream: number, reason: string): void => {
    send(frame(RST_STREAM, 0, stream, number32(CANCEL)))
    end(stream, reason)
  }
  const shut = (reason: string): void => {
    open = false
    clearInterval(sweep)
    for (const each of waiting.splice(0)) each.finish({ got: 'nothing', sent: false, reason })
    for (const stream of underWay.keys()) settle(stream, { got: 'nothing', sent: true, reason })
    underWay.clear()
    socket.destroy()
  }
  const release = (): void => {
    const fits = ({ body }: Waiting): boolean => body.length <= window && underWay.size < mostStreams
    for (let next = waiting[0]; open && next && fits(next); next = waiting[0]) {
      waiting.shift()
      const { path, headers, body, finish } = next
      const stream = nextStream
      nextStream += 2
      window -= body.length
      underWay.set(stream, { since: performance.now(), read: 0, finish })
      send(frame(HEADERS, END_HEADERS, stream, ...writer.write(path, headers)), frame(DATA, END_STREAM, stream, body))
      if (nextStream > LAST_STREAM) open = false
    }
  }
  const sweep = setInterval(() => {
    const late = performance.now() - REPLY_MS
    for (const [stream, { since }] of underWay) if (since < late) cancel(stream, 'no reply in time')
  }, SWEEP_MS)
  sweep.unref()

  const takeSettings = (payload: Buffer): void => {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      const value = payload.readUInt32BE(at + 2)
      const name = payload.readUInt16BE(at)
      if (name === TABLE) writer.resize(value)
      if (name === STREAMS) mostStreams = value
      if (name === WINDOW) streamWindow = value
    }
    // One body goes in one piece (RFC 8030 §7.2 lets it have 4,096 bytes).
    if (streamWindow < LARGEST_BODY) throw new Error('the push service takes too little at once')
    send(frame(SETTINGS, ACK, 0))
    release()
  }
  const takeBlock = (): void => {
    if (!block) return
    const { stream, ended, parts } = block
    block = null
    const { status, retryAfter } = readHead(Buffer.concat(parts))
    // 1xx announces another head; a trailer has no status.
    if (status >= 200) settle(stream, { got: 'reply', status, retryAfter })
    if (ended) end(stream, 'closed without a reply')
  }
  const takeHeaders = (flags: number, stream: number, payload: Buffer): void => {
    const padding = flags & PADDED ? (payload[0] ?? 0) : 0
    const from = (flags & PADDED ? 1 : 0) + (flags & PRIORITY ? 5 : 0)
    const to = payload.length - padding
    if (to < from) throw new Error('a frame is padded beyond its end')
    block = { stream, ended: (flags & END_STREAM) !== 0, parts: [payload.subarray(from, to)], size: to - from }
    if (flags & END_HEADERS) takeBlock()
  }
  const takeContinuation = (flags: number, stream: number, payload: Buffer): void => {
    if (block?.stream !== stream) throw new Error('a continuation of nothing')
    block.parts.push(payload)
    block.size += payload.length
    if (block.size > LARGEST_REPLY) throw new Error('a header block is too large')
    if (flags & END_HEADERS) takeBlock()
  }
  const takeData = (flags: number, stream: number, payload: Buffer): void => {
    unread += payload.length
    if (unread > FIRST_WINDOW / 2) {
      send(frame(WINDOW_UPDATE, 0, 0, number32(unread)))
      unread = 0
    }
    const entry = underWay.get(stream)
    if (!entry) return
    entry.read += payload.length
    if (flags & END_STREAM) end(stream, 'closed without a reply')
    else if (entry.read > LARGEST_REPLY) cancel(stream, 'too long a reply')
  }
  const takeGoAway = (payload: Buffer): void => {
    const last = payload.readUInt32BE(0) & 0x7fffffff
    open = false
    for (const each of waiting.splice(0)) each.finish({ got: 'nothing', sent: false, reason: 'goaway' })
    for (const stream of underWay.keys()) if (stream > last) end(stream, 'goaway', false)
    if (underWay.size === 0) socket.end()
  }
  const take = (type: number, flags: number, stream: number, payload: Buffer): void => {
    if (block && type !== CONTINUATION) throw new Error('a header block is interrupted')
    if (type === DATA) takeData(flags, stream, payload)
    else if (type === HEADERS) takeHeaders(flags, stream, payload)
    else if (type === CONTINUATION) takeContinuation(flags, stream, payload)
    else if (type === RST_STREAM) end(stream, 'reset', payload.readUInt32BE(0) !== REFUSED_STREAM)
    else if (type === SETTINGS && !(flags & ACK)) takeSettings(payload)
    else if (type === PING && !(flags & ACK)) send(frame(PING, ACK, 0, payload))
    else if (type === GOAWAY) takeGoAway(payload)
    else if (type === WINDOW_UPDATE && stream === 0) {
      window += payload.readUInt32BE(0) & 0x7fffffff
      release()
    } else if (type === PUSH_PROMISE) throw new Error('a push that was not allowed')
  }

  let rest: Buffer = Buffer.alloc(0)
  const read = (chunk: Buffer): void => {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (bytes.length >= 9) {
      const length = bytes.readUIntBE(0, 3)
      if (length > LARGEST_FRAME) throw new Error('a frame is too large')
      if (bytes.length < 9 + length) break
      const payload = bytes.subarray(9, 9 + length)
      take(bytes[3] ?? 0, bytes[4] ?? 0, bytes.readUInt32BE(5) & 0x7fffffff, payload)
      bytes = bytes.subarray(9 + length)
    }
    rest = bytes
  }
  socket.on('data', (chunk: Buffer) => {
    try {
      read(chunk)
    } catch (error) {
      shut(error instanceof Error ? error.message : 'not HTTP/2')
    }
  })
  socket.on('error', (error) => shut((error as { code?: string }).code ?? error.message))
  socket.on('close', () => shut('closed without a reply'))
  // A turn's messages are one piece already.
  socket.setNoDelay(true)
  // No table for replies, no pushes from the service.
  send([PREFACE], frame(SETTINGS, 0, 0, setting(TABLE, 0), setting(PUSH, 0)))

  return {
    isOpen: () => open && !socket.destroyed,
    room: () => Math.min(MOST_STREAMS, mostStreams),
    close: () => shut('closed'),
    post: (path, headers, body) =>
      new Promise((resolve) => {
        if (!open) return resolve({ got: 'nothing', sent: false, reason: 'closed' })
        waiting.push({ path, headers, body, finish: resolve })
        release()
        return undefined
      }),
  }
}
