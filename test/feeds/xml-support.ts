// In: arbitrary edits. Out: texts for the tests of the XML formats, and the soundness every report must have.
import * as fc from 'fast-check'
import { expect } from 'vitest'
import type { ParsedFeed } from '../../src/core/quake-report.ts'
import { UnreadableFeed } from '../../src/core/quake-report.ts'

const SPLINTERS = [
  '<',
  '>',
  '</item>',
  '<item>',
  '&',
  '&amp;',
  '<![CDATA[',
  ']]>',
  '<!--',
  '-->',
  '"',
  "'",
  '\uFEFF',
  '\u202E',
  '\0',
  'NaN',
  'Infinity',
  '-999',
  '1e309',
  '-0',
  '0',
  '99999999999999999999',
  '发震时刻',
  '<!DOCTYPE x>',
  '\uD800',
  '__proto__',
  '',
]

/** Edits of a text: places, lengths to cut and splinters to put in. */
export function edits(): fc.Arbitrary<{ at: number; cut: number; put: string }[]> {
  return fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.oneof({ weight: 3, arbitrary: fc.nat(6) }, { weight: 1, arbitrary: fc.nat(400) }),
      put: fc.oneof(fc.constantFrom(...SPLINTERS), fc.string({ maxLength: 8 }), fc.double().map(String)),
    }),
    { minLength: 1, maxLength: 8 },
  )
}

/** Edits that keep most documents well-formed: numbers and words between tags are replaced. */
export function valueEdits(): fc.Arbitrary<{ at: number; put: string }[]> {
  const word = fc.oneof(
    fc.constantFrom(
      '',
      'NaN',
      '-1',
      '0',
      '91',
      '-181',
      '1e5',
      '0x10',
      '5,4',
      '2021-13-01T00:00:00Z',
      '不明',
      '９',
      'not existing',
    ),
    fc.double().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  )
  return fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), put: word }), {
    minLength: 1,
    maxLength: 6,
  })
}

/** Applies edits one after the other. */
export function applyEdits(text: string, list: readonly { at: number; cut: number; put: string }[]): string {
  return list.reduce((now, { at, cut, put }) => {
    const from = Math.floor(at * now.length)
    return now.slice(0, from) + put + now.slice(from + cut)
  }, text)
}

/** Replaces the text between two tags that is nearest behind each place. */
export function applyValueEdits(text: string, list: readonly { at: number; put: string }[]): string {
  return list.reduce((now, { at, put }) => {
    const open = now.indexOf('>', Math.floor(at * now.length))
    const close = open === -1 ? -1 : now.indexOf('<', open)
    return close === -1 ? now : now.slice(0, open + 1) + put + now.slice(close)
  }, text)
}

/** Runs a parser; a refusal of the whole is fine, any other throw fails the test, and what comes out must be sound. */
export async function expectSoundOrUnreadable(parse: () => ParsedFeed | Promise<ParsedFeed>): Promise<void> {
  let parsed: ParsedFeed
  try {
    parsed = await parse()
  } catch (error) {
    expect(error).toBeInstanceOf(UnreadableFeed)
    expect((error as UnreadableFeed).rule).toMatch(/^[a-z-]+$/)
    return
  }
  expectSound(parsed)
}

/** Numbers finite and in range, times whole, texts bounded, every row in one list only and with its reason. */
export function expectSound(parsed: ParsedFeed): void {
  const rows = [...parsed.reports, ...parsed.refused, ...parsed.ignored].map(({ row }) => row)
  expect(new Set(rows).size).toBe(rows.length)
  for (const { rule, reason } of parsed.refused) {
    expect(rule).toMatch(/^[a-z0-9-]+$/)
    expect(reason).not.toBe('')
  }
  for (const report of parsed.reports) {
    for (const at of [report.originTime, report.issuedAt, report.idTime])
      expect(at === null || Number.isInteger(at)).toBe(true)
    inRange(report.latitude, -90, 90)
    inRange(report.longitude, -180, 180)
    inRange(report.depthKm, -10, 800)
    inRange(report.magnitude?.value ?? null, -2, 10)
    expect(report.magnitude?.value).not.toBe(0)
    expect(report.latitude === 0 && report.longitude === 0).toBe(false)
    // One more than 60 says that the source gave more (rows.ts cleanPlace); the review refuses it.
    expect(Array.from(report.place).length).toBeLessThanOrEqual(61)
    expect(report.place + report.sourceEventId).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    if (report.lifecycle !== 'report') continue
    expect(report.originTime).not.toBeNull()
    expect(report.latitude).not.toBeNull()
    expect(report.longitude).not.toBeNull()
  }
}

function inRange(value: number | null, min: number, max: number): void {
  if (value === null) return
  expect(value).toBeGreaterThanOrEqual(min)
  expect(value).toBeLessThanOrEqual(max)
}
