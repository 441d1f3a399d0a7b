// In: the bytes of a font file (TrueType or OpenType). Out: the characters it can draw.
// Must not trust the file: a renderer draws nothing at all for a character that is not there, and says nothing of it.

/** Code points of the font's character map: its subtables of format 4 and 12. @throws RangeError on a file cut off */
export function readCoverage(font: Uint8Array): Set<number> {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength)
  const covered = new Set<number>()
  const map = findTable(view, 'cmap')
  if (map === null) return covered
  const count = view.getUint16(map + 2)
  for (let n = 0; n < count; n += 1) {
    const at = map + view.getUint32(map + 4 + 8 * n + 4)
    const format = view.getUint16(at)
    if (format === 4) readSegments(view, at, covered)
    if (format === 12) readGroups(view, at, covered)
  }
  return covered
}

function findTable(view: DataView, name: string): number | null {
  const count = view.getUint16(4)
  for (let n = 0; n < count; n += 1) {
    const at = 12 + 16 * n
    const tag = String.fromCharCode(...[0, 1, 2, 3].map((k) => view.getUint8(at + k)))
    if (tag === name) return view.getUint32(at + 8)
  }
  return null
}

/** Format 4: segments of the basic plane; a glyph number of 0 is "not there" (OpenType 1.9, cmap). */
function readSegments(view: DataView, at: number, covered: Set<number>): void {
  const bytes = view.getUint16(at + 6)
  const [ends, starts, deltas, ranges] = [at + 14, at + 16 + bytes, at + 16 + 2 * bytes, at + 16 + 3 * bytes]
  for (let n = 0; n < bytes; n += 2) {
    const [start, end] = [view.getUint16(starts + n), view.getUint16(ends + n)]
    const [delta, range] = [view.getUint16(deltas + n), view.getUint16(ranges + n)]
    for (let code = start; code <= end && code < 0xffff; code += 1) {
      const glyph = range === 0 ? code : view.getUint16(ranges + n + range + 2 * (code - start))
      if (glyph !== 0 && ((range === 0 ? code + delta : glyph + delta) & 0xffff) !== 0) covered.add(code)
    }
  }
}

/** Format 12: groups over all planes. */
function readGroups(view: DataView, at: number, covered: Set<number>): void {
  const count = view.getUint32(at + 12)
  for (let n = 0; n < count; n += 1) {
    const group = at + 16 + 12 * n
    const [start, end, glyph] = [view.getUint32(group), view.getUint32(group + 4), view.getUint32(group + 8)]
    for (let code = start; code <= Math.min(end, 0x10ffff); code += 1) if (glyph + code - start !== 0) covered.add(code)
  }
}

/** Characters that stand in the picture's texts and not in the font, each once. Control characters are not drawn. */
export function listUncovered(svg: string, covered: ReadonlySet<number>): string[] {
  const missing = new Set<string>()
  for (const [, text = ''] of svg.matchAll(/<text\b[^>]*>([\s\S]*?)<\/text>/g))
    for (const mark of text.replace(/<[^>]*>/g, '')) {
      const code = mark.codePointAt(0) ?? 0
      if (code >= 0x20 && !covered.has(code)) missing.add(mark)
    }
  return [...missing]
}
