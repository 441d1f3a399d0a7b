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
  /** After Content-Encoding, before the charset; null when the body is the one that is known already. */
  bytes: Uint8Array | null
  /** Hex SHA-256 of the bytes as they came over the wire. */
  sha256: string
}

/**
 * Reads a body to its end, or throws: BodyTooLarge, EncodingUnknown, zlib's error for a damaged or cut-off coding,
 * undici's error when the connection ends early.
 * @param known hash of the last body: the same bytes are not decoded again, which is most of what a quiet poll costs
 */
export async function readBody(stream: Readable, encoding: string, maxBytes: number, known = ''): Promise<Body> {
  const wire = await collect(stream as AsyncIterable<Uint8Array>, maxBytes, 'on the wire')
  const sha256 = createHash('sha256').update(wire).digest('hex')
  if (sha256 === known) return { bytes: null, sha256 }
  const decoder = wire.length === 0 ? null : chooseDecoder(encoding, wire)
  if (decoder === null) return { bytes: wire, sha256 }
  let bytes: Uint8Array = Buffer.alloc(0)
  await pipeline([wire], decoder, async (source: AsyncIterable<Uint8Array>) => {
    bytes = await collect(source, maxBytes, 'decoded')
  })
  return { bytes, sha256 }
}

async function collect(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  where: 'on the wire' | 'decoded',
): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source) {
    size += chunk.byteLength
    if (size > maxBytes) throw new BodyTooLarge(where, maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
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
