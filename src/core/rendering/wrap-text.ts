// In: a text and a width. Out: its lines, in the largest size at which they fit.
// Must not cut a number or a word, nor begin a line with a mark that closes one.
import { measureText } from './sketch-labels.ts'

/** 避头尾: what may not begin a line, and what may not end one. */
const NOT_FIRST = /^[，。、；：！？）】〕》”’%℃°′″级度日时分秒]/
const NOT_LAST = /[（【〔《“‘]$/

export interface Lines {
  size: number
  lines: string[]
}

/** From one base line to the next, in sizes. */
export const LEADING = 1.24

/**
 * @param height all lines together, at LEADING
 * @param sizes pixels, largest first
 * @returns null where it does not fit in the smallest
 */
export function fitText(text: string, width: number, height: number, sizes: readonly number[]): Lines | null {
  return fitParts([text], width, height, sizes)
}

/** Headlines: each part begins a line of its own, and the lines of a part are about as long as each other. */
export function fitParts(
  parts: readonly string[],
  width: number,
  height: number,
  sizes: readonly number[],
): Lines | null {
  for (const size of sizes) {
    const lines = parts.flatMap((part) => (parts.length > 1 ? balance(part, width, size) : wrapText(part, width, size)))
    if (lines.length * size * LEADING <= height && lines.every((line) => measureText(line, size) <= width))
      return { size, lines }
  }
  return null
}

/** Where the name of one unit ends and that of the next begins: 阿拉善盟 | 阿拉善左旗. */
const UNIT_END = /[省市州盟区县旗]$/

/**
 * The same number of lines, the longest as short as may be: no single character is left for the last. Between names of
 * places before within one, where there is the choice.
 */
function balance(text: string, width: number, size: number): string[] {
  let best = wrapText(text, width, size)
  let atUnits: string[] | null = null
  for (let narrower = width; narrower > 0; narrower -= size / 2) {
    const lines = wrapText(text, narrower, size)
    if (lines.length > best.length) break
    best = lines
    if (lines.slice(0, -1).every((line) => UNIT_END.test(line))) atUnits = lines
  }
  return atUnits ?? best
}

/** Breaks as late as it may; a piece that is wider than the line stands alone on one. */
export function wrapText(text: string, width: number, size: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of splitPieces(text)) {
    if (line !== '' && measureText((line + piece).trimEnd(), size) > width) {
      lines.push(line.trimEnd())
      line = piece.trimStart()
    } else line += piece
  }
  return line.trim() === '' ? lines : [...lines, line.trimEnd()]
}

/** What may not be parted: runs of ASCII (numbers, addresses), and marks with what they belong to. */
function splitPieces(text: string): string[] {
  const pieces: string[] = []
  for (const piece of text.match(/[\x21-\x7e]+| +|[^\x20-\x7e]/gu) ?? []) {
    const last = pieces.at(-1)
    if (last !== undefined && last.trim() !== '' && (NOT_FIRST.test(piece) || NOT_LAST.test(last)))
      pieces[pieces.length - 1] = last + piece
    else pieces.push(piece)
  }
  return pieces
}
