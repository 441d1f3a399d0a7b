// In: a response's byte stream and its Content-Encoding. Out: the decoded bytes and the hash of what came over the wire.
// Must not hold more than the cap, on the wire or decoded: decoding stops at the first byte too many.
import { createHash } from 'node:crypto'
import type { Duplex, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'

/** The body is larger than the cap, on the wire or once decoded. */
export class BodyTooLarge extends Error {
  constructor(where: 'on the wire' | 'decoded', maxBytes: number) {
    super(`the body is larger than ${maxBytes} bytes ${where}`)
    this.name = 'BodyTooLarge'
  }
}

/** Content-Encoding names a coding that we did not ask for. */
export class EncodingUnknown extends Error {
  constructor(encoding: string) {
    super(`Content-Encoding ${JSON.stringify(encoding.slice(0, 60))} is not gzip, br or deflate`)
    this.name = 'EncodingUnknown'
  }
}

/** What fetchFeed offers in Accept-Encoding. */
export const ACCEPTED_ENCODINGS = 'gzip, br, deflate'

export interface Body {
  /** After Content-Encoding, before the charset. */
  bytes: Uint8Array
  /** Hex SHA-256 of the bytes as they came over the wire. */
  sha256: string
}

/**
 * Reads a body to its end, or throws: BodyTooLarge, EncodingUnknown, zlib's error for a damaged or cut-off coding,
 * undici's error when the connection ends early.
 */
export async function readBody(stream: Readable, encoding: string, maxBytes: number): Promise<Body> {
  const hash = createHash('sha256')
  const chunks: Uint8Array[] = []
  let size = 0
  const collect = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of source) {
      size += chunk.byteLength
      if (size > maxBytes) throw new BodyTooLarge('decoded', maxBytes)
      chunks.push(chunk)
    }
  }
  const wire = countWire(stream, maxBytes, (chunk) => hash.update(chunk))
  const first = await wire.next()
  if (first.done !== true) {
    const decoder = chooseDecoder(encoding, first.value)
    const whole = prepend(first.value, wire)
    if (decoder === null) await pipeline(whole, collect)
    else await pipeline(whole, decoder, collect)
  }
  return { bytes: Buffer.concat(chunks), sha256: hash.digest('hex') }
}

async function* countWire(
  stream: Readable,
  maxBytes: number,
  see: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void> {
  let size = 0
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > maxBytes) throw new BodyTooLarge('on the wire', maxBytes)
    see(chunk)
    yield chunk
  }
}

async function* prepend(first: Uint8Array, rest: AsyncGenerator<Uint8Array, void>): AsyncGenerator<Uint8Array, void> {
  yield first
  yield* rest
}

function chooseDecoder(encoding: string, first: Uint8Array): Duplex | null {
  switch (encoding.trim().toLowerCase()) {
    case '':
    case 'identity':
      return null
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'br':
      return createBrotliDecompress()
    case 'deflate':
      return hasZlibHeader(first) ? createInflate() : createInflateRaw()
    default:
      // A list ("gzip, gzip") lands here on purpose: stacked codings are how bombs multiply.
      throw new EncodingUnknown(encoding)
  }
}

/** RFC 9110 §8.4.1.2 means the zlib form, many servers send the raw one; RFC 1950 §2.2 tells them apart. */
function hasZlibHeader(first: Uint8Array): boolean {
  const [method = 0, flags = 0] = first
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0
}
