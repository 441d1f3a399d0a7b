// In: the place text that came with a determination, and its epicentre. Out: the text that may be printed, or why not.
// Must not repair a text: what fails here is replaced by placeFromTable, with an alarm (DESIGN §5).
import seas from '../data/seas.json' with { type: 'json' }
import { readPlace } from './county-names.ts'
import { NATIONAL_GAZETTEER, type Gazetteer } from './gazetteer.ts'
import { nearestCounties } from './nearest.ts'
import type { Point } from './distance.ts'
import { BORDER_WORD, describeRegion, foreignPrefix, TWO_COUNTRIES } from './region.ts'

type PlaceRefusal =
  | 'empty'
  | 'too-long'
  | 'control'
  | 'markup'
  | 'hashtag'
  | 'mention'
  | 'not-chinese'
  | 'unknown-county'

export type PlaceReview = { ok: true; place: string } | { ok: false; reason: PlaceRefusal }

/** Characters a place text may have; the longest real ones, border places with two counties, have about 35. */
const PLACE_LIMIT = 60

/** Farther than this from every Chinese county an unlisted foreign name is believed. */
const SURELY_ABROAD_KM = 300

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029\p{M}]/u
const MARKUP = /[<>&{}[\]\\`"'%$^*_=|~;]|:\/\/|www\.|https?|\.(?:com|cn|net|org|top|cc|io)/i
const PLACE_CHARACTERS = /^[\p{Script=Han}、·()（）—–－-]+$/u
/** Renderers append the kind themselves, from the source's type word (DESIGN §6.4). */
const KIND_IN_BRACKETS = /[（(](?:塌陷|爆破|矿震|疑爆|疑似爆破|滑坡|非天然|非天然地震)[）)]$/u
/** A province's text may go down to the township; more than that is no place. */
const LOCAL_NAME =
  /^\p{Script=Han}{1,7}(?:镇|乡|街道|苏木|嘎查|村|社区|林场|农场|牧场|岛|群岛|列岛|半岛|礁|山|湾|河口|煤矿|矿区|水库|盆地|海槽|海沟)$/u
/** Units whose own name is exact enough: four cities, 台湾, 香港, 澳门. */
const MUNICIPALITIES = new Set(['11', '12', '31', '50', '71', '81', '82'])
/** Words of speech: no name of a place has them, and a text that has them says something. */
const SPEECH =
  /地震|震级|[0-9零一二三四五六七八九十两]级|发生|预报|预测|预警|警报|警告|速报|通报|撤离|疏散|紧急|通知|转发|谣|死亡|伤亡|遇难|海啸|请|即将|还会|可能|快跑|逃生|大家|注意|演练|测试|撤回|更正|官方|政府|消息|今晚|今天|明天|扫码|微信|微博|点击/

/** What happens somewhere is not its name; abroad, where any name may follow the country's, this is all that tells. */
const FOREIGN_SPEECH =
  /震|轰炸|爆炸|核电|核弹|核试|袭击|战争|灾|倒塌|垮塌|今夜|明夜|今日|明日|昨|还有|更强|更大|更高|将$|[再又已正][有要在发]/

/** The 6,763 characters of GB 2312, as the platform decodes them: traditional and Japanese forms are not among them. */
const SIMPLIFIED: ReadonlySet<string> = (() => {
  const bytes: number[] = []
  for (let row = 0xb0; row <= 0xf7; row += 1) for (let cell = 0xa1; cell <= 0xfe; cell += 1) bytes.push(row, cell)
  return new Set(new TextDecoder('gbk').decode(Uint8Array.from(bytes)))
})()

function isSimplifiedChinese(text: string, gazetteer: Gazetteer): boolean {
  const isKnown = (char: string) => SIMPLIFIED.has(char) || gazetteer.names.characters.has(char)
  return Array.from(text).every((char) => !/\p{Script=Han}/u.test(char) || isKnown(char))
}

function findUnprintable(raw: string): PlaceRefusal | null {
  if (raw.length > PLACE_LIMIT * 4 || Array.from(raw).length > PLACE_LIMIT) return 'too-long'
  if (UNPRINTABLE.test(raw)) return 'control'
  const plain = raw.normalize('NFKC').trim()
  if (plain === '') return 'empty'
  if (plain.includes('#')) return 'hashtag'
  if (plain.includes('@')) return 'mention'
  return MARKUP.test(plain) ? 'markup' : null
}

function isKnownAtHome(text: string, epicentre: Point, gazetteer: Gazetteer): boolean {
  const shared = seas.shared.find((name) => text.startsWith(name))
  const { levels, provinceCodes, leftovers } = readPlace(shared ? text.slice(shared.length) : text, gazetteer)
  if (shared) return leftovers.every((rest) => LOCAL_NAME.test(rest) && !SPEECH.test(rest))
  // Not one of our names: an island or ridge that our list of foreign names lacks.
  if (levels.length === 0 && !BORDER_WORD.test(text)) return isPlausibleAbroad(text, epicentre, gazetteer)
  // 西藏与尼泊尔交界, 中缅边境: the foreign side is what makes a province enough.
  const foreign = leftovers.filter((rest) => foreignPrefix(rest) === rest.length || TWO_COUNTRIES.test(rest))
  const isBorder = BORDER_WORD.test(text) && foreign.length > 0
  const isMunicipality = provinceCodes.some((code) => MUNICIPALITIES.has(code))
  // A province alone names no county that we know; our own table is more exact.
  const named = levels.some((level) => level !== 'province') || isMunicipality || isBorder
  const others = isBorder ? leftovers.filter((rest) => !foreign.includes(rest)) : leftovers
  return named && others.every((rest) => LOCAL_NAME.test(rest) && !SPEECH.test(rest))
}

function isPlausibleAbroad(text: string, epicentre: Point, gazetteer: Gazetteer): boolean {
  const rest = text.slice(foreignPrefix(text))
  if (rest.length > 20 || SPEECH.test(text) || FOREIGN_SPEECH.test(rest)) return false
  if (rest.length < text.length) return true
  const nearest = nearestCounties(epicentre.latitude, epicentre.longitude, 1, gazetteer)[0]
  return nearest !== undefined && nearest.distanceKm > SURELY_ABROAD_KM
}

/**
 * Decides whether a Chinese place text may be printed. Inside China every character must be a name that we know, a word
 * of position, or a township below a known county; abroad a listed name must open it, or the epicentre must lie farther
 * than 300 km from any Chinese county; no word of speech in either.
 * @param text at most 60 characters; from a Chinese source (a foreign agency's words are the caller's to refuse)
 * @param epicentre degrees
 * @returns the text without spaces and without a bracketed kind, which the notice adds itself; or the first rule broken
 */
export function reviewPlace(text: string, epicentre: Point, gazetteer: Gazetteer = NATIONAL_GAZETTEER): PlaceReview {
  const refusal = findUnprintable(text)
  if (refusal) return { ok: false, reason: refusal }
  const place = text
    .normalize('NFC')
    .replace(/[ \u3000]/g, '')
    .replace(KIND_IN_BRACKETS, '')
  if (place === '') return { ok: false, reason: 'empty' }
  if (!PLACE_CHARACTERS.test(place) || !isSimplifiedChinese(place, gazetteer))
    return { ok: false, reason: 'not-chinese' }
  const known =
    describeRegion(place) === 'abroad'
      ? isPlausibleAbroad(place, epicentre, gazetteer)
      : isKnownAtHome(place, epicentre, gazetteer)
  return known ? { ok: true, place } : { ok: false, reason: 'unknown-county' }
}
