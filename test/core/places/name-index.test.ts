// Names are looked up by their first two characters. What is found must be what trying every length finds.
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import abroad from '../../../src/core/data/abroad.json' with { type: 'json' }
import { readPlace } from '../../../src/core/places/county-names.ts'
import { NATIONAL_GAZETTEER } from '../../../src/core/places/gazetteer.ts'
import { foreignPrefix } from '../../../src/core/places/region.ts'

const { names } = NATIONAL_GAZETTEER
const everyLength = new Map<string, number>()
everyLength.get = () => 20
const slow = { ...NATIONAL_GAZETTEER, names: { ...names, longest: everyLength } }

const known = fc.constantFrom(...names.units.keys())
const foreign = fc.constantFrom(...abroad.countries, ...abroad.regions)
const between = fc.constantFrom('', '与', '、', '附近', '交界', '境内', '甲', '县', ' ', '某镇')
/** Names, whole or broken off, beside each other. */
const text = fc
  .array(fc.tuple(fc.oneof(known, known, foreign), fc.integer({ min: 1, max: 12 }), between), { maxLength: 5 })
  .map((parts) => parts.map(([name, length, more]) => name.slice(0, length) + more).join(''))

it('a place is read the same whether or not the index says how long a name can be', () => {
  fc.assert(
    fc.property(text, (place) => {
      expect(readPlace(place)).toEqual(readPlace(place, slow))
    }),
    { numRuns: 3_000 },
  )
})

it('a place is read by the gazetteer that is asked, also after another one was', () => {
  const bare = { ...slow, names: { ...slow.names, units: new Map() } }
  expect(readPlace('宁夏吴忠市').levels).toEqual(['province', 'prefecture'])
  expect(readPlace('宁夏吴忠市', bare)).toMatchObject({ levels: [], leftovers: ['宁夏吴忠市'] })
  expect(readPlace('宁夏吴忠市').levels).toEqual(['province', 'prefecture'])
})

it('the longest foreign name that opens a text is found', () => {
  const all = [...abroad.countries, ...abroad.regions]
  fc.assert(
    fc.property(foreign, text, fc.integer({ min: 0, max: 3 }), (name, more, cut) => {
      const place = (name + more).slice(cut)
      const longest = Math.max(
        0,
        ...all.filter((one) => one.length >= 2 && place.startsWith(one)).map((one) => one.length),
      )
      expect(foreignPrefix(place)).toBe(longest)
    }),
    { numRuns: 1_000 },
  )
})
