// In: a place text as CENC and provinces write it. Out: which units it names, and what in it is no name that we know.
// Must not judge the text: review.ts does. Must not guess between namesakes that the text leaves open: all are returned.
import type { County } from './county.ts'
import { NATIONAL_GAZETTEER, type Gazetteer } from './gazetteer.ts'
import { reachOf, type NamedUnit } from './name-index.ts'

export interface PlaceReading {
  /** Counties named, in the order of the text; several for one name where the text does not tell namesakes apart. */
  counties: readonly County[]
  /** What the names are: 34 units, prefectures, counties (with or without a point), listed seas. */
  levels: readonly NamedUnit['level'][]
  /** Two-digit codes of the provinces that were named or follow from a county. */
  provinceCodes: readonly string[]
  /** Runs of characters that are neither names nor words of position, each with its length. */
  leftovers: readonly string[]
}

const SEPARATORS = ['与', '和', '及', '、', '-', '－', '–', '—', '·']
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

const CONNECTING = [...POSITION_WORDS, ...SEPARATORS]

interface Context {
  province: string
  prefecture: string
  afterSeparator: boolean
}

/**
 * How well a unit fits the words before its name; lower fits better, null rules it out. An exact name (和田市) beats the
 * same with another rank (和田地区); a county of the prefecture just named beats one elsewhere in the province.
 */
function rankUnit(unit: NamedUnit, name: string, { province, prefecture, afterSeparator }: Context): number | null {
  const isOfficial = unit.form === 'official'
  const isInProvince = province !== '' && unit.code.startsWith(province)
  const isFree = prefecture === '' || afterSeparator
  const isOpen = province === '' || afterSeparator
  if (unit.level === 'province') return isOpen ? 0 : null
  if (unit.level === 'sea') return province === '' ? 1 : 9
  if (unit.level === 'county' && prefecture !== '' && unit.code.startsWith(prefecture)) return isOfficial ? 1 : 4
  if (isInProvince && isFree) return (isOfficial ? 2 : 5) + (unit.level === 'prefecture' ? 0 : 1)
  // 伊犁州塔城地区 lies one prefecture in another; 四平市公主岭市 has moved since.
  if (isInProvince && isOfficial && name.length >= 3) return unit.level === 'prefecture' ? 7 : 8
  return isOpen && isOfficial && name.length >= 3 ? 8 : null
}

/** The units that one name may mean here: those that fit best; [] when the words before it rule them all out. */
function chooseUnits(candidates: readonly NamedUnit[], name: string, context: Context): NamedUnit[] {
  const ranked = candidates.map((unit) => ({ unit, rank: rankUnit(unit, name, context) }))
  const best = Math.min(...ranked.map(({ rank }) => rank ?? Infinity))
  const chosen = ranked.filter(({ rank }) => rank !== null && rank === best).map(({ unit }) => unit)
  // Under a prefecture that the text did not say, a name with namesakes tells nothing.
  if (best === 8 && !context.afterSeparator && context.prefecture !== '' && chosen.length > 1) return []
  // 东莞市 is prefecture and county-level unit in one.
  const same = (unit: NamedUnit) =>
    candidates.filter((other) => other.county?.name === name && other.code.startsWith(unit.code))
  return chosen.flatMap((unit) => (unit.level === 'prefecture' ? [unit, ...same(unit)] : [unit]))
}

/** The longest name at one position that the context allows. */
function findName(text: string, at: number, context: Context, gazetteer: Gazetteer) {
  const { units, longest } = gazetteer.names
  for (let length = reachOf(longest, text, at); length >= 2; length -= 1) {
    const name = text.slice(at, at + length)
    const candidates = units.get(name)
    const chosen = candidates ? chooseUnits(candidates, name, context) : []
    if (chosen.length > 0) return { chosen, length }
  }
  return null
}

function enter(context: Context, chosen: readonly NamedUnit[]): void {
  const first = chosen[0]
  const isOne = first !== undefined && chosen.every(({ code }) => code.startsWith(first.code))
  if (first?.level === 'province') context.prefecture = ''
  if (isOne && first.level === 'prefecture') context.prefecture = first.code
  if (isOne && first.level !== 'sea') context.province = first.code.slice(0, 2)
  context.afterSeparator = false
}

/**
 * Reads a Chinese place text from left to right, longest name first. At most 60 characters are looked at, so the work is
 * bounded by 60 × the longest name.
 */
export function readPlace(place: string, gazetteer: Gazetteer = NATIONAL_GAZETTEER): PlaceReading {
  const text = place.slice(0, 240).normalize('NFC').replace(/\s/g, '').slice(0, 60)
  const reading = {
    counties: [] as County[],
    levels: [] as NamedUnit['level'][],
    provinceCodes: [] as string[],
    leftovers: [] as string[],
  }
  const context: Context = { province: '', prefecture: '', afterSeparator: true }
  let leftover = ''
  const closeLeftover = () => {
    if (leftover) reading.leftovers.push(leftover)
    leftover = ''
  }
  for (let at = 0; at < text.length;) {
    const found = findName(text, at, context, gazetteer)
    const word = found ? undefined : CONNECTING.find((known) => text.startsWith(known, at))
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
