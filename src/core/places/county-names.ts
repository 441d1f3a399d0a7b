// In: a place text as CENC and provinces write it. Out: which units it names, and what in it is no name that we know.
// Must not judge the text: review.ts does. Must not guess between namesakes that the text leaves open: all are returned.
import type { County } from './county.ts'
import { NATIONAL_GAZETTEER, type Gazetteer } from './gazetteer.ts'
import type { NamedUnit } from './name-index.ts'

export interface PlaceReading {
  /** Counties named, in the order of the text; several for one name where the text does not tell namesakes apart. */
  counties: County[]
  /** What the names are: 34 units, prefectures, counties (with or without a point), listed seas. */
  levels: NamedUnit['level'][]
  /** Two-digit codes of the provinces that were named or follow from a county. */
  provinceCodes: string[]
  /** Runs of characters that are neither names nor words of position, each with its length. */
  leftovers: string[]
}

const SEPARATORS = ['与', '和', '及', '、', '-', '－', '—', '·']
// Words of position, longest first, so that 附近海域 is not read as 附近 and a leftover.
const POSITION_WORDS = [
  '交界地区',
  '附近海域',
  '近海海域',
  '沿岸海域',
  '交界处',
  '交界',
  '边界',
  '边境',
  '附近',
  '海域',
  '近海',
  '远海',
  '沿海',
  '沿岸',
  '近岸',
  '地区',
  '境内',
  '一带',
  '周边',
  '辖区',
  '东北部',
  '东南部',
  '西北部',
  '西南部',
  '东北方向',
  '东南方向',
  '西北方向',
  '西南方向',
  '东部',
  '南部',
  '西部',
  '北部',
  '中部',
  '以东',
  '以南',
  '以西',
  '以北',
  '东方向',
  '南方向',
  '西方向',
  '北方向',
  '中国',
].sort((a, b) => b.length - a.length)

interface Context {
  province: string
  prefecture: string
  afterSeparator: boolean
}

/** 和田县 is the county 和田县 and, with another rank, the city 和田市: the exact name wins. */
function preferOfficial(units: NamedUnit[]): NamedUnit[] {
  const official = units.filter(({ form }) => form === 'official')
  return official.length > 0 ? official : units
}

/** The units one name may mean here; [] when the words before it rule them all out. */
function chooseUnits(candidates: readonly NamedUnit[], name: string, context: Context): NamedUnit[] {
  const { province, prefecture, afterSeparator } = context
  const inProvince = (unit: NamedUnit) => unit.code.startsWith(province)
  const open = province === '' || afterSeparator
  const sea = candidates.filter((unit) => unit.level === 'sea')
  const provinces = candidates.filter((unit) => unit.level === 'province')
  if (provinces.length > 0 && open) return provinces
  if (sea.length > 0 && province === '') return sea
  const prefectures = candidates.filter((unit) => unit.level === 'prefecture')
  // 吉林省吉林市, 海南 and 海南州: inside a province its own prefecture is meant; a second one only after 与.
  if (prefecture === '' || afterSeparator) {
    const own = prefectures.filter((unit) => province !== '' && inProvince(unit))
    if (own.length > 0) return preferOfficial(own)
  }
  const counties = candidates.filter((unit) => unit.level === 'county')
  if (prefecture !== '') {
    const own = counties.filter((unit) => unit.code.startsWith(prefecture))
    if (own.length > 0) return preferOfficial(own)
    // 伊犁州塔城地区: one prefecture inside another.
    const inner = prefectures.filter((unit) => inProvince(unit) && unit.form === 'official' && name.length >= 3)
    if (inner.length > 0) return inner
  }
  if (province !== '') {
    const own = preferOfficial(counties.filter(inProvince))
    // Under another prefecture than the text says only a unit that moved (四平市公主岭市) and has no namesake passes.
    if (own.length > 0 && (prefecture === '' || afterSeparator || (own.length === 1 && own[0]?.form === 'official'))) {
      return own
    }
  }
  if (open && name.length >= 3) {
    const official = [...prefectures, ...counties].filter((unit) => unit.form === 'official')
    if (official.length > 0) return official
  }
  return sea
}

/** The longest name at one position that the context allows. */
function findName(text: string, at: number, context: Context, gazetteer: Gazetteer) {
  const { units, longest } = gazetteer.names
  for (let length = Math.min(longest, text.length - at); length >= 2; length -= 1) {
    const name = text.slice(at, at + length)
    const candidates = units.get(name)
    const chosen = candidates ? chooseUnits(candidates, name, context) : []
    if (chosen.length > 0) return { chosen, length }
  }
  return null
}

function enter(context: Context, chosen: readonly NamedUnit[]): void {
  const only = chosen.length === 1 ? chosen[0] : undefined
  if (only?.level === 'province') context.prefecture = ''
  if (only?.level === 'prefecture') context.prefecture = only.code
  if (only && only.level !== 'sea') context.province = only.code.slice(0, 2)
  context.afterSeparator = false
}

/**
 * Reads a Chinese place text from left to right, longest name first. At most 60 characters are looked at, so the work is
 * bounded by 60 × the longest name.
 */
export function readPlace(place: string, gazetteer: Gazetteer = NATIONAL_GAZETTEER): PlaceReading {
  const text = place.normalize('NFC').replace(/\s/g, '').slice(0, 60)
  const reading: PlaceReading = { counties: [], levels: [], provinceCodes: [], leftovers: [] }
  const context: Context = { province: '', prefecture: '', afterSeparator: true }
  let leftover = ''
  const closeLeftover = () => {
    if (leftover) reading.leftovers.push(leftover)
    leftover = ''
  }
  for (let at = 0; at < text.length;) {
    const found = findName(text, at, context, gazetteer)
    const word = found ? undefined : [...POSITION_WORDS, ...SEPARATORS].find((known) => text.startsWith(known, at))
    if (found) {
      closeLeftover()
      enter(context, found.chosen)
      for (const unit of found.chosen) {
        if (unit.county) reading.counties.push(unit.county)
        reading.levels.push(unit.level)
        if (unit.code) reading.provinceCodes.push(unit.code.slice(0, 2))
      }
    } else if (word) {
      closeLeftover()
      if (SEPARATORS.includes(word)) context.afterSeparator = true
    } else leftover += text[at] ?? ''
    at += found?.length ?? word?.length ?? 1
  }
  closeLeftover()
  return reading
}

/**
 * The counties that a place text names, by the province and prefecture before each name; [] for a sea, a foreign
 * place, a prefecture alone, or a unit without a point.
 */
export function countiesNamed(place: string, gazetteer: Gazetteer = NATIONAL_GAZETTEER): County[] {
  const seen = new Map(readPlace(place, gazetteer).counties.map((county) => [county.code, county]))
  return [...seen.values()]
}
