// In: the bureau's names. Out: the situations that a changed template is tried on before it may speak.
// Pure. The shipped templates pass all of them (test/core/rendering/trial.test.ts); a situation is added here, never taken away.
import { AREA_LIMIT } from '../denied-area.ts'
import { HOUR, MINUTE, SECOND } from '../instant.ts'
import {
  isWritten,
  WITHDRAWAL_REASONS,
  WRITTEN_KINDS,
  type CheckedArea,
  type NoticeFacts,
  type NoticeKind,
  type SpokenOrigin,
  type WrittenWords,
} from '../notice.ts'

export interface BureauNames {
  name: string
  shortName: string
  serialPrefix: string
  publicUrl: string
  home: string
}

export interface Situation {
  /** As a person reads it. */
  name: string
  facts: NoticeFacts
}

/** 2026-01-31 12:30 in Beijing: two figures wherever a time has two. */
const AT = Date.UTC(2026, 0, 31, 4, 30)
const LONG = '新疆维吾尔自治区克孜勒苏柯尔克孜自治州阿合奇县与阿克苏地区乌什县及温宿县交界山区地带'
/** A bureau writes hundreds of serials a year at most. */
const NUMBER = 999

const QUAKES: readonly (readonly [name: string, over: Partial<SpokenOrigin>])[] = [
  ['国内地震', {}],
  ['两县交界', { place: '四川甘孜州泸定县与雅安市石棉县交界', latitude: 29.4, longitude: 102.1 }],
  ['海域地震', { place: '台湾海峡中部', latitude: 23.32, longitude: 117.39 }],
  ['国外地震', { place: '所罗门群岛', latitude: -9.5, longitude: 159.1, depthKm: 600, domestic: false }],
  ['塌陷', { place: '北京房山区', kind: 'collapse', depthKm: 0, magnitude: 2.8 }],
  ['爆破，深度不详', { place: '山东临沂市平邑县', kind: 'blast', depthKm: null, magnitude: 2.1 }],
  ['跨年时刻', { originTime: Date.UTC(2025, 11, 31, 16, 0, 30) }],
  ['特大震级', { magnitude: 9.5 }],
  ['最长地名', { place: LONG }],
  ['深度不详', { depthKm: null }],
]

/** Source codes by kind: each has a label of its own. */
const CODES: readonly (readonly [NoticeKind, readonly string[]])[] = [
  ['quick-report', ['AU', 'NX']],
  ['formal-report', ['CC', 'HL']],
  ['revision', ['AU', 'CC']],
  ['correction', ['CC', 'NX']],
]

/** 30 and 70 characters: the longest that may be written (core/writing/fields.ts). */
const HEADING = '关于本地震后应急处置与现场工作进展情况以及余震监测结果的通报'
const SUMMARY =
  '震后应急处置工作正在有序进行，现场工作队已到达，监测台网运行正常，情况由本单位统一发布，请以本单位网站公布内容为准，不信不传未经核实的消息。'
const FULL: WrittenWords = {
  heading: HEADING,
  summary: SUMMARY,
  // Few, for a robot takes 2,048 bytes with all that stands around them: how long a text is, is its writer's choice.
  paragraphs: ['现场工作队已经到达，正在开展震害调查。', '请避开危房和陡坡，听从现场人员的安排。'],
  shocks: null,
  trend: null,
}
const BARE: WrittenWords = {
  heading: '情况通报',
  summary: '有关情况见正文。',
  paragraphs: ['监测台网运行正常。'],
  shocks: null,
  trend: null,
}
const WORDS: readonly (readonly [name: string, written: WrittenWords])[] = [
  ['最长标题和摘要', FULL],
  ['最短标题和摘要', BARE],
]
const SHOCKS: NonNullable<WrittenWords['shocks']> = {
  asOf: AT - HOUR,
  total: 12_345,
  bands: [
    { band: '5.0级及以上', count: 2 },
    { band: '4.0–4.9级', count: 43 },
    { band: '3.0–3.9级', count: 300 },
    { band: '2.0–2.9级', count: 12_000 },
  ],
}
const TREND = { issuer: '新疆维吾尔自治区人民政府', issuedAt: AT - 2 * HOUR }
/** Of a bulletin: an opinion that would pass for a plain statement is judged by trial.ts, one that predicts by the word guard. */
const BULLETINS: readonly (readonly [name: string, written: WrittenWords])[] = [
  [
    '余震次数、正文和引用的趋势判定意见',
    { ...FULL, shocks: SHOCKS, trend: { ...TREND, words: '本次地震序列衰减正常。' } },
  ],
  ['引用含预测的趋势判定意见', { ...BARE, trend: { ...TREND, words: '近日仍存在发生5级左右余震的可能' } }],
  ['只有余震次数', { ...BARE, paragraphs: [], shocks: { ...SHOCKS, total: 0, bands: [] } }],
]

/** 28 and 70 characters: with 【更正】 before it a title has WeChat's 32. */
const CORRECTED: WrittenWords = {
  ...FULL,
  heading: HEADING.slice(2),
  rebuttal: { claim: '本地停课', verdict: '属实', evidence: '教育部门答复' },
}

/** Every kind × situation × class; what people write has one class alone: there is no drill of it (publish/own-word.ts). */
export function listSituations(bureau: BureauNames): Situation[] {
  return [...listSpoken(bureau), ...listWritten(bureau)]
}

function listSpoken(bureau: BureauNames): Situation[] {
  return (['actual', 'drill'] as const).flatMap((lane) => [
    ...CODES.flatMap(([kind, codes]) =>
      codes.flatMap((code) =>
        QUAKES.map(([name, over]) => ({
          name: `${lane === 'drill' ? '演练，' : ''}${name}，${code}`,
          facts: factsOf(bureau, { kind, class: lane, origin: originOf(code, over) }),
        })),
      ),
    ),
    ...WITHDRAWAL_REASONS.map((withdrawal) => ({
      name: `${lane === 'drill' ? '演练，' : ''}撤回`,
      facts: factsOf(bureau, { kind: 'withdrawal', class: lane, withdrawal }),
    })),
    ...listChecked(bureau).flatMap(({ name, checked }) => [
      { name, facts: factsOf(bureau, { kind: 'no-quake', class: lane, checked }) },
      { name, facts: factsOf(bureau, { kind: 'withdrawal', withdrawal: 'no-quake', class: lane, checked }) },
    ]),
  ])
}

function listWritten(bureau: BureauNames): Situation[] {
  const first = WRITTEN_KINDS.flatMap((kind) =>
    (kind === 'bulletin' ? [...BULLETINS, ...WORDS] : WORDS).map(([name, written]) => ({
      name,
      facts: factsOf(bureau, { kind, class: 'actual', written }),
    })),
  )
  return [...first, ...listCorrections(bureau)]
}

/** A rebuttal that corrects an earlier one, and one that says that what was told is true. */
function listCorrections(bureau: BureauNames): Situation[] {
  const common = { kind: 'rebuttal', class: 'actual' } as const
  const replaces = `${bureau.serialPrefix}〔2026〕${NUMBER}号 第1报`
  const later = { report: 2, replaces, replacedIssuedAt: AT - HOUR }
  return [
    { name: '更正此前的辟谣', facts: factsOf(bureau, { ...common, ...later, written: CORRECTED }) },
    { name: '核实为属实', facts: factsOf(bureau, { ...common, written: CORRECTED }) },
  ]
}

/** A few of them for people to read: one for each kind. */
export function listExamples(bureau: BureauNames): Situation[] {
  const seen = new Set<string>()
  return listSituations(bureau).filter(({ facts }) => {
    const key = `${facts.kind} ${facts.withdrawal ?? ''}`
    return facts.class === 'actual' && !seen.has(key) && seen.add(key)
  })
}

function listChecked({ home }: BureauNames): { name: string; checked: CheckedArea }[] {
  const from = AT - HOUR
  const plain = { from, to: from + 30 * MINUTE, area: home, magnitudeFloor: 3, cause: '' }
  const midnight = Date.UTC(2025, 11, 31, 15, 50)
  return [
    { name: '核查', checked: plain },
    { name: '核查，已知原因', checked: { ...plain, cause: '施工爆破' } },
    {
      name: '核查，跨年，最长范围',
      checked: { ...plain, from: midnight, to: midnight + 30 * MINUTE, area: LONG.slice(0, AREA_LIMIT) },
    },
  ]
}

function originOf(sourceCode: string, over: Partial<SpokenOrigin>): SpokenOrigin {
  return {
    originTime: AT - 5 * MINUTE + 5 * SECOND,
    latitude: 31.98,
    longitude: 117.6,
    depthKm: 12,
    magnitude: 5.2,
    kind: 'earthquake',
    place: '安徽马鞍山市和县',
    sourceCode,
    automatic: sourceCode === 'AU',
    domestic: true,
    ...over,
  }
}

function factsOf(bureau: BureauNames, over: Partial<NoticeFacts> & Pick<NoticeFacts, 'kind' | 'class'>): NoticeFacts {
  const serial = `${bureau.serialPrefix}${over.class === 'drill' ? '演' : ''}〔2026〕${NUMBER}号`
  const isOwnWord = isWritten(over.kind)
  const denies = over.kind === 'withdrawal' || over.kind === 'no-quake'
  const first = over.kind === 'quick-report' || over.kind === 'no-quake' || isOwnWord
  const silent = denies || isOwnWord
  const revised = over.kind === 'revision' || over.kind === 'correction'
  const { origin = null } = over
  return {
    bureauName: bureau.name,
    bureauShortName: bureau.shortName,
    serial,
    report: first ? 1 : 2,
    url: `${bureau.publicUrl}/n/23456789`,
    issuedAt: AT,
    origin,
    previous: revised && origin ? { ...origin, magnitude: origin.magnitude - 0.5 } : null,
    replaces: first ? '' : `${serial} 第1报`,
    replacedIssuedAt: first ? null : AT - 3 * MINUTE,
    withdrawal: null,
    checked: denies ? (listChecked(bureau)[0]?.checked ?? null) : null,
    nearest: silent
      ? []
      : [
          { name: '民勤县', distanceKm: 83 },
          { name: '古浪县', distanceKm: 71 },
        ],
    home: silent ? null : { name: bureau.home, distanceKm: 240 },
    maybeFelt: !silent,
    ...over,
  }
}
