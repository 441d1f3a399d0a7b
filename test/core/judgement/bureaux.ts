// In: overrides. Out: invented bureaux with an invented quake near each, reports about it, and one call to judge.
// Data of tests only: nothing in src may know any of these places.
import { type Quake, type SpokenNotice, type StoredReport } from '../../../src/core/quake.ts'
import { NOTICE_KINDS, type NoticeKind } from '../../../src/core/notice.ts'
import type { QuakeReport } from '../../../src/core/quake-report.ts'
import { MINUTE, SECOND } from '../../../src/core/instant.ts'
import { ATTENUATION_MODELS } from '../../../src/core/intensity/attenuation.ts'
import { associate } from '../../../src/core/judgement/associate.ts'
import { judge, type Judgement } from '../../../src/core/judgement/judge.ts'
import {
  DEFAULT_GATES,
  type Authorisation,
  type Circumstances,
  type Policy,
} from '../../../src/core/judgement/policy.ts'
import { DEFAULT_RULES } from '../../../src/core/judgement/rules.ts'
import { listReasons, requireChinese } from './chinese.ts'

export interface Bureau {
  home: Policy['home']
  model: 'west' | 'east'
  letters: string
  /** A quake that this bureau must speak of. */
  quake: { latitude: number; longitude: number; magnitude: number; place: string }
}

const at = (name: string, code: string, latitude: number, longitude: number): Policy['home'] => ({
  name,
  code,
  latitude,
  longitude,
  siteTerm: 0,
})

/** A basin city, an inland plain, a city below mountains, a plateau, a coast. */
export const BUREAUX: Readonly<Record<'yinchuan' | 'hefei' | 'chengdu' | 'lhasa' | 'ningbo', Bureau>> = {
  yinchuan: {
    home: at('银川市', '640100', 38.487, 106.23),
    model: 'west',
    letters: 'NX',
    quake: { latitude: 38.26, longitude: 106.21, magnitude: 4.5, place: '宁夏银川市永宁县' },
  },
  hefei: {
    home: at('合肥市', '340100', 31.82, 117.23),
    model: 'east',
    letters: 'AH',
    quake: { latitude: 31.9, longitude: 117.5, magnitude: 4.2, place: '安徽合肥市肥东县' },
  },
  chengdu: {
    home: at('成都市', '510100', 30.57, 104.07),
    model: 'west',
    letters: 'SC',
    quake: { latitude: 31.02, longitude: 103.61, magnitude: 4.8, place: '四川成都市都江堰市' },
  },
  lhasa: {
    home: at('拉萨市', '540100', 29.65, 91.13),
    model: 'west',
    letters: 'XZ',
    quake: { latitude: 30.45, longitude: 91.12, magnitude: 5.1, place: '西藏拉萨市当雄县' },
  },
  ningbo: {
    home: at('宁波市', '330200', 29.87, 121.55),
    model: 'east',
    letters: 'ZJ',
    quake: { latitude: 29.5, longitude: 121.85, magnitude: 4.3, place: '浙江宁波市象山县' },
  },
}

/** Origin time of every invented quake: 03:07:20 Beijing time on a night in March 2026. */
export const SHOCK = Date.UTC(2026, 2, 11, 19, 7, 20)
/** Two minutes later, when an automatic determination usually arrives. */
export const SOON = SHOCK + 2 * MINUTE

const OFFICIAL_FEEDS = ['cenc-a', 'cenc-b', 'province', 'own'] as const

export function policyOf(bureau: Bureau = BUREAUX.yinchuan, over: Partial<Policy> = {}): Policy {
  const templateHashes = Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, `hash of ${kind}`]))
  return {
    home: bureau.home,
    watch: [],
    attenuation: ATTENUATION_MODELS[bureau.model],
    gates: DEFAULT_GATES,
    rules: DEFAULT_RULES,
    authorisations: NOTICE_KINDS.map((kind) => authorisationOf(kind)),
    templateHashes,
    provinceLetters: bureau.letters,
    ...over,
  }
}

export function authorisationOf(kind: NoticeKind, over: Partial<Authorisation> = {}): Authorisation {
  return {
    id: `auth-${kind}`,
    template: kind,
    sha256: `hash of ${kind}`,
    sources: OFFICIAL_FEEDS,
    when: {},
    signedBy: 'chief',
    signedAt: SHOCK - 1000 * MINUTE,
    expiresAt: SHOCK + 100_000 * MINUTE,
    publicationLevel: '主动公开',
    secrecyReview: '无涉密内容',
    ...over,
  }
}

let serial = 0

/** An automatic determination of the national network about the bureau's quake, as feed cenc-a carries it. */
export function reportOf(bureau: Bureau = BUREAUX.yinchuan, over: Partial<StoredReport> = {}): StoredReport {
  serial += 1
  const { latitude, longitude, magnitude, place } = bureau.quake
  const originTime = over.originTime === undefined ? SHOCK : over.originTime
  return {
    row: 0,
    lifecycle: 'report',
    class: 'actual',
    sourceEventId: `AU-${originTime ?? 'none'}`,
    aliases: [],
    revision: '',
    agency: 'CENC',
    sourceCode: 'AU',
    evaluation: 'automatic',
    kind: 'earthquake',
    originTime,
    issuedAt: null,
    latitude,
    longitude,
    depthKm: 10,
    magnitude: { value: magnitude, type: 'M' },
    place,
    idTime: null,
    id: `r-${serial}`,
    source: 'cenc-a',
    authority: 'official-national',
    receivedAt: SOON,
    ...over,
  }
}

/** The formal determination of the same quake, some seconds and kilometres off, ten minutes later. */
export function formalOf(bureau: Bureau = BUREAUX.yinchuan, over: Partial<StoredReport> = {}): StoredReport {
  const originTime = over.originTime === undefined ? SHOCK + 2 * SECOND : over.originTime
  return reportOf(bureau, {
    sourceEventId: `CC-${originTime ?? 'none'}`,
    sourceCode: 'CC',
    evaluation: 'reviewed',
    originTime,
    receivedAt: SHOCK + 9 * MINUTE,
    ...over,
  })
}

/** Another agency's own origin of the same quake: foreign, so it may confirm or contradict and never speak. */
export function foreignOf(bureau: Bureau = BUREAUX.yinchuan, over: Partial<StoredReport> = {}): StoredReport {
  return reportOf(bureau, {
    source: 'usgs',
    authority: 'foreign',
    agency: 'US',
    sourceCode: '',
    sourceEventId: 'us7000zzzz',
    place: '20 km S of somewhere, China',
    originTime: SHOCK + SECOND,
    ...over,
  })
}

/** The delete of a row, as sources give it: often without an origin. */
export function deleteOf(report: StoredReport, over: Partial<StoredReport> = {}): StoredReport {
  return {
    ...report,
    lifecycle: 'delete',
    originTime: null,
    latitude: null,
    longitude: null,
    magnitude: null,
    depthKm: null,
    place: '',
    id: `${report.id}-deleted`,
    receivedAt: report.receivedAt + 3 * MINUTE,
    ...over,
  }
}

export function quakeOf(reports: readonly StoredReport[], over: Partial<Quake> = {}): Quake {
  return {
    id: 'q-1',
    class: reports[0]?.class ?? 'actual',
    createdAt: reports[0]?.receivedAt ?? SOON,
    reports: [...reports],
    pinnedReportId: null,
    mergedInto: null,
    lineages: [],
    ...over,
  }
}

export function worldOf(over: Partial<Circumstances> = {}): Circumstances {
  return { now: SOON, clockOffMs: 0, bulk: false, seeding: false, class: 'actual', killed: false, ...over }
}

export interface Scene {
  bureau?: Bureau
  policy?: Policy
  nearby?: readonly Quake[]
  world?: Partial<Circumstances>
  released?: readonly string[]
  dismissed?: readonly string[]
  listeningSince?: number
}

/** Judges a quake, given as its reports or whole; whatever the reason is, a person must be able to read it. */
export function judgeScene(quake: Quake | readonly StoredReport[], scene: Scene = {}): Judgement {
  const whole = 'reports' in quake ? quake : quakeOf(quake)
  const judged = judge({
    quake: whole,
    nearby: [whole, ...(scene.nearby ?? [])],
    policy: scene.policy ?? policyOf(scene.bureau),
    world: worldOf({ class: whole.class, ...scene.world }),
    acts: { released: new Set(scene.released), dismissed: new Set(scene.dismissed) },
    listeningSince: scene.listeningSince ?? SHOCK - 100_000 * MINUTE,
  })
  requireChinese(listReasons(judged))
  return judged
}

/** A quake of which a report was already said; as the ledger remembers it. */
export function spokenOf(
  reports: readonly StoredReport[],
  said: StoredReport,
  over: Partial<SpokenNotice> = {},
): Quake {
  const judged = judgeScene(quakeOf([said]), {
    policy: policyOf(undefined, { rules: [{ name: 'all', when: {}, outlets: ['*'], mode: 'auto', vetoSeconds: 0 }] }),
    // A province's formal has ended its wait by then.
    world: { now: Math.max(said.receivedAt, said.originTime ?? 0) + 11 * MINUTE },
    released: [said.id],
  })
  if (judged.act !== 'publish') throw new Error(`this cannot have been said: ${short(judged)}`)
  const { word } = judged
  const notice: SpokenNotice = {
    id: 'n-1',
    code: 'abcdefgh',
    kind: word.kind,
    report: 1,
    serial: '测震信〔2026〕1号',
    issuedAt: said.receivedAt,
    evaluation: said.evaluation === 'reviewed' ? 'reviewed' : 'automatic',
    origin: word.origin,
    reportId: said.id,
    withdrawal: null,
    deliveries: [{ deliveryId: 'd-1', outlet: 'site', leg: 'page', state: 'accepted' }],
    ...over,
  }
  return quakeOf(reports, {
    lineages: [{ id: 'l-1', serial: '测震信〔2026〕1号', year: 2026, number: 1, notices: [notice] }],
  })
}

/** The same quake after its lineage was withdrawn, by a person or by the agency's delete row. */
export function withdrawnOf(
  reports: readonly StoredReport[],
  said: StoredReport,
  by: { report: StoredReport; at: number; reason?: SpokenNotice['withdrawal'] },
): Quake {
  const quake = spokenOf(reports, said)
  const lineage = quake.lineages[0]
  const first = lineage?.notices[0]
  if (!lineage || !first) throw new Error('nothing was said')
  lineage.notices.push({
    ...first,
    id: 'n-2',
    kind: 'withdrawal',
    report: 2,
    issuedAt: by.at,
    evaluation: 'unknown',
    origin: null,
    reportId: by.report.id,
    withdrawal: by.reason ?? 'sent-in-error',
  })
  return quake
}

/** What happened, short enough for a table: publish formal-report, hold size, record rules … */
export function short(judgement: Judgement): string {
  switch (judgement.act) {
    case 'publish':
    case 'veto':
      return `${judgement.act} ${judgement.word.kind}`
    default:
      return `${judgement.act} ${judgement.gate}`
  }
}

/** Association of many reports one after the other, each into the quake it is found to belong to. */
export function gather(reports: readonly StoredReport[], known: Quake[] = []): Quake[] {
  const quakes = [...known]
  for (const report of reports) {
    const found = associate(report, quakes)
    if (found.verdict === 'known') found.quake.reports.push(report)
    else if (found.verdict !== 'orphan') quakes.push(quakeOf([report], { id: `q-${quakes.length + 1}` }))
  }
  return quakes
}

/** The parsed row without its place in our record. */
export function rowOf(report: StoredReport): QuakeReport {
  const { id: _id, source: _source, authority: _authority, receivedAt: _receivedAt, ...row } = report
  return row
}
