// In: the plain spelling of a message. Out: the places of which it speaks, each as the codes it may mean.
// Must not take a precedent (汶川地震前也这样) or the home of an office (宁夏地震局) for the place of the claim.
import abroad from '../data/abroad.json' with { type: 'json' }
import { NATIONAL_GAZETTEER, type Gazetteer } from '../places/gazetteer.ts'
import { measureNames, reachOf, type NamedUnit } from '../places/name-index.ts'
import { COMMON_WORDS, REGIONS } from './common-words.ts'

/** A place named: the GB codes (2, 4 or 6 digits) it may mean; `x:` opens a foreign one, `l:` a landmark without a code. */
export type PlaceMention = readonly string[]

interface Found {
  codes: PlaceMention
  /** Number of characters. */
  length: number
}

const FOREIGN = [...abroad.countries, ...abroad.regions]
const FOREIGN_REACH = measureNames(FOREIGN)
const foreign = new Set(FOREIGN)

/** A bare name before these is a mountain, a street or a lake; 银川河东机场 shows why rivers are not among them. */
const NOT_A_UNIT =
  /^(?:山(?![东西区里体洪上])|湖(?![南北滨])|路(?![断封塌上都全不])|街(?!道)|大道|大街|水库|断裂|断层|大桥)/u
const OFFICE =
  /^(?:(?:省|市|县|区|旗|盟|州|自治区|回族自治区|维吾尔自治区|壮族自治区)?(?:人民)?(?:(?:应急管理|应急|教育|公安|卫生|卫健|宣传|网信|水利|交通|消防|民政|政府|广播|电视|日报|晚报|新闻|自然资源)(?:局|厅|台|部|委|办|支队|总队|站|网|中心)?|(?:地震|气象|防震减灾)(?:局|厅|台|委|办|站|网|中心|部门))|(?:省|市|县|区)?分局|\p{Script=Han}{0,6}(?:调查局|研究[所院]|研究中心|观测[所站]|科学院)|(?:地震)?(?:专家|学者|教授|科学家|气象厅|气象局|媒体|网友|研究))/u
const PRECEDENT_AFTER =
  /^(?:省|市|县|州)?(?:大|特大|那次|那场|当年的?)?地震(?:(?:发生)?之?前|前夕|前兆|那[年次时会场天]|的?时候?也|当年|当时|时也|重演|一样|的翻版)/u
const PRECEDENT_BEFORE =
  /(?:当年|历史上|类似|如同|好像|就像|像|跟|堪比|不亚于|超过|相当于|重演|第二个)(?:\d{1,4}年的?)?$/u
const LIKE_AFTER = /^(?:省|市|县)?(?:大|特大|那次|那场)?地震(?:那样|那么|一样|级别|的级别|还)/u

const NO_LANDMARK = /[的了在个是有从到这那把被和与及去来大小某一全各中小市县部分所，]/u
const LANDMARK =
  /(?<name>\p{Script=Han}{2})(?<rank>水库|大坝|大桥|火车站|高铁站|机场|景区|古镇|街道|小区|大学|中学|小学|医院|广场|煤矿|核电站|化工厂|电站|镇|乡|村|山|湖)/gu

/** Parts of any place: 四川南部 is not the county of that name. */
const DIRECTION = /^(?:[东南西北][部区郊]|城[区中东西北]|[市城]中|郊区|矿区|[江河][南北东西口]|港口|中原|公安)$/u
const AS_PLACE =
  /^(?:发生|突发|地震(?!局|台|站|带)|余震|\d+(?:\.\d)?级|这边|那边|县城|境内|附近|一带|震感|的?(?:小心|注意|朋友|老乡|乡亲|亲们|市民|家长|居民))/u

/** A common word is a place where the unit that it lies in stands right before it, or what only places have after it. */
function isMeant(name: string, units: readonly NamedUnit[], after: string, before: PlaceMention): boolean {
  if (DIRECTION.test(name)) return false
  return (
    AS_PLACE.test(after) || units.some(({ code }) => before.some((outer) => code !== outer && code.startsWith(outer)))
  )
}

function findUnit(text: string, at: number, { names }: Gazetteer, before: PlaceMention): Found | null {
  for (let length = reachOf(names.longest, text, at); length >= 2; length -= 1) {
    const name = text.slice(at, at + length)
    const units = names.units.get(name) ?? []
    const after = text.slice(at + length, at + length + 4)
    if (units.length === 0) continue
    const isLoose = units.every(({ form }) => form === 'loose')
    // Past the whole of it, so that 贺兰山 does not leave 兰山.
    if (isLoose && NOT_A_UNIT.test(after)) return { codes: [], length: length + 1 }
    if (isWord(name, units, after) && !isMeant(name, units, after, before)) continue
    // A province is meant before a county of the same name (海南); otherwise all namesakes stay possible.
    const provinces = units.filter(({ level }) => level === 'province')
    const codes = (provinces.length > 0 ? provinces : units).map(({ code }) => code || `s:${name}`)
    return { codes: [...new Set(codes)], length }
  }
  return null
}

function isWord(name: string, units: readonly NamedUnit[], after: string): boolean {
  const isLoose = units.every(({ form }) => form === 'loose')
  if (!isLoose) return name.length === 2 && units.every(({ level }) => level === 'county') && COMMON_WORDS.has(name)
  return COMMON_WORDS.has(name) || isBrokenWord(name, after)
}

/** 大城市, 新城区: a common word that took the next word's first character for its rank. */
function isBrokenWord(name: string, after: string): boolean {
  if (name.length !== 3 || !COMMON_WORDS.has(name.slice(0, 2))) return false
  return /[市区县]$/u.test(name) && /^(?:[场民里长级]|委会|域)/u.test(after)
}

function findForeign(text: string, at: number): Found | null {
  for (let length = reachOf(FOREIGN_REACH, text, at); length >= 2; length -= 1) {
    const name = text.slice(at, at + length)
    if (foreign.has(name)) return { codes: [`x:${name}`], length }
  }
  return null
}

function findRegion(text: string, at: number): Found | null {
  const codes = REGIONS.get(text.slice(at, at + 2))
  if (!codes || /^[部方侧面角向]/u.test(text.slice(at + 2, at + 3))) return null
  return { codes, length: 2 }
}

function isPrecedent(before: string, after: string): boolean {
  return (
    PRECEDENT_AFTER.test(after) ||
    (PRECEDENT_BEFORE.test(before) && /^(?:省|市|县)?(?:大|特大|那|地震)/u.test(after)) ||
    LIKE_AFTER.test(after)
  )
}

/** 受漾濞地震影响 names the quake; the school that closes is elsewhere when another place is named. */
const isCause = (before: string, after: string): boolean =>
  /(?:受|因|因为|由于)$/u.test(before) && /^(?:\d+(?:\.\d)?级)?(?:大)?地震/u.test(after)

/** Where a message plays: places with codes, and things with a name of their own that no table knows. */
export interface Whereabouts {
  /** In the order of the text, at most 20. */
  places: PlaceMention[]
  /** 水库:沙湖, at most 10. */
  landmarks: string[]
  /** Homes of the offices that speak: 保山市教育局 */
  offices: PlaceMention[]
  /** The text without the places that were found. */
  rest: string
}

function findLandmarks(text: string): string[] {
  const found: string[] = []
  for (const { groups } of text.matchAll(LANDMARK)) {
    const { name = '', rank = '' } = groups ?? {}
    if (!NO_LANDMARK.test(name) && found.length < 10) found.push(`${rank}:${name}`)
  }
  return found
}

/** 昭通鲁甸 is 鲁甸, 华北 with 北京 is 北京, and of the namesakes of 鼓楼 the one in 南京 when that is named too. */
function keepNearest(places: readonly PlaceMention[]): PlaceMention[] {
  const isWithin = (code: string, others: PlaceMention): boolean =>
    others.some((other) => code !== other && code.startsWith(other))
  const narrowed = places.map((codes) => {
    const inside = codes.filter((code) => places.some((others) => isWithin(code, others)))
    return inside.length > 0 ? inside : codes
  })
  const isWider = (codes: PlaceMention, others: PlaceMention): boolean =>
    others.every((code) => codes.includes(code) || isWithin(code, codes)) &&
    !codes.every((code) => others.includes(code))
  return narrowed.filter((codes) => !narrowed.some((others) => isWider(codes, others)))
}

/** An office's own place counts only where no other is named: 吴忠市教育局通知停课 is about 吴忠. */
export function findWhereabouts(plain: string, gazetteer: Gazetteer = NATIONAL_GAZETTEER): Whereabouts {
  const text = plain.replace(/\s/gu, '')
  const places: PlaceMention[] = []
  const offices: PlaceMention[] = []
  const causes: PlaceMention[] = []
  let rest = ''
  let before: PlaceMention = []
  for (let at = 0; at < text.length;) {
    const found = findUnit(text, at, gazetteer, before) ?? findForeign(text, at) ?? findRegion(text, at)
    const length = found?.length ?? 1
    const isPlace = found !== null && found.codes.length > 0
    before = isPlace ? found.codes : []
    rest += isPlace ? '，' : text.slice(at, at + length)
    if (isPlace && places.length < 20) {
      const after = text.slice(at + length, at + length + 16)
      const head = text.slice(Math.max(0, at - 8), at)
      if (OFFICE.test(after)) offices.push(found.codes)
      else if (isCause(head, after)) causes.push(found.codes)
      else if (!isPrecedent(head, after)) places.push(found.codes)
    }
    at += length
  }
  const homes = offices.filter(([code = '']) => !code.startsWith('x:')).slice(0, 1)
  const own = [places, homes, causes].find((list) => list.length > 0) ?? []
  return { places: keepNearest(own), landmarks: findLandmarks(rest), offices: keepNearest(offices), rest }
}

/** One place lies in the other, or is it: GB codes nest by prefix (64 宁夏 ⊃ 6401 银川). */
export function isSamePlace(a: PlaceMention, b: PlaceMention): boolean {
  for (const one of a) {
    for (const other of b) if (one === other || one.startsWith(other) || other.startsWith(one)) return true
  }
  return false
}

/** Named alike, not only one within the other: 宁夏 and 银川 are no contradiction and no agreement. */
export function isEqualPlace(a: PlaceMention, b: PlaceMention): boolean {
  return a.some((one) => b.includes(one))
}
