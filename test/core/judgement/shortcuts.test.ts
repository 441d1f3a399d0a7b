// Quakes of other minutes are passed over without a closer look. What holds when they are looked at must hold without.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SECOND } from '../../../src/core/instant.ts'
import { aftershockOf } from '../../../src/core/judgement/aftershock.ts'
import { associate } from '../../../src/core/judgement/associate.ts'
import type { GateInput } from '../../../src/core/judgement/gate.ts'
import {
  contradictionGate,
  deepShockGate,
  describeDisagreement,
  sizeGate,
} from '../../../src/core/judgement/gates-trust.ts'
import { voiceOf } from '../../../src/core/judgement/prefer.ts'
import { speakOrigin } from '../../../src/core/judgement/spoken-origin.ts'
import { baseId, type Quake, type StoredReport } from '../../../src/core/quake.ts'
import { BUREAUX, policyOf, quakeOf, reportOf, SHOCK, worldOf } from './bureaux.ts'

/** On and beside every window of association, same shock and deep shock. */
const seconds = fc
  .tuple(fc.constantFrom(0, 2, 20, 40, 90, 105, 600, 1200), fc.constantFrom(-0.001, 0, 0.001), fc.constantFrom(-1, 1))
  .map(([window, beside, side]) => side * (window + beside))

const anyReport = fc
  .record({
    source: fc.constantFrom('cenc-a', 'cenc-b', 'usgs'),
    authority: fc.constantFrom('official-national', 'official-provincial', 'foreign', 'mirror'),
    lifecycle: fc.constantFrom('report', 'report', 'report', 'delete'),
    sourceEventId: fc.constantFrom('', 'a', 'b_A', 'b_I', 'c', 'd'),
    aliases: fc.subarray(['a', 'b', 'c_A', ''], { maxLength: 1 }),
    agency: fc.constantFrom('CENC', 'US', 'XZ'),
    evaluation: fc.constantFrom('automatic', 'reviewed'),
    seconds: fc.option(seconds),
    km: fc.constantFrom(0, 4, 50, 99, 250, 590, 610),
    depthKm: fc.constantFrom(10, 500),
    magnitude: fc.option(fc.constantFrom(4, 5.5, 7.2, 8)),
    place: fc.constantFrom('西藏拉萨市当雄县', '斐济群岛'),
  })
  .map(({ seconds, km, magnitude, ...over }): StoredReport => {
    const latitude = BUREAUX.lhasa.quake.latitude + km / 111.195
    const originTime = seconds === null ? null : SHOCK + seconds * SECOND
    const size = magnitude === null ? null : { value: magnitude, type: 'M' }
    return reportOf(BUREAUX.lhasa, { ...(over as Partial<StoredReport>), originTime, latitude, magnitude: size })
  })

const anyQuakes = fc
  .array(fc.array(anyReport, { minLength: 1, maxLength: 3 }), { maxLength: 5 })
  .map((groups) => groups.map((reports, index) => quakeOf(reports, { id: `q-${index}` })))

/** The same quakes, each with a row of the report's instant that says nothing: it takes back what nobody gave. */
function callToMind(quakes: readonly Quake[], { originTime }: StoredReport, over: Partial<StoredReport> = {}): Quake[] {
  return quakes.map((quake) => {
    const of: Partial<StoredReport> = { source: 'silent', authority: 'context', sourceEventId: quake.id, originTime }
    const none = reportOf(BUREAUX.lhasa, { ...of, ...over })
    return { ...quake, reports: [...quake.reports, { ...none, lifecycle: 'delete' as const }] }
  })
}

/** Of another agency, and larger than any: what the gates and the swarm rule look for first. */
const LOUD: Partial<StoredReport> = { authority: 'foreign', agency: 'NN', magnitude: { value: 9.9, type: 'M' } }

function outline(found: ReturnType<typeof associate>): unknown {
  if (found.verdict === 'known') return ['known', found.quake.id]
  if (found.verdict === 'ambiguous') return ['ambiguous', found.why, found.candidates.map((quake) => quake.id)]
  return found.verdict
}

test('a quake of other minutes is never the one a row speaks of', () => {
  fc.assert(
    fc.property(anyReport, anyQuakes, (report, quakes) => {
      const whole = callToMind(quakes, report)
      expect(outline(associate(report, quakes))).toEqual(outline(associate(report, whole)))
    }),
    { numRuns: 3_000 },
  )
})

test('nor does one of other minutes confirm, contradict or explain a determination', () => {
  const gates = [sizeGate, contradictionGate, deepShockGate]
  fc.assert(
    fc.property(anyReport, anyQuakes, (report, others) => {
      const quake = quakeOf([report], { id: 'own' })
      const input = (nearby: Quake[]): GateInput => ({
        report,
        voice: voiceOf(report),
        quake,
        nearby: [quake, ...nearby],
        policy: policyOf(BUREAUX.lhasa),
        world: worldOf(),
        word: 'first',
        wouldPublish: true,
        released: new Set(),
        provincialWaitUntil: null,
      })
      const said = (nearby: Quake[]): unknown => [
        describeDisagreement(input(nearby)),
        ...gates.map((gate) => gate.decide(input(nearby))),
      ]
      expect(said(others)).toEqual(said(callToMind(others, report, LOUD)))
    }),
    { numRuns: 3_000 },
  )
})

test('nor does one without a larger determination make an aftershock', () => {
  const gates = policyOf(BUREAUX.lhasa).gates
  const felt = { homeKm: 400, homeIntensity: null, maxIntensity: null, places: [] }
  const magnitudes = fc.constantFrom(3.4, 3.5, 5, 6.7, 6.8)
  let aftershocks = 0
  fc.assert(
    fc.property(anyReport, magnitudes, anyQuakes, (report, magnitude, others) => {
      const quake = quakeOf([report], { id: 'own' })
      const spoken = speakOrigin(
        { ...report, originTime: SHOCK, magnitude: { value: magnitude, type: 'M' } },
        voiceOf(report),
        policyOf(BUREAUX.lhasa),
      )
      if (!spoken.ok) return
      const found = aftershockOf(quake, spoken.origin, felt, others, gates)
      expect(found).toBe(aftershockOf(quake, spoken.origin, felt, callToMind(others, report, LOUD), gates))
      aftershocks += found ? 1 : 0
    }),
    { numRuns: 2_000 },
  )
  expect(aftershocks).toBeGreaterThan(20)
})

test('an id stands in every quake whose rows of that source have it, by whatever list of ids', () => {
  const ids = (r: StoredReport): string[] => [r.sourceEventId, ...r.aliases].map(baseId).filter((id) => id !== '')
  const here = (r: StoredReport): StoredReport => {
    return { ...r, lifecycle: 'report', originTime: SHOCK, latitude: BUREAUX.lhasa.quake.latitude }
  }
  fc.assert(
    fc.property(anyReport.map(here), anyQuakes, (report, elsewhere) => {
      const quakes = elsewhere.map((quake) => ({ ...quake, reports: quake.reports.map(here) }))
      const shares = (r: StoredReport): boolean =>
        r.source === report.source && ids(r).some((id) => ids(report).includes(id))
      const expected = quakes.filter((quake) => quake.reports.some(shares)).map((quake) => quake.id)
      const found = associate(report, quakes)
      const sameId = found.verdict === 'ambiguous' && found.why === '同一来源编号已见于两次地震'
      expect(sameId ? found.candidates.map((quake) => quake.id) : []).toEqual(expected.length > 1 ? expected : [])
      if (expected.length === 1) expect(outline(found)).toEqual(['known', expected[0]])
    }),
    { numRuns: 2_000 },
  )
})

test('an id loses the suffix that repeats the evaluation, and nothing else', () => {
  const anyId = fc.oneof(
    fc.string(),
    fc.tuple(fc.string(), fc.constantFrom('_A', '_a', '_', '__I', '_I\n', 'A')).map((two) => two.join('')),
  )
  fc.assert(
    fc.property(anyId, (id) => {
      expect(baseId(id)).toBe(id.replace(/_[A-Z]$/, ''))
    }),
  )
})
