// In: what is to be written beside which points. Out: where each text stands, or that there is no room for it.
// Must not write one text over another, over a point, or beyond the frame: what finds no room is left out, whole.
import type { Spot } from './sketch-geometry.ts'

export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

/** A text on its base line. */
export interface Label extends Spot {
  text: string
  size: number
  anchor: 'start' | 'middle' | 'end'
}

/**
 * Width of a text in pixels, from above: full width for everything that is not ASCII, and for ASCII what the widest of
 * the usual fonts take.
 */
export function measureText(text: string, size: number): number {
  let ems = 0
  for (const mark of text) ems += mark > '~' ? 1 : /[A-Z@%&mw]/.test(mark) ? 0.95 : 0.64
  return ems * size
}

export function boxOf({ x, y, text, size, anchor }: Label): Box {
  const width = measureText(text, size)
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2
  return { left, right: left + width, top: y - 0.92 * size, bottom: y + 0.26 * size }
}

export function boxAround({ x, y }: Spot, radius: number): Box {
  return { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius }
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

/** True where the stretch from a to b goes through the box; looked at in steps, which is enough for a preference. */
function crosses([a, b]: readonly [Spot, Spot], box: Box): boolean {
  for (let step = 0; step <= 40; step += 1) {
    const x = a.x + ((b.x - a.x) * step) / 40
    const y = a.y + ((b.y - a.y) * step) / 40
    if (x > box.left && x < box.right && y > box.top && y < box.bottom) return true
  }
  return false
}

/** Where a text may stand beside a point, the most usual place first. */
export function besides({ x, y }: Spot, radius: number, text: string, size: number): Label[] {
  const away = radius + 4
  const slant = 0.72 * away
  const [over, level, under] = [y - away - 0.2 * size, y + 0.36 * size, y + away + 0.86 * size]
  return [
    { text, size, x: x + away, y: level, anchor: 'start' },
    { text, size, x: x - away, y: level, anchor: 'end' },
    { text, size, x, y: under, anchor: 'middle' },
    { text, size, x, y: over, anchor: 'middle' },
    { text, size, x: x + slant, y: under - 0.3 * away, anchor: 'start' },
    { text, size, x: x + slant, y: over + 0.3 * away, anchor: 'start' },
    { text, size, x: x - slant, y: under - 0.3 * away, anchor: 'end' },
    { text, size, x: x - slant, y: over + 0.3 * away, anchor: 'end' },
  ]
}

export interface Room {
  /** True where all of the box is within the frame and touches nothing that stands. */
  isFree(box: Box): boolean
  take(box: Box): void
  /** Takes the first of these that has room, rather one that does not stand on the line home; null where none has. */
  put(labels: readonly Label[]): Label | null
}

/** @param line the line home, which a text may cross only where there is no other room */
export function openRoom(width: number, height: number, line: readonly [Spot, Spot] | null): Room {
  const taken: Box[] = []
  const isFree = (box: Box): boolean =>
    box.left >= 3 &&
    box.top >= 3 &&
    box.right <= width - 3 &&
    box.bottom <= height - 3 &&
    !taken.some((each) => overlap(each, box))
  return {
    isFree,
    take: (box) => taken.push(box),
    put: (labels) => {
      const free = labels.filter((label) => isFree(boxOf(label)))
      const label = free.find((each) => line === null || !crosses(line, boxOf(each))) ?? free[0]
      if (label === undefined) return null
      taken.push(boxOf(label))
      return label
    },
  }
}
