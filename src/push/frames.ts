// In: a TLS connection that speaks HTTP/2. Out: messages side by side over it, and the head of each reply (RFC 9113).
// The runtime's own HTTP/2 client makes a stream object with a dozen events for every message, two thirds of what a push
// costs; a push is one small body and one status. Must not be used for anything else.
import type { TLSSocket } from 'node:tls'
import { SECOND } from '../core/instant.ts'
import type { Exchange, Session, SessionEnd } from './exchange.ts'
import {
  ACK,
  CANCEL,
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  frame,
  GOAWAY,
  HEADERS,
  MISREAD,
  number32,
  PING,
  PREFACE,
  PUSH,
  PUSH_PROMISE,
  readFirst,
  REFUSED_STREAM,
  RST_STREAM,
  setting,
  SETTINGS,
  STREAMS,
  TABLE,
  WELL,
  WINDOW,
  WINDOW_UPDATE,
} from './frame-wire.ts'
import { openHeaderReader, openHeaderWriter } from './hpack.ts'

/** Errors of a network that failed; the service said nothing. */
const NETWORK = /^(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ENETRESET|EHOSTDOWN)$/
/** Until the service names its own (RFC 9113 §6.5.2, §6.9.2). */
const FIRST_WINDOW = 65_535
const FIRST_STREAMS = 100
const MOST_STREAMS = 128
const LARGEST_FRAME = 16_384
const LARGEST_BODY = 4_096
const LAST_STREAM = 2 ** 30
/** A reply has a few hundred bytes; one that drips for ever is cut off. */
const LARGEST_REPLY = 16 * 1024
/** Pieces of one header block, empty ones too. */
const MOST_PIECES = 16
/** Answers to what we never asked (PING, SETTINGS) pile up before a service that does not read. */
const MOST_UNREAD = 4 * 1024 * 1024
const REPLY_MS = 10 * SECOND
const SWEEP_MS = 500

interface UnderWay {
  since: number
  read: number
  /** Null once its status has come: what follows is counted and thrown away. */
  finish: ((exchange: Exchange) => void) | null
}

interface Waiting {
  since: number
  path: string
  headers: Readonly<Record<string, string | number>>
  body: Buffer
  isWanted: () => boolean
  finish: (exchange: Exchange) => void
}

/**
 * Opens a session over a connection.
 * @param authority host, with its port where it is not 443
 * @param ended told once how it ended
 */
export function openFrames(
  socket: TLSSocket,
  authority: string,
  ended: (end: SessionEnd) => void = () => undefined,
): Session {
  const underWay = new Map<number, UnderWay>()
  const waiting: Waiting[] = []
  const writer = openHeaderWriter(authority)
  const readHead = openHeaderReader()
  let open = true
  /** The service's settings have come: before, it may refuse what is more than it takes (nginx does). */
  let ready = false
  let answered = false
  let told = false
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
  const tell = (end: SessionEnd): void => {
    if (!told) ended(end)
    told = true
  }
  const shut = (reason: string, by: 'us' | 'service' | 'network' | 'fault'): void => {
    open = false
    clearInterval(sweep)
    if (by === 'fault') tell({ how: 'fault', reason })
    else if (answered) tell({ how: 'answered' })
    else tell(by === 'service' && underWay.size > 0 ? { how: 'unanswered', reason } : { how: 'lost' })
    for (const each of waiting.splice(0)) each.finish({ got: 'nothing', sent: false, reason })
    for (const stream of underWay.keys()) settle(stream, { got: 'nothing', sent: true, reason })
    underWay.clear()
    socket.destroy()
  }
  const release = (): void => {
    const fits = ({ body }: Waiting): boolean => ready && body.length <= window && underWay.size < mostStreams
    for (let next = waiting[0]; open && next && fits(next); next = waiting[0]) {
      waiting.shift()
      const { path, headers, body, isWanted, finish } = next
      if (!isWanted()) {
        finish({ got: 'nothing', sent: false, reason: 'recalled' })
        continue
      }
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
    if (!ready && (waiting[0]?.since ?? late) < late) shut('no settings', 'network')
    while ((waiting[0]?.since ?? late) < late)
      waiting.shift()?.finish({ got: 'nothing', sent: false, reason: 'no room' })
  }, SWEEP_MS)
  sweep.unref()

  const reply = (pieces: Buffer[]): void => {
    if (socket.writableLength > MOST_UNREAD) throw new Error('the service does not read')
    send(pieces)
  }
  const takeSettings = (payload: Buffer): void => {
    if (payload.length % 6 !== 0) throw new Error('settings break off')
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      const value = payload.readUInt32BE(at + 2)
      const name = payload.readUInt16BE(at)
      if (name === TABLE) writer.resize(value)
      if (name === STREAMS) mostStreams = value
      if (name === WINDOW) streamWindow = value
    }
    // One body goes in one piece (RFC 8030 §7.2 lets it have 4,096 bytes).
    if (streamWindow < LARGEST_BODY) throw new Error('the push service takes too little at once')
    ready = true
    reply(frame(SETTINGS, ACK, 0))
    release()
  }
  const takeBlock = (): void => {
    if (!block) return
    const { stream, ended, parts } = block
    block = null
    const { status, retryAfter } = readHead(Buffer.concat(parts))
    // 1xx announces another head; a trailer has no status.
    if (status >= 200) {
      answered = true
      settle(stream, { got: 'reply', status, retryAfter })
    }
    if (ended) end(stream, 'closed without a reply')
  }
  const takeHeaders = (flags: number, stream: number, payload: Buffer): void => {
    const first = readFirst(flags, payload)
    block = { stream, ended: (flags & END_STREAM) !== 0, parts: [first], size: first.length }
    if (flags & END_HEADERS) takeBlock()
  }
  const takeContinuation = (flags: number, stream: number, payload: Buffer): void => {
    if (block?.stream !== stream) throw new Error('a continuation of nothing')
    block.parts.push(payload)
    block.size += payload.length
    if (block.size > LARGEST_REPLY || block.parts.length > MOST_PIECES) throw new Error('a header block is too large')
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
  const takeReset = (stream: number, code: number): void => {
    if (MISREAD.includes(code) && underWay.get(stream)?.finish) {
      open = false
      tell({ how: 'fault', reason: `reset with error ${code}` })
    }
    end(stream, 'reset', code !== REFUSED_STREAM)
  }
  const takeGoAway = (payload: Buffer): void => {
    const [last, code] = [payload.readUInt32BE(0) & 0x7fffffff, payload.readUInt32BE(4)]
    if (!WELL.includes(code)) return shut(`goaway with error ${code}`, 'fault')
    open = false
    for (const each of waiting.splice(0)) each.finish({ got: 'nothing', sent: false, reason: 'goaway' })
    for (const stream of underWay.keys()) if (stream > last) end(stream, 'goaway', false)
    if (underWay.size === 0) socket.end()
  }
  const takeWindow = (more: number): void => {
    window += more
    if (more === 0 || window >= 2 ** 31) throw new Error('a window that cannot be')
    release()
  }
  const take = (type: number, flags: number, stream: number, payload: Buffer): void => {
    if (!ready && type !== SETTINGS) throw new Error('no settings come first')
    if (block && type !== CONTINUATION) throw new Error('a header block is interrupted')
    if ((type === DATA || type === HEADERS || type === RST_STREAM) && (stream % 2 === 0 || stream >= nextStream))
      throw new Error('a reply to nothing that was asked')
    if ((type === SETTINGS || type === PING || type === GOAWAY) && stream !== 0)
      throw new Error('a frame of the connection on a stream')
    if (type === DATA) takeData(flags, stream, payload)
    else if (type === HEADERS) takeHeaders(flags, stream, payload)
    else if (type === CONTINUATION) takeContinuation(flags, stream, payload)
    else if (type === RST_STREAM) takeReset(stream, payload.readUInt32BE(0))
    else if (type === SETTINGS && !(flags & ACK)) takeSettings(payload)
    else if (type === PING && !(flags & ACK)) reply(frame(PING, ACK, 0, payload))
    else if (type === GOAWAY) takeGoAway(payload)
    else if (type === WINDOW_UPDATE && stream === 0) takeWindow(payload.readUInt32BE(0) & 0x7fffffff)
    else if (type === PUSH_PROMISE) throw new Error('a push that was not allowed')
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
      shut(error instanceof Error ? error.message : 'not HTTP/2', 'fault')
    }
  })
  socket.on('error', (error) => {
    const reason = (error as { code?: string }).code ?? error.message
    shut(reason, NETWORK.test(reason) ? 'network' : 'service')
  })
  socket.on('close', () => shut('closed without a reply', 'service'))
  // A turn's messages are one piece already.
  socket.setNoDelay(true)
  // No table for replies, no pushes from the service.
  send([PREFACE], frame(SETTINGS, 0, 0, setting(TABLE, 0), setting(PUSH, 0)))

  return {
    isOpen: () => open && !socket.destroyed,
    // A service that lets nothing through at all is found out by one message that waits in vain.
    room: () => Math.min(MOST_STREAMS, Math.max(1, mostStreams)),
    close: () => shut('closed', 'us'),
    post: (path, headers, body, isWanted = () => true) =>
      new Promise((resolve) => {
        if (!open) return resolve({ got: 'nothing', sent: false, reason: 'closed' })
        waiting.push({ since: performance.now(), path, headers, body, isWanted, finish: resolve })
        return release()
      }),
  }
}
