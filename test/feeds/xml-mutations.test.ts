import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ParsedFeed } from '../../src/core/quake-report.ts'
import { parseCap } from '../../src/feeds/cap.ts'
import { parseJma } from '../../src/feeds/jma.ts'
import { parseQuakeml } from '../../src/feeds/quakeml.ts'
import { parseRss } from '../../src/feeds/rss.ts'
import { parseScml } from '../../src/feeds/scml.ts'
import { applyEdits, applyValueEdits, edits, expectSound, expectSoundOrUnreadable, valueEdits } from './xml-support.ts'
import { fixture } from './recorded.ts'

const FORMATS: [string, string, (text: string) => ParsedFeed | Promise<ParsedFeed>][] = [
  ['rss', 'rsshub-ceic.xml', (text) => parseRss(text)],
  ['rss', 'gdacs.xml', (text) => parseRss(text)],
  ['rss', 'georss-atom.xml', (text) => parseRss(text)],
  ['quakeml', 'quakeml.xml', parseQuakeml],
  ['scml', 'scml.xml', parseScml],
  ['jma', 'jma-hypocentre.xml', parseJma],
  ['cap', 'cap-alert.xml', parseCap],
]

describe.each(FORMATS)('the %s parser, fed with a damaged %s', (_format, name, parse) => {
  const text = fixture(name)

  it('reads the undamaged payload', async () => {
    const parsed = await parse(text)
    expect(parsed.reports.length).toBeGreaterThan(0)
    expectSound(parsed)
  })

  it('refuses or reads soundly whatever bytes were lost or put in', async () => {
    const property = fc.asyncProperty(edits(), async (list) => {
      await expectSoundOrUnreadable(() => parse(applyEdits(text, list)))
    })
    await fc.assert(property, { numRuns: 250 })
  })

  it('never lets a wild value through as a number, a time or a place', async () => {
    const property = fc.asyncProperty(valueEdits(), async (list) => {
      await expectSoundOrUnreadable(() => parse(applyValueEdits(text, list)))
    })
    await fc.assert(property, { numRuns: 250 })
  })

  it('gives the same answer twice', async () => {
    expect(await parse(text)).toEqual(await parse(text))
  })
})
