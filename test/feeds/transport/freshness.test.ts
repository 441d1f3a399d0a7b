import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findStale, isFrozen, isSilent } from '../../../src/feeds/freshness.ts'
import type { SightedQuake, SourceHealth } from '../../../src/feeds/freshness.ts'

const MIN = 60_000
const start = 0
const ceic: SourceHealth = {
  source: 'ceic',
  startedAt: start,
  answeredAt: 100 * MIN,
  changedAt: 10 * MIN,
  everyMs: 15_000,
}
const quake: SightedQuake = { sources: ['usgs'], firstSeenAt: 62 * MIN, originTime: 60 * MIN, magnitude: 5.6 }

describe('a silent source', () => {
  test('has not answered for three intervals', () => {
    expect(isSilent(ceic, 100 * MIN + 45_000)).toBe(false)
    expect(isSilent(ceic, 100 * MIN + 45_001)).toBe(true)
  })

  test('that never answered counts from the start', () => {
    expect(isSilent({ ...ceic, answeredAt: null }, start + 45_000)).toBe(false)
    expect(isSilent({ ...ceic, answeredAt: null }, start + 45_001)).toBe(true)
  })

  test('is one whose last answer lies in the future: the clock was set back, and it proves nothing any more', () => {
    expect(isSilent(ceic, 40 * MIN)).toBe(true)
    expect(findStale([ceic], [], 40 * MIN)).toEqual([{ source: 'ceic', state: 'silent', sinceMs: 60 * MIN }])
    expect(isSilent(ceic, 100 * MIN - 10_000)).toBe(false)
  })

  test('polled each second is given half a minute', () => {
    expect(isSilent({ ...ceic, everyMs: 1_000 }, 100 * MIN + 30_000)).toBe(false)
  })
})

describe('a frozen source', () => {
  test('answers, yet still lacks a strong quake that another has brought long ago', () => {
    expect(isFrozen(ceic, [quake], 100 * MIN)).toBe(true)
  })

  test('is not one that is within its time, has changed since, or brought the quake itself', () => {
    expect(isFrozen({ ...ceic, answeredAt: 90 * MIN }, [quake], 90 * MIN)).toBe(false)
    expect(isFrozen({ ...ceic, changedAt: 61 * MIN }, [quake], 100 * MIN)).toBe(false)
    expect(isFrozen(ceic, [{ ...quake, sources: ['usgs', 'ceic'] }], 100 * MIN)).toBe(false)
  })

  test('is not one on a quiet earth, nor for a small quake, nor for a row of last year', () => {
    expect(isFrozen(ceic, [], 100 * MIN)).toBe(false)
    expect(isFrozen(ceic, [{ ...quake, magnitude: 4.4 }], 100 * MIN)).toBe(false)
    expect(isFrozen(ceic, [{ ...quake, firstSeenAt: quake.originTime + 121 * MIN }], 300 * MIN)).toBe(false)
  })

  test('is not one that we began to ask after the quake', () => {
    expect(isFrozen({ ...ceic, startedAt: 61 * MIN, changedAt: 10 * MIN }, [quake], 100 * MIN)).toBe(false)
  })
})

test('a source is named once, as silent before frozen, and never for what only it has brought', () => {
  const time = fc.integer({ min: 0, max: 500 * MIN })
  const health = fc.record({
    source: fc.constantFrom('a', 'b', 'c'),
    startedAt: time,
    answeredAt: fc.option(time),
    changedAt: fc.option(time),
    everyMs: fc.integer({ min: 1_000, max: 10 * MIN }),
  })
  const seen = fc.record({
    sources: fc.subarray(['a', 'b', 'c']),
    firstSeenAt: time,
    originTime: time,
    magnitude: fc.double({ min: 3, max: 9, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(health, { maxLength: 6 }), fc.array(seen, { maxLength: 6 }), time, (sources, quakes, now) => {
      const stale = findStale(sources, quakes, now)
      const silent = stale.filter((each) => each.state === 'silent')
      const own = quakes.map((each) => ({ ...each, sources: ['a', 'b', 'c'] }))
      return (
        stale.length <= sources.length &&
        silent.length === sources.filter((each) => isSilent(each, now)).length &&
        findStale(sources, own, now).every((each) => each.state === 'silent')
      )
    }),
  )
})
