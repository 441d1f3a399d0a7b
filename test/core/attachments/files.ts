// In: what a test wants to hide in a picture. Out: whole small pictures, built chunk by chunk as the standards say.
// Written from the standards, not from the cleaners. Must not import them.
import { crc32, deflateSync } from 'node:zlib'

export function pngChunk(name: string, data: Uint8Array | string = ''): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), Buffer.from(data)])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(body.length - 4, 0)
  body.copy(whole, 4)
  whole.writeUInt32BE(crc32(body), body.length + 4)
  return whole
}

/** Black, 8 bits of grey. @param beside chunks between header and data; @param behind bytes after the end */
export function makePng(beside: readonly Buffer[] = [], behind = '', width = 2, height = 1): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8
  const data = deflateSync(Buffer.alloc(height === 1 ? width + 1 : 1))
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const chunks = [pngChunk('IHDR', header), ...beside, pngChunk('IDAT', data), pngChunk('IEND')]
  return Buffer.concat([magic, ...chunks, Buffer.from(behind)])
}

export function jpegSegment(marker: number, data: Uint8Array | string): Buffer {
  const body = Buffer.from(data)
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(body.length + 2, 2)
  return Buffer.concat([head, body])
}

/** Exif of a telephone: how it was held, and words where a camera writes its own. */
export function exif(orientation: number, words: string, order: 'II' | 'MM' = 'II'): Buffer {
  const isLittle = order === 'II'
  const u16 = (n: number): Buffer => Buffer.from(isLittle ? [n & 255, n >> 8] : [n >> 8, n & 255])
  const u32 = (n: number): Buffer => (isLittle ? Buffer.concat([u16(n), u16(0)]) : Buffer.concat([u16(0), u16(n)]))
  const make = [u16(0x010f), u16(2), u32(words.length + 1), u32(38)]
  const turn = [u16(0x0112), u16(3), u32(1), u16(orientation), u16(0)]
  const head = [Buffer.from('Exif\0\0'), Buffer.from(order), u16(42), u32(8), u16(2)]
  return jpegSegment(0xe1, Buffer.concat([...head, ...make, ...turn, u32(0), Buffer.from(`${words}\0`)]))
}

/** 3 wide and 2 high; its tables are of the right form, its data is any. */
export function makeJpeg(beside: readonly Buffer[] = [], behind = ''): Buffer<ArrayBuffer> {
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpegSegment(0xe0, 'JFIF\0\x01\x01\0\0\x01\0\x01\0\0'),
    ...beside,
    jpegSegment(0xdb, Buffer.alloc(65, 1)),
    jpegSegment(0xc0, Buffer.from([8, 0, 2, 0, 3, 1, 1, 0x11, 0])),
    jpegSegment(0xc4, Buffer.alloc(18)),
    jpegSegment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    // A stuffed byte and a restart marker belong to the data.
    Buffer.from([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]),
    Buffer.from([0xff, 0xd9]),
    Buffer.from(behind),
  ])
}

export const makePdf = (inside = ''): Buffer<ArrayBuffer> =>
  Buffer.from(
    `%PDF-1.7\n1 0 obj\n<< /Type /Catalog ${inside} >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n`,
    'latin1',
  )
