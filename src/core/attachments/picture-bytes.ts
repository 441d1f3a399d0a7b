// In: the sizes and pieces that png.ts and jpeg.ts find. Out: what a cleaned picture is, or the reason why it is none.
// Pure. Must not know a format.

/** `width` and `height` in pixels as a reader sees the picture. */
export type CleanPicture =
  | { ok: true; bytes: Uint8Array<ArrayBuffer>; width: number; height: number }
  | { ok: false; reason: string }

/** A picture of five megabytes can unpack to gigabytes; citizens read on old phones. */
const MOST_PIXELS = 25_000_000
const LONGEST_SIDE = 10_000

/** The file as it may be shown, or the fault of its measures. */
export function finishPicture(parts: readonly Uint8Array[], width: number, height: number): CleanPicture {
  if (width < 1 || height < 1) return refusePicture('图片没有写明宽和高')
  if (width > LONGEST_SIDE || height > LONGEST_SIDE || width * height > MOST_PIXELS)
    return refusePicture(`图片 ${width}×${height} 像素，最多 2500 万像素、每边 1 万像素，请缩小后再上传`)
  return { ok: true, bytes: joinBytes(parts), width, height }
}

export const refusePicture = (reason: string): CleanPicture => ({ ok: false, reason })

function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Latin letters as they stand in a file. */
export function readLetters(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length))
}
