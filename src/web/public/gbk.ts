// In: a text. Out: its bytes as GBK, for displays that know nothing newer.
// Must not lose a character: what GBK has no bytes for stands as □.

/** First bytes 81–FE, second bytes 40–FE without 7F (GBK, the two-byte part of GB 18030). */
const FIRST = [0x81, 0xfe] as const
const SECOND = [0x40, 0xfe] as const
const LINE = 0x0a
/** A1F5: □ */
const MISSING = 0xa1f5

export type ToGbk = (text: string) => Buffer

/** Builds the table from the platform's own decoder, once: it has none the other way round. */
export function openGbk(): ToGbk {
  const bytes: number[] = []
  for (let first: number = FIRST[0]; first <= FIRST[1]; first += 1)
    for (let second: number = SECOND[0]; second <= SECOND[1]; second += 1) bytes.push(first, second, LINE)
  // All at once: one call for each would take a tenth of a second.
  const lines = new TextDecoder('gb18030').decode(Uint8Array.from(bytes)).split('\n')
  const codes = new Map<string, number>()
  for (const [index, letter] of lines.entries()) {
    // Places that Unicode has no character for come out as private use, or as the mark of a fault.
    if (Array.from(letter).length === 1 && !/[\p{Co}\ufffd]/u.test(letter))
      codes.set(letter, (bytes[index * 3] ?? 0) * 256 + (bytes[index * 3 + 1] ?? 0))
  }
  return (text) =>
    Buffer.from(
      Array.from(text, (letter) => {
        const point = letter.codePointAt(0) ?? 0
        if (point < 0x80) return [point]
        const code = codes.get(letter) ?? MISSING
        return [code >> 8, code & 0xff]
      }).flat(),
    )
}
