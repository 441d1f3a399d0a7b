// In: what a frame says. Out: its bytes (RFC 9113 §4, §6): the names of frames, flags and settings, and nothing more.
// Must not know a connection.
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
export const DATA = 0
export const HEADERS = 1
export const RST_STREAM = 3
export const SETTINGS = 4
export const PUSH_PROMISE = 5
export const PING = 6
export const GOAWAY = 7
export const WINDOW_UPDATE = 8
export const CONTINUATION = 9
export const END_STREAM = 0x1
export const ACK = 0x1
export const END_HEADERS = 0x4
const PADDED = 0x8
const PRIORITY = 0x20
/** Of the settings: HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE. */
export const [TABLE, PUSH, STREAMS, WINDOW] = [1, 2, 3, 4]
/** Errors that end a stream. */
export const REFUSED_STREAM = 7
export const CANCEL = 8
/** NO_ERROR and ENHANCE_YOUR_CALM end a connection that was understood (RFC 9113 §7). */
export const WELL: readonly number[] = [0, 11]
/** Resets by a service that could not read us: PROTOCOL, FLOW_CONTROL, STREAM_CLOSED, FRAME_SIZE, COMPRESSION, HTTP_1_1_REQUIRED. */
export const MISREAD: readonly number[] = [1, 3, 5, 6, 9, 13]

/** In pieces, which are put together once for all that goes out in one turn. */
export function frame(type: number, flags: number, stream: number, ...parts: Buffer[]): Buffer[] {
  let length = 0
  for (const part of parts) length += part.length
  const head = Buffer.allocUnsafe(9)
  head.writeUIntBE(length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return [head, ...parts]
}

/** The part of a header block that a HEADERS frame holds, between priority and padding. @throws when there is no room for it */
export function readFirst(flags: number, payload: Buffer): Buffer {
  const from = (flags & PADDED ? 1 : 0) + (flags & PRIORITY ? 5 : 0)
  const to = payload.length - (flags & PADDED ? (payload[0] ?? 0) : 0)
  if (to < from) throw new Error('a frame is padded beyond its end')
  return payload.subarray(from, to)
}

export const number32 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Entries of a SETTINGS frame: two bytes of name, four of value. */
export function setting(name: number, value: number): Buffer {
  const bytes = Buffer.allocUnsafe(6)
  bytes.writeUInt16BE(name)
  bytes.writeUInt32BE(value, 2)
  return bytes
}
