// In: sheets of quakes of every kind, with and without neighbours, lines and a telephone. Out: proof that the five answers and what
// stands around a quake say what is on record, and that every one may be sent as it is.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../../src/core/instant.ts'
import { findReplyFault } from '../../../src/core/rumour/questions.ts'
import { readSheetFacts, writeSheet, type SheetNotice } from '../../../src/core/rumour/fact-sheet.ts'
import { readAround, writeAfter, writeBefore, type SheetAround } from '../../../src/core/rumour/sheet-around.ts'
import { writeAnswers } from '../../../src/core/rumour/sheet-answers.ts'
import type { KnownQuake } from '../../../src/core/rumour/checks/known-quake.ts'
import { findForbidden } from '../../../src/core/rendering/word-guard.ts'
import { factsOf, originOf } from '../rendering/facts.ts'
import { quakeOf } from './checks/readings.ts'

const ORIGIN = originOf({ sourceCode: 'CC' })
const AT = ORIGIN.originTime + 20 * MINUTE

/** So many kilometres to the north, so long after the quake (negative: before). */
const shock = (km: number, afterMs: number, magnitude: number): KnownQuake =>
  quakeOf({
    id: `q ${km} ${afterMs} ${magnitude}`,
    latitude: ORIGIN.latitude + km / 111.2,
    longitude: ORIGIN.longitude,
    originTime: ORIGIN.originTime + afterMs,
    place: '甘肃武威市民勤县',
    magnitude,
  })
const around = (known: KnownQuake[], since: number | null = ORIGIN.originTime - 400 * DAY): SheetAround =>
  readAround(ORIGIN, known, { asOf: AT, since })

const noticeOf = (more: Partial<SheetNotice> = {}): SheetNotice => ({
  id: 'n-1',
  serial: '试震信〔2026〕1号',
  report: 1,
  kind: 'formal-report',
  code: 'abc',
  issuedAt: AT,
  magnitude: ORIGIN.magnitude,
  ...more,
})
interface Beside {
  notices?: SheetNotice[]
  phone?: string
  known?: KnownQuake[]
  since?: number | null
  lines?: { at: number; source: string; words: string }[]
}
function sheetOf(
  origin: Parameters<typeof originOf>[0] = { sourceCode: 'CC' },
  { notices = [noticeOf()], phone = '0951-1234567', known = [], since = 0, lines = [] }: Beside = {},
) {
  const kind = notices.at(-1)?.kind ?? 'formal-report'
  const spoken = originOf(origin)
  const facts = readSheetFacts('q-1', { facts: factsOf({ kind, origin: spoken }) }, notices, {
    around: readAround(spoken, known, { asOf: AT, since }),
    phone,
  })
  if (!facts) throw new Error('no sheet')
  return { facts, lines: lines.map((one) => ({ ...one, by: 'p-1', addedAt: one.at })) }
}
const answersOf = (...given: Parameters<typeof sheetOf>): string[] =>
  writeAnswers(sheetOf(...given)).map(({ answer }) => answer)

describe('around a quake', () => {
  test('the strongest within 200 km before it are named with their distance, and how many there were of M 3 and more', () => {
    const known = [shock(30, -10 * DAY, 5.6), shock(199, -20 * DAY, 3), shock(201, -20 * DAY, 7), shock(10, -DAY, 2.9)]
    const text = writeBefore(around(known))
    expect(text).toMatch(/共 2 次：2017年5月24日 甘肃武威市民勤县 5\.6级（相距 30 千米）；.* 3\.0级（相距 199 千米）/)
    expect(text).not.toMatch(/7\.0级|2\.9级/)
    expect(writeBefore(around([]))).toContain('没有；更早的须查阅台网目录')
    expect(writeBefore(around([], null))).toContain('须查阅台网目录')
    const many = Array.from({ length: 9 }, (_, n) => shock(n, -n * DAY - HOUR, 3 + n / 10))
    expect(writeBefore(around(many))).toMatch(/共 9 次，较大的：/)
  })

  test('what came after it is counted to the minute of the sheet, of any magnitude, and not what is further off', () => {
    const known = [
      shock(20, 5 * MINUTE, 2.1),
      shock(99, 19 * MINUTE, 4),
      shock(120, MINUTE, 5),
      shock(1, 21 * MINUTE, 6),
    ]
    expect(writeAfter(around(known))).toBe(
      '截至2017年6月3日18时31分，震中 100 千米内收到后续地震的官方测定 2 次，最大 4.0级',
    )
    expect(writeAfter(around([]))).toContain('没有收到后续地震的官方测定')
    const great = readAround({ ...ORIGIN, magnitude: 7.4 }, known, { asOf: AT, since: 0 })
    expect(great.after).toMatchObject({ withinKm: 300, count: 3 })
  })

  test('stands among the rows of the sheet, with the bureau’s telephone', () => {
    const names = writeSheet(sheetOf().facts).map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['震后', '历史地震', '本局电话']))
    expect(writeSheet(sheetOf({}, { phone: '' }).facts).map(({ name }) => name)).not.toContain('本局电话')
  })
})

describe('the five answers', () => {
  test('say what was determined and by whom, with what is open about it', () => {
    const [what = '', why = '', after = '', harm = '', where = ''] = answersOf({ sourceCode: 'AU' }, { phone: '12345' })
    expect(what).toMatch(/^中国地震台网自动测定：.*附近.*5\.0级左右地震.*距银川市约240千米，最终结果以正式速报为准。/)
    expect(why).toContain('目前公布的是自动测定')
    expect(after).toContain('本局不作预测')
    expect(harm).toBe('人员伤亡和财产损失以抗震救灾指挥机构发布的为准。')
    expect(where).toContain('请拨打本局电话 12345。')
    expect(answersOf({}, { phone: '' }).at(-1)).not.toContain('本局电话')
  })

  test('say why a number was another before', () => {
    const notices = [noticeOf({ kind: 'quick-report', magnitude: 4.8, issuedAt: AT - 9 * MINUTE }), noticeOf()]
    expect(answersOf({ sourceCode: 'CC' }, { notices })[1]).toContain('6月3日18时22分公布的是4.8级，现以5.0级为准')
    expect(answersOf({ sourceCode: 'CC' })[1]).toContain('震级没有修订')
  })

  test('take what an official source has said of harm, the newest, with its source and time', () => {
    const lines = [
      { at: AT, source: '市抗震救灾指挥部', words: '没有接到人员伤亡报告。' },
      { at: AT - HOUR, source: '县政府', words: '道路中断' },
    ]
    expect(answersOf({}, { lines })[3]).toMatch(/^市抗震救灾指挥部6月3日18时31分发布：没有接到人员伤亡报告。人员伤亡/)
  })

  test('of a quake that was withdrawn repeat nothing of it', () => {
    const answers = answersOf({}, { notices: [noticeOf({ kind: 'withdrawal' })] })
    expect(answers).toHaveLength(2)
    expect(answers.join()).not.toMatch(/5\.0|阿拉善/)
  })

  test('may all be sent as they stand, whatever is on record', () => {
    const shocks = fc
      .tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: -400, max: 400 }), fc.integer({ min: -5, max: 95 }))
      .map(([km, hours, tenths]) => shock(km, hours * HOUR, tenths / 10))
    fc.assert(
      fc.property(
        fc.constantFrom('AU', 'CC', 'CD', 'NX'),
        fc.constantFrom('earthquake' as const, 'collapse' as const, 'blast' as const),
        fc.integer({ min: 0, max: 95 }),
        fc.option(fc.integer({ min: 1, max: 700 }), { nil: null }),
        fc.array(shocks, { maxLength: 12 }),
        fc.option(fc.integer({ min: 0, max: AT }), { nil: null }),
        (sourceCode, kind, tenths, depthKm, known, since) => {
          const given = sheetOf({ sourceCode, kind, magnitude: tenths / 10, depthKm }, { known, since })
          const answers = writeAnswers(given)
          expect(answers).toHaveLength(5)
          for (const { answer } of answers) expect([answer, findReplyFault(answer)]).toEqual([answer, null])
          for (const { value } of writeSheet(given.facts)) expect([value, findForbidden(value)]).toEqual([value, []])
        },
      ),
    )
  })
})
