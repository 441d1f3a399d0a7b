// In: notices' facts, citations as people type them. Out: what a sheet says, what it says is not known, and which texts name one.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { findForbidden } from '../../../src/core/rendering/word-guard.ts'
import {
  listUnknown,
  readCitation,
  readSheetFacts,
  spellSheet,
  writeCitation,
  writeSheet,
  type SheetNotice,
} from '../../../src/core/rumour/fact-sheet.ts'
import { isNewsTo, measureNews, type OfficialNews } from '../../../src/core/rumour/fresh-news.ts'
import { factsOf, originOf } from '../rendering/facts.ts'

const noticeOf = (more: Partial<SheetNotice> = {}): SheetNotice => ({
  id: 'n-1',
  serial: '试震信〔2026〕1号',
  report: 1,
  kind: 'formal-report',
  code: 'abc',
  issuedAt: 1_000,
  magnitude: 5,
  ...more,
})
const sheetOf = (origin: Parameters<typeof originOf>[0], notice = noticeOf()) => {
  const facts = readSheetFacts('q-1', { facts: factsOf({ kind: notice.kind, origin: originOf(origin) }) }, [notice], {
    around: null,
    phone: '0951-1234567',
  })
  if (!facts) throw new Error('no sheet')
  return facts
}

test('a sheet says the notice’s own figures and label, and what is not known beside them', () => {
  const said = writeSheet(sheetOf({ sourceCode: 'AU', automatic: true, depthKm: null }))
  const text = said.map(({ name, value }) => `${name}：${value}`).join('\n')
  expect(text).toContain('震级：5.0级左右')
  expect(text).toContain('测定：中国地震台网自动测定')
  expect(text).toContain('震源深度：公告没有给出')
  expect(text).toContain('距银川市 240 千米')
  expect(listUnknown(sheetOf({ sourceCode: 'AU', automatic: true, depthKm: null })).join()).toMatch(
    /以正式速报为准.*震源深度.*人员伤亡/,
  )
  expect(writeSheet(sheetOf({ sourceCode: 'CC', automatic: false })).map(({ value }) => value)).toContain(
    '中国地震台网正式测定',
  )
})

test('a sheet of a withdrawn quake repeats nothing of it', () => {
  const said = writeSheet(sheetOf({}, noticeOf({ kind: 'withdrawal' })))
  expect(said.map(({ value }) => value).join()).not.toMatch(/5\.0|阿拉善/)
})

test('nothing on a sheet foretells', () => {
  for (const automatic of [true, false]) {
    const facts = sheetOf({ sourceCode: automatic ? 'AU' : 'CC', automatic })
    for (const line of [...writeSheet(facts).map(({ value }) => value), ...listUnknown(facts)])
      expect([line, findForbidden(line)]).toEqual([line, []])
  }
})

test('a sheet’s one spelling depends on what it says and not on the order in which it was put together', () => {
  const facts = sheetOf({})
  const turned = Object.fromEntries(Object.entries(facts).toReversed()) as typeof facts
  expect(spellSheet('fs-1', 1, { facts: turned, lines: [] })).toBe(spellSheet('fs-1', 1, { facts, lines: [] }))
  expect(spellSheet('fs-1', 2, { facts, lines: [] })).not.toBe(spellSheet('fs-1', 1, { facts, lines: [] }))
})

test('a citation reads as it was written, and nothing else reads as one', () => {
  const hex = fc
    .array(fc.constantFrom(...Array.from('0123456789abcdef')), { minLength: 12, maxLength: 12 })
    .map((signs) => signs.join(''))
  fc.assert(
    fc.property(hex, fc.integer({ min: 1, max: 99_999 }), (id, version) => {
      const citation = { sheet: `fs-${id}`, version }
      expect(readCitation(writeCitation(citation))).toEqual(citation)
    }),
  )
  for (const text of [
    '',
    'fs-1 第1版',
    'fs-0a1b2c3d4e5f',
    'fs-0a1b2c3d4e5f 第0版',
    'fs-0a1b2c3d4e5f 第1版 第2版',
    '第1版',
  ])
    expect(readCitation(text)).toBeNull()
})

const HOME = { latitude: 38.4667, longitude: 106.27 }
const newsOf = (more: Partial<OfficialNews> = {}): OfficialNews => ({
  reportId: 'r-1',
  quakeId: 'q-1',
  source: 'cenc',
  place: '',
  originTime: 900,
  receivedAt: 1_000,
  ...HOME,
  magnitude: 4,
  ...more,
})

test('news is M 4 and more within 300 km, and comes after the text', () => {
  expect(measureNews(newsOf(), HOME)).toBe(0)
  expect(measureNews(newsOf({ magnitude: 3.9 }), HOME)).toBeNull()
  expect(measureNews(newsOf({ magnitude: Number.NaN }), HOME)).toBeNull()
  expect(measureNews(newsOf({ latitude: 41.3 }), HOME)).toBeNull()
  expect(isNewsTo({ saidAt: 999, denies: null }, newsOf(), 1_000)).toBe(true)
  expect(isNewsTo({ saidAt: 1_000, denies: null }, newsOf(), 1_000)).toBe(false)
  expect(isNewsTo({ saidAt: 2_000, denies: { from: 800, to: 950 } }, newsOf(), 1_000)).toBe(true)
})
