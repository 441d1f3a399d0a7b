// In: a place text, Chinese or English. Out: whether it lies in China, abroad, or cannot be told from the text.
// Must not use coordinates, and must not guess: the caller treats undecidable as domestic (DESIGN §6.5).
import abroad from '../data/abroad.json' with { type: 'json' }
import { NATIONAL_GAZETTEER } from './gazetteer.ts'
import { measureNames, reachOf } from './name-index.ts'

export type Region = 'domestic' | 'abroad' | 'undecidable'

const ABROAD = new Set([...abroad.countries, ...abroad.regions])
const LONGEST_ABROAD = measureNames(ABROAD)
/** What a text about two sides says. */
export const BORDER_WORD = /边境|边界|交界/
/** 中缅, 中蒙: two countries in two characters. */
export const TWO_COUNTRIES = /^中(?:国)?[缅印蒙俄哈吉塔巴尼不越老朝阿韩日菲]/

/** Length of the foreign name that opens the text, 0 when none does. */
export function foreignPrefix(text: string): number {
  for (let length = reachOf(LONGEST_ABROAD, text, 0); length >= 2; length -= 1) {
    if (ABROAD.has(text.slice(0, length))) return length
  }
  return 0
}

/** Length of the Chinese province, listed sea, prefecture or county that opens the text, 0 when none does. */
function domesticPrefix(text: string): number {
  const { units, longest } = NATIONAL_GAZETTEER.names
  for (let length = reachOf(longest, text, 0); length >= 2; length -= 1) {
    const found = units.get(text.slice(0, length)) ?? []
    const opens = found.some(
      ({ level, form }) => level === 'province' || level === 'sea' || (form === 'official' && length >= 3),
    )
    if (opens) return length
  }
  return text.startsWith('中国') ? 2 : 0
}

function decidePrefix(text: string): Region {
  const home = domesticPrefix(text)
  const away = foreignPrefix(text)
  if (home === away) return 'undecidable'
  return home > away ? 'domestic' : 'abroad'
}

function decideChinese(text: string): Region {
  if (TWO_COUNTRIES.test(text) && BORDER_WORD.test(text)) return 'undecidable'
  const whole = decidePrefix(text)
  // 西藏与尼泊尔交界, 缅甸-中国边境: sides of both kinds leave it open. A cut inside a name (和田) yields no known side.
  const sides = new Set([
    whole,
    ...text
      .split(/[与和及、－—–~至-]/)
      .slice(1)
      .map(decidePrefix),
  ])
  return sides.has('domestic') && sides.has('abroad') ? 'undecidable' : whole
}

function wordPattern(names: readonly string[]): RegExp {
  // Our own names of letters, spaces and hyphens: nothing in them needs escaping.
  return new RegExp(`(?<![\\p{L}])(?:${names.join('|').toLowerCase()})(?![\\p{L}])`, 'u')
}

const ENGLISH_ABROAD = wordPattern(abroad.english)
const ENGLISH_DOMESTIC = wordPattern(abroad.englishDomestic)
// USGS closes Californian places with the postal code only: "10 km N of The Geysers, CA".
const US_POSTAL = /, (?:AK|CA|HI|NV|OR|WA|ID|UT|MT|WY|OK|TX|PR)$/

function decideEnglish(text: string): Region {
  const lower = text.toLowerCase()
  const home = ENGLISH_DOMESTIC.test(lower)
  const away = ENGLISH_ABROAD.test(lower) || US_POSTAL.test(text)
  if (home === away) return 'undecidable'
  return home ? 'domestic' : 'abroad'
}

/**
 * Decides by the name that opens a Chinese text (34 province-level units, listed seas, our counties; or a foreign
 * country, island, sea or ridge), or by a known name anywhere in an English one. The longer opening name wins, so that
 * 内蒙古 is not 蒙古 and 东海道 is not 东海. Border regions with a side in China are undecidable.
 * Only the first 120 characters are read.
 */
export function describeRegion(place: string): Region {
  const text = place.slice(0, 120).normalize('NFKC').trim()
  return /\p{Script=Latin}/u.test(text) ? decideEnglish(text) : decideChinese(text.replace(/\s/g, ''))
}
