import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnreadableFeed } from '../../src/core/quake-report.ts'
import { parseRss, splitItems } from '../../src/feeds/rss.ts'
import { applyEdits, edits } from './xml-support.ts'
import { fixture } from './recorded.ts'

const FEEDS = ['rsshub-ceic.xml', 'gdacs.xml', 'georss-atom.xml'].map(fixture)

const cut = (text: string): string[] => splitItems(text).items.map((slice) => text.slice(...slice))

async function parseOrRule(text: string, seen?: (item: string) => boolean): Promise<unknown> {
  try {
    return await parseRss(text, seen)
  } catch (error) {
    if (error instanceof UnreadableFeed) return error.rule
    throw error
  }
}

describe('a list of which one item is new', () => {
  it('an unchanged list is not parsed again', async () => {
    for (const text of FEEDS) {
      const seen = new Set(cut(text))
      expect(await parseRss(text, (item) => seen.has(item))).toEqual({ reports: [], refused: [], ignored: [] })
    }
  })

  it('a revised magnitude makes its item new again, and only that one', async () => {
    const [text = ''] = FEEDS
    const seen = new Set(cut(text))
    const { reports } = await parseRss(text.replace('震级(M) 6.8', '震级(M) 6.7'), (item) => seen.has(item))
    expect(reports.map(({ row, magnitude }) => [row, magnitude?.value])).toEqual([[0, 6.7]])
  })

  it('an item is asked for together with the namespaces it stands under: its prefixes may mean something else', async () => {
    const text = fixture('gdacs.xml')
    const openings = async (list: string): Promise<Set<string>> => {
      const asked = new Set<string>()
      await parseRss(list, (_, opening) => {
        asked.add(opening)
        return true
      })
      return asked
    }
    const elsewhere = await openings(text.replace('http://www.gdacs.org"', 'http://elsewhere.invalid"'))
    expect(elsewhere.size).toBe(1)
    expect(await openings(text)).not.toEqual(elsewhere)
  })

  it('skipping seen items gives the same as a full parse for the others, broken lists included', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(...FEEDS),
      edits(),
      fc.infiniteStream(fc.boolean()),
      async (base, list, coins) => {
        const text = applyEdits(base, list)
        const full = await parseOrRule(text)
        if (typeof full === 'string') return
        const items = cut(text)
        const known = new Map(items.map((item) => [item, coins.next().value === true]))
        const part = await parseOrRule(text, (item) => known.get(item) === true)
        if (typeof part === 'string') {
          // All that is left is unreadable: the caller hears it as such.
          expect(part).toBe('xml-malformed')
          return
        }
        const keep = <Row extends { row: number }>(rows: Row[]): Row[] =>
          rows.filter(({ row }) => known.get(items[row] ?? '') !== true)
        const whole = full as Awaited<ReturnType<typeof parseRss>>
        expect(part).toEqual({
          reports: keep(whole.reports),
          refused: keep(whole.refused),
          ignored: keep(whole.ignored),
        })
      },
    )
    await fc.assert(property, { numRuns: 150 })
  })

  it('slices lie in the text in order, without overlap, and begin with a tag', () => {
    const property = fc.property(fc.constantFrom(...FEEDS), edits(), (base, list) => {
      const text = applyEdits(base, list)
      let items
      try {
        items = splitItems(text).items
      } catch (error) {
        expect(error).toBeInstanceOf(UnreadableFeed)
        return
      }
      let last = 0
      for (const slice of items) {
        expect(slice[0]).toBeGreaterThanOrEqual(last)
        expect(slice[1]).toBeGreaterThan(slice[0])
        expect(text.charAt(slice[0])).toBe('<')
        last = slice[1]
      }
      expect(last).toBeLessThanOrEqual(text.length)
    })
    fc.assert(property, { numRuns: 300 })
  })
})
