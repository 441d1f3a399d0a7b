// In: what a parser made of a payload, payloads to mutate. Out: the promises every parser keeps whatever it is given.
// Must not know any one format.
import * as fc from 'fast-check'
import { expect } from 'vitest'
import type { ParseFeed, ParsedFeed, QuakeReport } from '../../src/core/quake-report.ts'
import { UnreadableFeed } from '../../src/core/quake-report.ts'

/** The only report of a payload. */
export function onlyReport(feed: ParsedFeed): QuakeReport {
  expect(feed.refused).toEqual([])
  expect(feed.reports).toHaveLength(1)
  return feed.reports[0] as QuakeReport
}

/** The report of a given row. */
export function reportAt(feed: ParsedFeed, row: number): QuakeReport {
  const found = feed.reports.find((report) => report.row === row)
  if (!found) throw new Error(`row ${row} is no report: ${JSON.stringify([feed.refused, feed.ignored])}`)
  return found
}

/** The rule that refused a row; undefined when it was not refused. */
export function ruleAt(feed: ParsedFeed, row: number): string | undefined {
  return feed.refused.find((refusal) => refusal.row === row)?.rule
}

/** What the gates rely on: no value out of range, no half position, every row accounted for once. */
export function expectSane(feed: ParsedFeed): void {
  const rows = [...feed.reports, ...feed.refused, ...feed.ignored].map(({ row }) => row)
  expect(new Set(rows).size).toBe(rows.length)
  for (const { rule, reason } of feed.refused) {
    expect(rule).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(reason.length).toBeGreaterThan(10)
  }
  for (const report of feed.reports) expectSaneReport(report)
}

function expectSaneReport(report: QuakeReport): void {
  within(report.latitude, -90, 90)
  within(report.longitude, -180, 180)
  within(report.depthKm, -10, 800)
  within(report.magnitude?.value ?? null, -2, 10)
  for (const at of [report.originTime, report.issuedAt, report.idTime]) within(at, -31e12, 254e12)
  expect(report.magnitude?.value).not.toBe(0)
  expect((report.latitude === null) === (report.longitude === null)).toBe(true)
  // One more than 60 says that the source gave more (rows.ts cleanPlace); the review refuses it.
  expect(Array.from(report.place).length).toBeLessThanOrEqual(61)
  expect(report.place).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  expect(report.place).toBe(report.place.normalize('NFC'))
  if (report.lifecycle !== 'report') return
  expect([report.originTime, report.latitude, report.longitude]).not.toContain(null)
  expect(report.latitude === 0 && report.longitude === 0).toBe(false)
}

function within(value: number | null, least: number, most: number): void {
  if (value === null) return
  expect(Number.isFinite(value)).toBe(true)
  expect(value).toBeGreaterThanOrEqual(least)
  expect(value).toBeLessThanOrEqual(most)
}

/** Parses; an unreadable payload is null, any other error fails the test. */
export function parseOrNull(parse: ParseFeed, text: string): ParsedFeed | null {
  try {
    return parse(text)
  } catch (error) {
    expect(error).toBeInstanceOf(UnreadableFeed)
    return null
  }
}

const HOSTILE = [
  'null', 'true', '0', '-1', '-0', '1e999', '-1e999', '123456789012345678901', '"NaN"', '"Infinity"', '""', '"-"', '"0x10"', '[]', '{}',
  '{"__proto__":{"lat":1}}', '"\\u202e\\u0000<b>"', '"9999-99-99 99:99:99"', '"0000-00-00 00:00:00"', '-200', '91', '181', '12.5', '1e-7',
  '"ＡＢ"', '[[[[[[]]]]]]', '"deleted"', '"constructor"', '20260324123750', '"\\ud800"', '"（塌陷）"',
] // prettier-ignore

/** Cuts, doubles or overwrites slices of the text, or swaps one JSON leaf for a hostile one. */
export function mutationsOf(text: string): fc.Arbitrary<string> {
  const at = fc.nat({ max: text.length })
  const cut = fc.tuple(at, fc.nat({ max: 40 })).map(([from, size]) => text.slice(0, from) + text.slice(from + size))
  const double = fc.tuple(at, fc.nat({ max: 40 })).map(([from, size]) => text.slice(0, from + size) + text.slice(from))
  const insert = fc
    .tuple(at, fc.string({ maxLength: 8 }))
    .map(([from, extra]) => text.slice(0, from) + extra + text.slice(from))
  const leaves = [...text.matchAll(/(?<=[:[,|]\s{0,8})(?:"(?:[^"\\]|\\.){0,200}"|-?[\d.]+|null|true|false)/g)]
  const swap = fc
    .tuple(
      fc.nat({ max: Math.max(0, leaves.length - 1) }),
      fc.oneof(fc.constantFrom(...HOSTILE), fc.json({ maxDepth: 2 })),
    )
    .map(([index, value]) => {
      const leaf = leaves[index]
      return leaf ? text.slice(0, leaf.index) + value + text.slice(leaf.index + leaf[0].length) : text
    })
  return fc.oneof({ weight: 4, arbitrary: swap }, cut, double, insert)
}

/** Runs the promises over many mutations of payloads. */
export function holdUnderMutation(parse: ParseFeed, texts: readonly string[], runs = 400): void {
  fc.assert(
    fc.property(fc.oneof(...texts.map(mutationsOf)), (text) => {
      const feed = parseOrNull(parse, text)
      if (feed) expectSane(feed)
    }),
    { numRuns: runs },
  )
}
