// In: bytes that begin like a PNG. Out: the same picture without anything that is not picture, or why it is none.
// Pure. Must not let through a chunk that it does not know: texts, times, places and profiles stand in chunks (PNG 3rd ed. §11).
import { finishPicture, readLetters, refusePicture, type CleanPicture } from './picture-bytes.ts'

export const PNG_MAGIC: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** What the picture cannot be drawn without, and its colours and measures. */
const KEPT: ReadonlySet<string> = new Set([
  'IHDR',
  'PLTE',
  'IDAT',
  'IEND',
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'sBIT',
  'bKGD',
  'pHYs',
])
/** Length, name and check sum of a chunk. */
const AROUND = 12
const HEADER_LENGTH = 13
const DAMAGED = 'PNG 图片不完整或已损坏'

/** Copies the chunks that are picture; what stands behind the last one (another file, a text) is left out. */
export function cleanPng(bytes: Uint8Array): CleanPicture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts = [bytes.subarray(0, PNG_MAGIC.length)]
  let at = PNG_MAGIC.length
  let width = 0
  let height = 0
  let data: 'none' | 'begun' | 'ended' = 'none'
  while (at + AROUND <= bytes.length) {
    const length = view.getUint32(at)
    const end = at + AROUND + length
    const name = readLetters(bytes, at + 4, 4)
    const isFirst = at === PNG_MAGIC.length
    if (end > bytes.length || !/^[A-Za-z]{4}$/.test(name) || (name === 'IHDR') !== isFirst) break
    if (!KEPT.has(name)) {
      // A capital says that the picture cannot be drawn without it (§5.4).
      if (/^[A-Z]/.test(name)) return refusePicture(DAMAGED)
    } else {
      if (sumUp(bytes, at + 4, end - 4) !== view.getUint32(end - 4)) return refusePicture(DAMAGED)
      if (name === 'IHDR') {
        if (length !== HEADER_LENGTH) break
        width = view.getUint32(at + 8)
        height = view.getUint32(at + 12)
      }
      if (name === 'IDAT') {
        if (data === 'ended') break
        data = 'begun'
      } else if (data === 'begun') data = 'ended'
      parts.push(bytes.subarray(at, end))
    }
    if (name === 'IEND') {
      if (data === 'none' || length !== 0) break
      return finishPicture(parts, width, height)
    }
    at = end
  }
  return refusePicture(DAMAGED)
}

const SUMS = Uint32Array.from({ length: 256 }, (_, start) => {
  let sum = start
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? 0xedb88320 ^ (sum >>> 1) : sum >>> 1
  return sum
})

/** CRC-32 of bytes from..to (PNG 3rd ed. annex D). */
function sumUp(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0xffffffff
  for (let at = from; at < to; at += 1) sum = (SUMS[(sum ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (sum >>> 8)
  return (sum ^ 0xffffffff) >>> 0
}
