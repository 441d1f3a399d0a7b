// What holds of every judgement, whatever the rows say.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE, SECOND } from '../../../src/core/instant.ts'
import { judge } from '../../../src/core/judgement/judge.ts'
import { maySpeak } from '../../../src/core/judgement/prefer.ts'
import { standingReports, type Quake, type StoredReport } from '../../../src/core/quake.ts'
import { BUREAUX, judgeScene, policyOf, quakeOf, reportOf, SHOCK, spokenOf, worldOf } from './bureaux.ts'

const { lhasa } = BUREAUX

const anyReport = fc
  .record({
    source: fc.constantFrom('cenc-a', 'cenc-b', 'province', 'own', 'usgs', 'relay'),
    authority: fc.constantFrom('official-national', 'official-provincial', 'own', 'foreign', 'mirror', 'context'),
    class: fc.constantFrom('actual', 'actual', 'actual', 'drill', 'test'),
    lifecycle: fc.constantFrom('report', 'report', 'report', 'delete', 'cancel'),
    sourceEventId: fc.constantFrom('', 'a', 'b', 'c_A', 'c_I'),
    sourceCode: fc.constantFrom('', 'AU', 'CC', 'CD', 'XZ'),
    agency: fc.constantFrom('', 'CENC', 'XZ', 'US'),
    evaluation: fc.constantFrom('automatic', 'reviewed', 'unknown'),
    kind: fc.constantFrom('earthquake', 'earthquake', 'collapse', 'blast', 'nonexistent', 'other'),
    originTime: fc.option(fc.integer({ min: SHOCK - 10 * HOUR, max: SHOCK + 10 * HOUR })),
    latitude: fc.option(fc.double({ min: -200, max: 200, noNaN: true })),
    longitude: fc.option(fc.double({ min: -400, max: 400, noNaN: true })),
    depthKm: fc.option(fc.constantFrom(-20, -1, 0, 10, 150, 5000)),
    magnitude: fc.option(fc.record({ value: fc.double({ min: -3, max: 11, noNaN: true }), type: fc.constant('M') })),
    place: fc.constantFrom('西藏拉萨市当雄县', '', '<b>x</b>', '斐济群岛', '南海海域', '@大家快跑 http://x.cn'),
    idTime: fc.option(fc.constantFrom(SHOCK, SHOCK + HOUR)),
    issuedAt: fc.option(fc.integer({ min: SHOCK, max: SHOCK + HOUR })),
    receivedAt: fc.integer({ min: SHOCK, max: SHOCK + HOUR }),
  })
  .map((over): StoredReport => reportOf(lhasa, over as Partial<StoredReport>))

/** Near the truth, so that most of them get as far as the later gates. */
const plainReport = fc
  .tuple(
    anyReport,
    fc.subarray(
      ['originTime', 'latitude', 'longitude', 'depthKm', 'magnitude', 'place', 'idTime', 'kind', 'lifecycle'],
      { maxLength: 2 },
    ),
  )
  .map(([report, odd]): StoredReport => {
    const plain = reportOf(lhasa, {
      originTime: SHOCK,
      latitude: 30.45,
      longitude: 91.12,
      depthKm: 10,
      place: '西藏拉萨市当雄县',
      idTime: null,
      kind: 'earthquake',
      lifecycle: 'report',
      magnitude: { value: 5.1, type: 'M' },
    })
    const strange = Object.fromEntries(odd.map((key) => [key, report[key as keyof StoredReport]]))
    const { originTime, latitude, longitude, depthKm, magnitude, place, idTime, kind, lifecycle } = plain
    return {
      ...report,
      originTime,
      latitude,
      longitude,
      depthKm,
      magnitude,
      place,
      idTime,
      kind,
      lifecycle,
      ...strange,
    }
  })

const someReports = fc.array(fc.oneof(plainReport, plainReport, anyReport), { minLength: 1, maxLength: 6 })
const someWorld = fc.record({
  now: fc.integer({ min: SHOCK, max: SHOCK + 2 * HOUR }),
  clockOffMs: fc.constantFrom(null, 0, 90 * SECOND),
  bulk: fc.boolean(),
  seeding: fc.boolean(),
  killed: fc.boolean(),
})

describe('every judgement', () => {
  test('is the same when it is made twice on the same facts, and changes none of them', () => {
    fc.assert(
      fc.property(someReports, someWorld, (reports, world) => {
        const quake = quakeOf(reports)
        const input = {
          quake,
          nearby: [quake],
          policy: policyOf(lhasa),
          world: worldOf({ ...world, class: quake.class }),
          acts: { released: new Set<string>(), dismissed: new Set<string>() },
          listeningSince: SHOCK - HOUR,
        }
        const before = structuredClone(quake)
        expect(judge(input)).toEqual(judge(input))
        expect(quake).toEqual(before)
      }),
      { numRuns: 300 },
    )
  })

  test('speaks only from official, standing reports of the quake’s own class, and never from test traffic', () => {
    let published = 0
    fc.assert(
      fc.property(someReports, someWorld, (reports, world) => {
        const quake = quakeOf(reports)
        const judged = judgeScene(quake, { bureau: lhasa, world: { now: world.now } })
        if (judged.act !== 'publish' && judged.act !== 'veto') return
        published += 1
        const { report, origin } = judged.word
        expect(report.class).toBe(quake.class)
        expect(report.class).not.toBe('test')
        expect(maySpeak(report.authority)).toBe(true)
        expect(standingReports(quake).map((r) => r.id)).toContain(report.id)
        expect(origin?.magnitude).toBeGreaterThan(-2.1)
        expect(Math.abs(origin?.latitude ?? 99)).toBeLessThanOrEqual(90)
        expect(origin?.place).toMatch(/^[\p{Script=Han}（）、]+\d{0,4}[\p{Script=Han}（）]*$/u)
      }),
      { numRuns: 1500 },
    )
    expect(published).toBeGreaterThan(50)
  })

  test('a person’s release opens no test row and no impossible value', () => {
    fc.assert(
      fc.property(someReports, someWorld, (reports, world) => {
        const quake = quakeOf(reports)
        const judged = judgeScene(quake, { bureau: lhasa, world, released: reports.map((r) => r.id) })
        if (judged.act !== 'publish') return
        expect(judged.word.report.class).not.toBe('test')
        expect(maySpeak(judged.word.report.authority)).toBe(true)
        expect(Math.abs(judged.word.report.depthKm ?? 0)).toBeLessThanOrEqual(800)
      }),
      { numRuns: 500 },
    )
  })

  test('a seeding poll never speaks first and never wakes anybody', () => {
    fc.assert(
      fc.property(someReports, someWorld, (reports, world) => {
        const judged = judgeScene(reports, { bureau: lhasa, world: { ...world, seeding: true } })
        expect(['record', 'wait']).toContain(judged.act)
      }),
      { numRuns: 500 },
    )
  })

  test('a source that may not speak never wakes anybody about a first word', () => {
    fc.assert(
      fc.property(
        someReports,
        someWorld,
        fc.constantFrom('foreign', 'mirror', 'context'),
        (reports, world, authority) => {
          const silent = reports.map((r) => ({ ...r, authority: authority as StoredReport['authority'] }))
          expect(['record', 'wait']).toContain(judgeScene(silent, { bureau: lhasa, world }).act)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('what was said and still stands is never withdrawn', () => {
    const said = reportOf(lhasa, { evaluation: 'reviewed', sourceCode: 'CC', sourceEventId: 'said', source: 'cenc-a' })
    fc.assert(
      fc.property(someReports, fc.integer({ min: 0, max: 120 }), (reports, minutes) => {
        const quake: Quake = spokenOf([said, ...reports.map((r) => ({ ...r, class: 'actual' as const }))], said)
        const judged = judgeScene(quake, { bureau: lhasa, world: { now: SHOCK + HOUR + minutes * MINUTE } })
        if (judged.act === 'publish' || judged.act === 'veto') expect(judged.word.kind).not.toBe('withdrawal')
      }),
      { numRuns: 500 },
    )
  })
})
