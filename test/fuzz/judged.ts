// In: reports of a damaged payload. Out: what the judgement would do with them, and every act that must not be.
// Must not weaken the policy: default rules and gates, everything authorised, the bureau right at the epicentre or far off.
import { ATTENUATION_MODELS } from '../../src/core/intensity/attenuation.ts'
import type { Instant } from '../../src/core/instant.ts'
import { associate } from '../../src/core/judgement/associate.ts'
import { judge, type Judgement } from '../../src/core/judgement/judge.ts'
import { DEFAULT_GATES, type Authorisation, type Policy } from '../../src/core/judgement/policy.ts'
import { DEFAULT_RULES } from '../../src/core/judgement/rules.ts'
import { NOTICE_KINDS } from '../../src/core/notice.ts'
import type { Quake, StoredReport } from '../../src/core/quake.ts'
import type { Authority, QuakeReport } from '../../src/core/quake-report.ts'
import type { Dice } from './random.ts'
import { besideSpoken, SPOKEN_SOURCE } from './spoken-before.ts'

/** Longer lists are judged by their first rows: judging is the slow part, and rows do not hide behind each other. */
const MOST_JUDGED = 24
const SILENT: readonly Authority[] = ['foreign', 'mirror', 'context']
const OFFICIAL: readonly Authority[] = ['official-national', 'official-provincial', 'own']

/** Acts by lane: "silent publish", "official hold" … */
export type ActCounts = Record<string, number>

export interface Judged {
  counts: ActCounts
  faults: string[]
}

/** Sends the reports through association and judgement once without and once with authority. */
export function judgeAll(reports: readonly QuakeReport[], dice: Dice): Judged {
  const judged: Judged = { counts: {}, faults: [] }
  const few = reports.slice(0, MOST_JUDGED)
  const silent = dice.pick(SILENT)
  const released = dice.oneIn(4)
  judgeLane(judged, 'silent', gatherQuakes(few, silent, dice), released, dice)
  judgeLane(judged, 'official', gatherQuakes(few, dice.pick(OFFICIAL), dice), false, dice)
  const tests = few.filter((report) => report.class !== 'actual')
  judgeLane(judged, 'test', gatherQuakes(tests, dice.pick(OFFICIAL), dice), released, dice)
  for (const report of few.slice(0, 4)) {
    const row = store(report, silent, dice)
    const spoken = besideSpoken(row, policyAt(row.latitude ?? 0, row.longitude ?? 0, false, row.receivedAt))
    if (spoken) judgeLane(judged, 'beside', [spoken], released, dice)
  }
  return judged
}

/** Minutes that pass between a shock and its row. */
const LATENCY = 180_000

function store(report: QuakeReport, authority: Authority, dice: Dice): StoredReport {
  const receivedAt = (report.originTime ?? report.issuedAt ?? 0) + LATENCY
  return { ...report, id: `r-${report.row}-${dice.below(1e9)}`, source: 'fuzzed', authority, receivedAt }
}

/** Rows become quakes as the publisher makes them; deletes of nothing fall away. */
function gatherQuakes(reports: readonly QuakeReport[], authority: Authority, dice: Dice): Quake[] {
  const quakes: Quake[] = []
  for (const row of reports) {
    const report = store(row, authority, dice)
    const found = associate(report, quakes)
    if (found.verdict === 'known') found.quake.reports.push(report)
    else if (found.verdict !== 'orphan') quakes.push(newQuake(report, quakes.length))
  }
  return quakes
}

function newQuake(report: StoredReport, number: number): Quake {
  return {
    id: `q-${number}`,
    class: report.class,
    createdAt: report.receivedAt,
    reports: [report],
    pinnedReportId: null,
    mergedInto: null,
    lineages: [],
  }
}

function judgeLane(judged: Judged, lane: string, quakes: readonly Quake[], released: boolean, dice: Dice): void {
  for (const quake of quakes) {
    const last = quake.reports.findLast((report) => report.latitude !== null)
    const now = Math.max(...quake.reports.map((report) => report.receivedAt))
    const judgement = judge({
      quake,
      nearby: quakes,
      policy: policyAt(last?.latitude ?? 0, last?.longitude ?? 0, dice.oneIn(4) && lane !== 'beside', now),
      world: { now, clockOffMs: 0, bulk: false, seeding: false, class: quake.class, killed: false },
      acts: { released: released ? EVERYTHING : NOTHING, dismissed: NOTHING },
      listeningSince: now - 3_600_000,
    })
    const key = `${lane} ${judgement.act}`
    judged.counts[key] = (judged.counts[key] ?? 0) + 1
    const speaks = judgement.act === 'publish' || judgement.act === 'veto'
    if (speaks && lane !== 'official') judged.faults.push(`${lane}: ${judgement.act} of ${describe(judgement)}`)
    if (speaks && quake.class !== 'actual') judged.faults.push(`a ${quake.class} quake speaks: ${describe(judgement)}`)
    if (speaks) judged.faults.push(...wordFaults(judgement))
  }
}

const NOTHING: ReadonlySet<string> = new Set()
/** A person who releases whatever is held. */
const EVERYTHING = { has: () => true } as unknown as ReadonlySet<string>

type Speaking = Extract<Judgement, { act: 'publish' | 'veto' }>

function describe({ word }: Speaking): string {
  return `${word.kind} by ${word.report.source} (${word.report.authority}, ${word.report.class})`
}

/** What is about to be printed: finite, in range, and a place without markup. */
function wordFaults({ word }: Speaking): string[] {
  const { origin } = word
  if (!origin) return []
  const numbers = [origin.latitude, origin.longitude, origin.magnitude, origin.originTime, origin.depthKm ?? 0]
  const faults = numbers.every(Number.isFinite) ? [] : [`a word with ${numbers.join(', ')}`]
  if (/[<>#@{}\p{Cc}\p{Cf}]/u.test(origin.place) || origin.place === '') faults.push(`a word about "${origin.place}"`)
  if (origin.magnitude > 9.6 || origin.magnitude <= -2) faults.push(`a word with magnitude ${origin.magnitude}`)
  return faults
}

/** Default rules and gates with a standing authorisation for every kind of notice; home at the epicentre, or opposite. */
export function policyAt(latitude: number, longitude: number, far: boolean, now: Instant): Policy {
  const home = {
    name: 'home',
    code: '640100',
    latitude: far ? -latitude : latitude,
    longitude: far ? (longitude > 0 ? longitude - 180 : longitude + 180) : longitude,
    siteTerm: 0,
  }
  return {
    home,
    watch: [],
    attenuation: ATTENUATION_MODELS.west,
    gates: DEFAULT_GATES,
    rules: DEFAULT_RULES,
    authorisations: NOTICE_KINDS.map((kind) => authorise(kind, now)),
    templateHashes: Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, 'hash'])),
    provinceLetters: 'NX',
  }
}

function authorise(template: Authorisation['template'], now: Instant): Authorisation {
  return {
    id: `may-${template}`,
    template,
    sha256: 'hash',
    sources: ['fuzzed', SPOKEN_SOURCE],
    when: {},
    signedBy: 'fuzz',
    signedAt: now - 86_400_000,
    expiresAt: now + 86_400_000,
    publicationLevel: '',
    secrecyReview: '',
  }
}
