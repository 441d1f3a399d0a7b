// In: the headers of a request; a reply's header block. Out: the block that HTTP/2 sends (RFC 7541); status and Retry-After.
// Reads no more than these two, and keeps no table for the replies: the connection says that its own has no room.
/** Name of the static table (RFC 7541 Appendix A). */
const AUTHORITY = 1
/** :method POST, :scheme https, and a literal whose name is :path. */
const POST_HTTPS_PATH = Buffer.from([0x83, 0x87, 4])
const STATUS_INDEX = 8
const RETRY_AFTER_INDEX = 53
const LAST_STATIC = 61
const STATIC_STATUS = [200, 204, 206, 304, 400, 404, 500] as const
/** Bytes that a table entry counts beside its text (RFC 7541 §4.1), and all that a table may hold unless told otherwise. */
const ENTRY_BYTES = 32
export const TABLE_BYTES = 4_096

/** An integer with a prefix of so many bits (RFC 7541 §5.1). */
function writeInteger(value: number, bits: number, first: number): number[] {
  const most = 2 ** bits - 1
  if (value < most) return [first | value]
  const bytes = [first | most]
  let left = value - most
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 128)
  bytes.push(left)
  return bytes
}

function writeString(text: string): Buffer {
  const length = writeInteger(text.length, 7, 0)
  const bytes = Buffer.allocUnsafe(length.length + text.length)
  bytes.set(length)
  bytes.write(text, length.length, 'latin1')
  return bytes
}

/** Headers that all messages of a word have in common, as they go out first, later, and to a service without a table. */
interface Common {
  inserting: Buffer
  indexed: Buffer
  literal: Buffer
}

function writeCommon(authority: string, headers: Readonly<Record<string, string | number>>): Common {
  const fields = [
    { name: Buffer.from([AUTHORITY]), length: ':authority'.length, value: authority },
    ...Object.entries(headers).map(([name, value]) => ({
      name: Buffer.concat([Buffer.of(0), writeString(name)]),
      length: name.length,
      value: String(value),
    })),
  ]
  const size = fields.reduce((sum, field) => sum + field.length + field.value.length + ENTRY_BYTES, 0)
  const literal = Buffer.concat(fields.flatMap(({ name, value }) => [name, writeString(value)]))
  if (size > TABLE_BYTES) return { inserting: literal, indexed: literal, literal }
  const inserting = Buffer.concat(
    fields.flatMap(({ name, value }) => {
      // 01xxxxxx: literal with incremental indexing; the name's index, 0 for a new one, stands in the same byte.
      const first = Buffer.from(name)
      first[0] = 0x40 | (first[0] ?? 0)
      return [first, writeString(value)]
    }),
  )
  // The last one inserted is the first of the table.
  const places = fields.map((_, i) => LAST_STATIC + fields.length - i)
  return { inserting, indexed: Buffer.from(places.flatMap((place) => writeInteger(place, 7, 0x80))), literal }
}

function isSame(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  for (const name in b) if (a[name] !== b[name]) return false
  return true
}

export interface HeaderWriter {
  /** A block for a message of this path, in pieces. @param headers the same ones for all messages of a word, in the same order */
  write(path: string, headers: Readonly<Record<string, string | number>>): Buffer[]
  /** The service's table has another size: a smaller one is not used at all. */
  resize(bytes: number): void
}

/** Opens the writer of one connection: the other end remembers what it wrote. */
export function openHeaderWriter(authority: string): HeaderWriter {
  let known: { headers: Readonly<Record<string, string | number>>; common: Common } | null = null
  let usesTable = true
  let announce = false
  return {
    write: (path, headers) => {
      const same = known !== null && isSame(known.headers, headers)
      known = same && known ? known : { headers, common: writeCommon(authority, headers) }
      const { common } = known
      const size = announce ? [Buffer.of(0x20)] : []
      announce = false
      const rest = !usesTable ? common.literal : same ? common.indexed : common.inserting
      // All that begins with a colon comes before all that does not (RFC 9113 §8.3); the authority leads the rest.
      return [...size, POST_HTTPS_PATH, writeString(path), rest]
    },
    resize: (bytes) => {
      if (bytes >= TABLE_BYTES || !usesTable) return
      usesTable = false
      announce = true
    },
  }
}

/** Letters by the length of their Huffman code, in the order of the codes (RFC 7541 Appendix B is canonical). */
const SHORT_CODES: readonly (readonly [bits: number, letters: string])[] = [
  [5, '012aceiost'],
  [6, ' %-./3456789=A_bdfghlmnpru'],
  [7, ':BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz'],
  [8, '&*,;XZ'],
]

/** Letter and length by the next eight bits; null for codes of ten bits and more, which no status and no date has. */
function listCodes(): ({ letter: string; bits: number } | null)[] {
  const codes = SHORT_CODES.flatMap(([bits, letters]) =>
    letters.split('').flatMap((letter) => Array.from({ length: 2 ** (8 - bits) }, () => ({ letter, bits }))),
  )
  return Array.from({ length: 256 }, (_, i) => codes[i] ?? null)
}

export interface ReplyHead {
  status: number
  retryAfter: string | undefined
}

/** Opens a reader of replies' header blocks. @throws on read where a block needs a table or breaks off */
export function openHeaderReader(): (block: Buffer) => ReplyHead {
  const codes = listCodes()
  const readHuffman = (bytes: Buffer): string | null => {
    let text = ''
    let at = 0
    const end = bytes.length * 8
    while (at < end) {
      const byte = at >> 3
      const window = (((bytes[byte] ?? 0) << 8) | (bytes[byte + 1] ?? 0xff)) >> (8 - (at & 7))
      const code = codes[window & 0xff]
      // What is left of the last byte is filled with ones.
      if (end - at < 8 && (window & 0xff) >> (8 - (end - at)) === 2 ** (end - at) - 1) return text
      if (!code || at + code.bits > end) return null
      text += code.letter
      at += code.bits
    }
    return text
  }
  return (block) => {
    let at = 0
    const byte = (): number => {
      const value = block[at]
      if (value === undefined) throw new Error('a header block breaks off')
      at += 1
      return value
    }
    const integer = (first: number, bits: number): number => {
      const most = 2 ** bits - 1
      let value = first & most
      if (value < most) return value
      for (let shift = 1; ; shift *= 128) {
        const next = byte()
        value += (next & 127) * shift
        if (shift > 2 ** 21) throw new Error('a header block holds too large a number')
        if (next < 128) return value
      }
    }
    /** @param wanted false: it is passed over; most of a reply's headers are nobody's business here */
    const string = (wanted: boolean): string | null => {
      const first = byte()
      const length = integer(first, 7)
      const bytes = block.subarray(at, at + length)
      if (bytes.length < length) throw new Error('a header block breaks off')
      at += length
      if (!wanted) return null
      return first & 0x80 ? readHuffman(bytes) : bytes.toString('latin1')
    }
    const head: ReplyHead = { status: 0, retryAfter: undefined }
    while (at < block.length) {
      const first = byte()
      if (first & 0x80) {
        const index = integer(first, 7)
        if (index === 0 || index > LAST_STATIC) throw new Error('a header block uses a table that has no room')
        head.status ||= STATIC_STATUS[index - STATUS_INDEX] ?? 0
        continue
      }
      if ((first & 0xe0) === 0x20) {
        integer(first, 5)
        continue
      }
      const index = integer(first, first & 0x40 ? 6 : 4)
      if (index > LAST_STATIC) throw new Error('a header block uses a table that has no room')
      const name = index === 0 ? string(true) : null
      const isStatus = name === ':status' || (index >= STATUS_INDEX && index < STATUS_INDEX + STATIC_STATUS.length)
      const isRetryAfter = name === 'retry-after' || index === RETRY_AFTER_INDEX
      const value = string(isStatus || isRetryAfter)
      if (isStatus) head.status ||= Number(value) || 0
      if (isRetryAfter) head.retryAfter = value ?? undefined
    }
    return head
  }
}
