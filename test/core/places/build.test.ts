// How the gazetteer is made: renamed units keep their point, nothing is lost in silence, nothing is invented.
import { describe, expect, it } from 'vitest'
import { joinGazetteer, readPoints, type Successions } from '../places-data/build-gazetteer.ts'

const points = readPoints(
  'code,name,lon,lat\n100101,甲区,100,30\n100121,乙县,101,31\n100122,丙县,102,32\n810001,丁区,103,33\n',
)
const nothing: Successions = { renamed: {}, merged: {}, geonames: {}, taiwan: [], added: [], gapReasons: {} }
const town = { name: 'Seat', country: 'CN', admin2: '1001', lat: '34.5', lng: '104.5' }
const old = [
  ['100101', '甲区'],
  ['100121', '乙县'],
  ['100122', '丙县'],
]

describe('the gazetteer is joined', () => {
  it('by code, with the units that only the points have', () => {
    expect(joinGazetteer(points, old, [], nothing).counties).toEqual([
      ['100101', '甲区', 30, 100, 'c'],
      ['100121', '乙县', 31, 101, 'c'],
      ['100122', '丙县', 32, 102, 'c'],
      ['810001', '丁区', 33, 103, 'c'],
    ])
  })

  it('so that a county raised to a city keeps its point, and its old name stays readable', () => {
    const moved = { ...nothing, renamed: { '100121': '100181' } }
    const { counties, aliases } = joinGazetteer(
      points,
      [
        ['100101', '甲区'],
        ['100181', '乙市'],
        ['100122', '丙县'],
      ],
      [],
      moved,
    )
    expect(counties).toContainEqual(['100181', '乙市', 31, 101, 'p'])
    expect(aliases).toEqual([['乙县', '100181']])
  })

  it('so that a county that joined another lends its name but not its point', () => {
    const joined = { ...nothing, merged: { '100122': '100101' } }
    const { counties, aliases } = joinGazetteer(points, old.slice(0, 2), [], joined)
    expect(counties.map(([code]) => code)).toEqual(['100101', '100121', '810001'])
    expect(aliases).toEqual([['丙县', '100101']])
  })

  it("so that a point given to a neighbour leaves the unit's own name alone", () => {
    const given = { ...nothing, renamed: { '100101': '100102' }, gapReasons: { '100101': 'seat moved' } }
    const { counties, aliases, gaps } = joinGazetteer(points, [...old, ['100102', '戊区']], [], given)
    expect(counties).toContainEqual(['100102', '戊区', 30, 100, 'p'])
    expect(aliases).toEqual([])
    expect(gaps).toEqual([['100101', '甲区', 'seat moved']])
  })

  it('with a town of the seat where there is no point', () => {
    const told = { ...nothing, geonames: { '100123': ['Seat', '1001'] } }
    const { counties } = joinGazetteer(points, [...old, ['100123', '己县']], [town], told)
    expect(counties).toContainEqual(['100123', '己县', 34.5, 104.5, 'g'])
    expect(() => joinGazetteer(points, [...old, ['100123', '己县']], [], told)).toThrow(/no Seat/)
  })

  it('or not at all, when a unit has no point and no reason, or a point no successor', () => {
    expect(() => joinGazetteer(points, [...old, ['100123', '己县']], [], nothing)).toThrow(/no reason for 100123/)
    expect(() => joinGazetteer(points, old.slice(0, 2), [], nothing)).toThrow(/without a successor: 100122/)
  })
})
