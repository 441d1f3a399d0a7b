// In: a run of Chinese numerals. Out: its value.
// Must not decide whether the run is a number: 一定 and 万一 are words, and the unit behind it decides (normalise.ts).

const DIGITS = new Map('零一二三四五六七八九'.split('').map((digit, value) => [digit, value]))
DIGITS.set('〇', 0).set('两', 2)
const POWERS = new Map([
  ['十', 10],
  ['百', 100],
  ['千', 1_000],
])

/** Characters of which a Chinese number is made, for a class of a pattern. */
export const NUMERALS = '零〇一二两三四五六七八九十百千万'

/**
 * 一百二十 → 120, 二〇一七 → 2017, 十二 → 12, 三万五千 → 35000.
 * @returns null for what is no number (empty, 十百, longer than ten characters)
 */
export function readNumeral(text: string): number | null {
  if (text === '' || text.length > 10) return null
  const digits = text.split('').map((character) => DIGITS.get(character))
  if (text.length > 1 && digits.every((digit) => digit !== undefined)) return Number(digits.join(''))
  let whole = 0
  let section = 0
  let digit: number | null = null
  let last = Infinity
  for (const character of text) {
    const value = DIGITS.get(character)
    const power = POWERS.get(character)
    if (value !== undefined) {
      if (digit !== null && digit !== 0) return null
      digit = value
    } else if (power !== undefined) {
      if (power >= last) return null
      section += (digit ?? 1) * power
      last = power
      digit = null
    } else if (character === '万' && whole === 0 && section + (digit ?? 0) > 0) {
      whole = (section + (digit ?? 0)) * 10_000
      section = 0
      digit = null
      last = Infinity
    } else return null
  }
  return whole + section + (digit ?? 0)
}
