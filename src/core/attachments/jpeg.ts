// In: bytes that begin like a JPEG. Out: the same picture, upright as before, without anything else, or why it is none.
// Pure. Must not let through a segment that it does not know: place, camera and texts stand in APPn and COM (ITU-T T.81 annex B).
import { finishPicture, readLetters, refusePicture, type CleanPicture } from './picture-bytes.ts'

export const JPEG_MAGIC: readonly number[] = [0xff, 0xd8, 0xff]

const APP1 = 0xe1
const APP14 = 0xee
const SCAN = 0xda
const END = 0xd9
/** Baseline, extended, progressive: what every browser draws. */
const FRAMES: readonly number[] = [0xc0, 0xc1, 0xc2]
/** Quantisation and Huffman tables, restart interval. */
const TABLES: readonly number[] = [0xdb, 0xc4, 0xdd]
const isApart = (marker: number): boolean => (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe
const DAMAGED = 'JPEG 图片不完整或已损坏'

/** Copies what the picture is drawn from; thumbnails, films behind the end and everything in APPn and COM are left out. */
export function cleanJpeg(bytes: Uint8Array): CleanPicture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts: Uint8Array[] = []
  let at = 2
  let turned: number | null = null
  let size: { width: number; height: number } | null = null
  let scanned = false
  for (;;) {
    if (bytes[at] !== 0xff) return refusePicture(DAMAGED)
    while (bytes[at] === 0xff) at += 1
    const marker = bytes[at] ?? 0
    at += 1
    if (marker === END) {
      if (size === null || !scanned) return refusePicture(DAMAGED)
      const { width, height } = size
      const head = [Uint8Array.of(0xff, 0xd8), writeTurn(turned ?? UPRIGHT), ...parts, Uint8Array.of(0xff, END)]
      // From the fifth on the picture lies on its side.
      return (turned ?? UPRIGHT) > 4 ? finishPicture(head, height, width) : finishPicture(head, width, height)
    }
    if (at + 2 > bytes.length) return refusePicture(DAMAGED)
    const length = view.getUint16(at)
    const end = at + length
    if (length < 2 || end > bytes.length) return refusePicture(DAMAGED)
    const segment = bytes.subarray(at + 2, end)
    if (isApart(marker)) {
      if (marker === APP1) turned ??= readTurn(segment)
      // Says in which colours the numbers are; without it a picture for print is drawn inverted.
      if (marker === APP14 && segment.length >= 12 && readLetters(segment, 0, 5) === 'Adobe')
        parts.push(Uint8Array.of(0xff, APP14, 0, 14, ...segment.subarray(0, 12)))
    } else if (FRAMES.includes(marker)) {
      if (size !== null || segment.length < 6) return refusePicture(DAMAGED)
      size = { height: view.getUint16(at + 3), width: view.getUint16(at + 5) }
    } else if (!TABLES.includes(marker) && (marker !== SCAN || size === null))
      return refusePicture('不支持这种 JPEG 图片，请另存为普通 JPEG 或 PNG')
    if (!isApart(marker)) parts.push(Uint8Array.of(0xff, marker), bytes.subarray(at, end))
    at = end
    if (marker === SCAN) {
      at = findScanEnd(bytes, end)
      parts.push(bytes.subarray(end, at))
      scanned = true
    }
  }
}

/** Where the next marker stands; the end of the file where there is none. */
function findScanEnd(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from)
  while (at >= 0 && at + 1 < bytes.length) {
    const next = bytes[at + 1] ?? 0
    const isData = next === 0 || (next >= 0xd0 && next <= 0xd7)
    if (!isData && next !== 0xff) return at
    at = bytes.indexOf(0xff, at + (isData ? 2 : 1))
  }
  return bytes.length
}

const UPRIGHT = 1
const ORIENTATION = 0x0112

/** How a telephone was held (Exif 2.32 §4.6.4 A, Orientation): 1 to 8; null where the segment does not say. */
function readTurn(segment: Uint8Array): number | null {
  if (readLetters(segment, 0, 6) !== 'Exif\0\0' || segment.length < 16) return null
  const view = new DataView(segment.buffer, segment.byteOffset + 6, segment.length - 6)
  const isLittle = view.getUint16(0) === 0x4949
  const first = view.getUint32(4, isLittle)
  if (first + 2 > view.byteLength) return null
  const count = view.getUint16(first, isLittle)
  for (let n = 0; n < count; n += 1) {
    const entry = first + 2 + 12 * n
    if (entry + 12 > view.byteLength) return null
    if (view.getUint16(entry, isLittle) !== ORIENTATION) continue
    const value = view.getUint16(entry + 8, isLittle)
    return value >= 1 && value <= 8 ? value : null
  }
  return null
}

/** An Exif segment that says this and nothing else; without it portraits from telephones would lie on their side. */
function writeTurn(turn: number): Uint8Array {
  if (turn === UPRIGHT) return new Uint8Array(0)
  const head = [0xff, APP1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0]
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8]
  const entry = [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, turn, 0, 0, 0, 0, 0, 0]
  return Uint8Array.from([...head, ...tiff, ...entry])
}
