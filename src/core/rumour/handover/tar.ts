// In: names and bytes. Out: one archive in the ustar form of POSIX.1-1988, which every tar reads.
// Pure: the same files make the same bytes; no owner, no clock and no folder of this machine stands in it.
import { SECOND, type Instant } from '../../instant.ts'

export interface TarFile {
  /** Path within the archive: at most 100 signs of letters, digits, - . _ and /. */
  name: string
  bytes: Uint8Array
}

const BLOCK = 512
/** Archives end in two empty blocks and fill up a record of twenty (POSIX.1-1988 §10.1.1). */
const RECORD = 20 * BLOCK
const LONGEST_NAME = 100
const NAME = /^(?!\/)(?!.*\/\/)(?!(?:.*\/)?\.\.?(?:\/|$))[A-Za-z0-9._/-]+(?<!\/)$/
/** Eleven octal digits. */
const LARGEST = 8 ** 11

/**
 * Writes an archive; files stand in it in the order of their names.
 * @param at of every file
 * @throws when a name cannot stand there, stands twice, or a file is larger than 8 GB
 */
export function writeTar(files: readonly TarFile[], at: Instant): Uint8Array {
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  for (const [index, { name }] of sorted.entries())
    if (sorted[index + 1]?.name === name) throw new Error(`${name} stands twice in the archive`)
  const body = sorted.reduce((sum, { bytes }) => sum + BLOCK + pad(bytes.length, BLOCK), 0)
  const archive = new Uint8Array(pad(body + 2 * BLOCK, RECORD))
  let offset = 0
  for (const file of sorted) {
    archive.set(writeHeader(file, at), offset)
    archive.set(file.bytes, offset + BLOCK)
    offset += BLOCK + pad(file.bytes.length, BLOCK)
  }
  return archive
}

const pad = (length: number, unit: number): number => Math.ceil(length / unit) * unit

function writeHeader({ name, bytes }: TarFile, at: Instant): Uint8Array {
  if (name.length > LONGEST_NAME || !NAME.test(name)) throw new Error(`${name} cannot stand in an archive`)
  if (bytes.length >= LARGEST) throw new Error(`${name} is too large for an archive`)
  const header = new Uint8Array(BLOCK)
  const put = (offset: number, text: string): void => {
    for (let index = 0; index < text.length; index += 1) header[offset + index] = text.charCodeAt(index)
  }
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
  put(0, name)
  put(100, octal(0o644, 7))
  put(108, octal(0, 7))
  put(116, octal(0, 7))
  put(124, octal(bytes.length, 11))
  put(136, octal(Math.max(0, Math.floor(at / SECOND)), 11))
  // The sum is taken as if its own field held blanks.
  put(148, '        ')
  put(156, '0')
  put(257, 'ustar\u000000')
  const sum = header.reduce((total, byte) => total + byte, 0)
  put(148, `${octal(sum, 6)}\u0000 `)
  return header
}
