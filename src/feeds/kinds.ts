// In: type words and bracketed place names as sources write them. Out: our QuakeKind and the place without its bracket.
// Must not look at depth, magnitude or free text: the kind comes from the source's type word only (DESIGN §6.4).
import type { QuakeKind } from '../core/quake-report.ts'

/** Chinese type words; the suspicion comes before 爆破 because 疑似爆破 holds both. 火山 alone is part of place names. */
const CHINESE: readonly (readonly [RegExp, QuakeKind])[] = [
  [/疑爆|疑似爆破|可疑爆破|疑似爆炸/, 'suspected-blast'],
  [/矿震|矿山地震|冲击地压|岩爆|冒顶/, 'mining'],
  [/塌陷|塌方|坍塌|陷落/, 'collapse'],
  [/爆破/, 'blast'],
  [/爆炸/, 'explosion'],
  [/滑坡/, 'landslide'],
  [/火山(?:喷发|爆发|地震|活动)/, 'volcanic'],
  [/诱发/, 'induced'],
  [/非天然|非地震/, 'other'],
]

/** Words of USGS, QuakeML 1.2 and FDSN, lower case with single spaces (QuakeML 1.2 EventType, ComCat event types). */
const ENGLISH: Readonly<Record<string, QuakeKind>> = {
  earthquake: 'earthquake',
  'tectonic earthquake': 'earthquake',
  eq: 'earthquake',
  'quarry blast': 'blast',
  quarry: 'blast',
  blast: 'blast',
  'mining explosion': 'blast',
  'mine explosion': 'blast',
  'road cut': 'blast',
  'blasting levee': 'blast',
  'probable explosion': 'suspected-blast',
  'suspected explosion': 'suspected-blast',
  'suspected blast': 'suspected-blast',
  explosion: 'explosion',
  'chemical explosion': 'explosion',
  'nuclear explosion': 'explosion',
  'industrial explosion': 'explosion',
  'experimental explosion': 'explosion',
  'controlled explosion': 'explosion',
  'accidental explosion': 'explosion',
  collapse: 'collapse',
  'cavity collapse': 'collapse',
  'mine collapse': 'collapse',
  'building collapse': 'collapse',
  'rock burst': 'mining',
  rockburst: 'mining',
  'coal bump': 'mining',
  'mine bump': 'mining',
  'mining induced': 'mining',
  induced: 'induced',
  'induced earthquake': 'induced',
  'induced or triggered event': 'induced',
  'reservoir loading': 'induced',
  'fluid injection': 'induced',
  'fluid extraction': 'induced',
  landslide: 'landslide',
  'submarine landslide': 'landslide',
  rockslide: 'landslide',
  'debris avalanche': 'landslide',
  'volcanic eruption': 'volcanic',
  'volcanic earthquake': 'volcanic',
  'volcanic explosion': 'volcanic',
  'volcano tectonic': 'volcanic',
  'not existing': 'nonexistent',
  nonexistent: 'nonexistent',
}

/** Two-letter codes of the IASPEI Seismic Format that EMSC uses: known or suspected, then what. */
const ISF: Readonly<Record<string, QuakeKind>> = {
  ke: 'earthquake',
  se: 'earthquake',
  fe: 'earthquake',
  de: 'earthquake',
  ki: 'induced',
  si: 'induced',
  kr: 'mining',
  sr: 'mining',
  km: 'blast',
  sm: 'suspected-blast',
  kh: 'explosion',
  kx: 'explosion',
  kn: 'explosion',
  sh: 'suspected-blast',
  sx: 'suspected-blast',
  sn: 'suspected-blast',
  ls: 'landslide',
  kv: 'volcanic',
  sv: 'volcanic',
}

/** The kind a Chinese type field names ("塌陷", "疑爆"); null when it holds no such word. */
export function findChineseKind(word: string): QuakeKind | null {
  return CHINESE.find(([pattern]) => pattern.test(word))?.[1] ?? null
}

/**
 * The kind of a type word in any case, with blanks, underscores or hyphens. A missing word means an earthquake
 * (catalogues leave it out for the ordinary case); an unknown one is 'other', so that a person sees it.
 */
export function kindFromWord(raw: unknown): QuakeKind {
  if (raw === null || raw === undefined) return 'earthquake'
  if (typeof raw !== 'string') return 'other'
  const word = raw
    .slice(0, 60)
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
  if (word === '') return 'earthquake'
  if (Object.hasOwn(ENGLISH, word)) return ENGLISH[word] ?? 'other'
  if (Object.hasOwn(ISF, word)) return ISF[word] ?? 'other'
  return word === '地震' || word === '天然地震' ? 'earthquake' : (findChineseKind(word) ?? 'other')
}

const BRACKETED = /[（(【[［]([^（()）【】[\]［］]{1,20})[）)】\]］]/g

/** How firm a determination is, said behind the place: "（自动）", "(中国地震台网正式测定)". */
const STAGE = /^(?:.{0,12}(?:台网|局|中心))?(?:自动|正式)(?:测定|速报|报)?$/

/** A place without the words that lists put into brackets behind it. */
export interface BarePlace {
  place: string
  /** Null when no bracket holds a type word. */
  kind: QuakeKind | null
  /** The words about firmness, for weighSource; '' when there are none. One that says 自动 outweighs the others. */
  stage: string
}

/**
 * Takes type and stage words out of a place name: "…神木市（塌陷）" → collapse and "…神木市". Other brackets stay.
 * @param place already cleaned, at most 60 characters
 */
export function splitKindBracket(place: string): BarePlace {
  let kind: QuakeKind | null = null
  const stages: string[] = []
  const bare = place.replaceAll(BRACKETED, (whole: string, inside: string) => {
    const found = findChineseKind(inside)
    kind ??= found
    if (found) return ''
    if (!STAGE.test(inside)) return whole
    stages.push(inside)
    return ''
  })
  const stage = stages.find((word) => word.includes('自动')) ?? stages[0] ?? ''
  return { place: bare.replaceAll(/\s+/g, ' ').trim(), kind, stage }
}
