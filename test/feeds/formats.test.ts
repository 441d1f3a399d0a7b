// In: the table of formats. Out: proof that every JSON and text format of the design has its parser and shares its manners.
import { describe, expect, it } from 'vitest'
import { FORMATS } from '../../src/feeds/index.ts'
import { expectSane, parseOrNull } from './json-payloads.ts'

const NAMES = [
  'ceic',
  'cenc-web',
  'fan',
  'wolfx',
  'usgs',
  'emsc',
  'emsc-ws',
  'geonet',
  'p2pquake',
  'fdsn-text',
] as const

describe.each(NAMES)('the format %s', (name) => {
  const parse = FORMATS[name]

  it('calls an empty payload, a page of HTML and a payload beyond 20 MB unreadable', () => {
    for (const text of ['', ' \n\t', '<!DOCTYPE html><p>x', ' '.repeat(20_000_001)]) {
      expect(() => parse(text)).toThrow(expect.objectContaining({ name: 'UnreadableFeed' }))
    }
  })

  it('survives a payload that is nested two hundred thousand deep, and an integer of a million digits', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000)
    for (const text of [
      deep,
      `{"data":${deep}}`,
      `[{"id":${deep},"a":1234567890123456}]`,
      `[${'7'.repeat(1_000_000)}]`,
    ]) {
      expect(parseOrNull(parse, text)?.reports ?? []).toEqual([])
    }
  })

  it('answers nonsense with an unreadable feed or with refusals, never with a report', () => {
    for (const text of [
      '[1,"x",null,[],{}]',
      '[[[[[]]]]]',
      '{"a":{"b":{"c":{"d":{"e":1}}}}}',
      '"x"',
      '[null]',
      '1|2|3|4|5|6|7|8|9|10|11',
    ]) {
      const feed = parseOrNull(parse, text)
      if (feed) expectSane(feed)
      expect(feed?.reports ?? []).toEqual([])
    }
  })
})
