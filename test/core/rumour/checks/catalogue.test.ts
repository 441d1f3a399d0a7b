// In: claims that a quake happened, catalogues that know it, know another, or cannot know yet. Out: what the catalogue answers.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MINUTE } from '../../../../src/core/instant.ts'
import { CATALOGUE_TOLERANCE, checkCatalogue } from '../../../../src/core/rumour/checks/catalogue.ts'
import { claimOf, factsOf, HEARD, quakeOf, versionOf } from './readings.ts'

const JUST_NOW = '银川刚刚发生5级地震，房子晃得厉害'

describe('the catalogue', () => {
  test('says nothing until a quarter of an hour has passed, abroad three quarters, and then looks again by itself', () => {
    const early = factsOf({ now: HEARD + 15 * MINUTE - 1 })
    expect(checkCatalogue(claimOf(JUST_NOW), early)).toMatchObject({ outcome: 'no-data', again: HEARD + 15 * MINUTE })
    expect(checkCatalogue(claimOf(JUST_NOW), factsOf({ now: HEARD + 15 * MINUTE }))).toMatchObject({
      outcome: 'contradicts',
    })
    const abroad = claimOf('日本刚刚发生8级地震')
    expect(checkCatalogue(abroad, factsOf({ now: HEARD + 45 * MINUTE - 1 }))).toMatchObject({ outcome: 'no-data' })
    expect(checkCatalogue(abroad, factsOf({ now: HEARD + 45 * MINUTE }))).toMatchObject({ outcome: 'contradicts' })
  })

  test('says nothing while an official source is silent, whatever it knows, and names the source', () => {
    for (const quakes of [[], [quakeOf()]]) {
      const finding = checkCatalogue(claimOf(JUST_NOW), factsOf({ silent: ['cenc-list'], quakes }))
      expect(finding?.outcome).toBe('no-data')
      // What is on record already stands behind the source: whoever reads the card sees both.
      expect(finding?.rows.map(({ table, id }) => `${table} ${id}`)).toEqual([
        'source cenc-list',
        ...quakes.map(({ id }) => `quake ${id}`),
      ])
      expect(finding?.again).not.toBeNull()
    }
  })

  test('says nothing of a time from before it was kept', () => {
    const finding = checkCatalogue(claimOf('2017年6月3日18时11分银川发生8级地震'), factsOf())
    expect(finding).toMatchObject({ outcome: 'no-data' })
    expect(checkCatalogue(claimOf(JUST_NOW), factsOf({ recordSince: null }))).toMatchObject({ outcome: 'no-data' })
  })

  test('bears out what an official determination says, with that row', () => {
    expect(checkCatalogue(claimOf(JUST_NOW), factsOf({ quakes: [quakeOf()] }))).toMatchObject({
      outcome: 'supports',
      rows: [{ table: 'quake', id: 'q-1' }],
    })
  })

  test('bears out a felt quake whose epicentre lies far off, where no magnitude is claimed', () => {
    const far = quakeOf({ latitude: 37.99, longitude: 103.56 })
    expect(checkCatalogue(claimOf('银川刚才地震了，吊灯在晃'), factsOf({ quakes: [far] }))).toMatchObject({
      outcome: 'supports',
    })
    // The same strength, elsewhere: a person says whether 银川发生 is fair.
    expect(checkCatalogue(claimOf(JUST_NOW), factsOf({ quakes: [far] }))).toMatchObject({ outcome: 'no-data' })
    expect(checkCatalogue(claimOf('银川刚刚发生8级地震'), factsOf({ quakes: [far] }))).toMatchObject({
      outcome: 'contradicts',
      rows: [{ id: 'q-1' }],
    })
  })

  test('takes any official version of a quake for its magnitude', () => {
    const revised = quakeOf({ magnitude: 5.6, versions: [versionOf(4.8, { isFormal: false }), versionOf(5.6)] })
    for (const told of ['4.5', '4.8', '5.6', '6.0'])
      expect(checkCatalogue(claimOf(`银川刚刚发生${told}级地震`), factsOf({ quakes: [revised] }))).toMatchObject({
        outcome: 'supports',
      })
    expect(checkCatalogue(claimOf('银川刚刚发生6.8级地震'), factsOf({ quakes: [revised] }))).toMatchObject({
      outcome: 'contradicts',
    })
  })

  test('does not contradict what is too small for it, and is not asked about what is foretold', () => {
    expect(checkCatalogue(claimOf('银川刚刚发生2.1级地震'), factsOf())).toMatchObject({ outcome: 'no-data' })
    expect(checkCatalogue(claimOf('银川今晚要发生8级大地震'), factsOf())).toBeNull()
  })

  test('where no place is named the bureau’s own is meant', () => {
    expect(checkCatalogue(claimOf('刚才是地震吗，楼在晃'), factsOf({ quakes: [quakeOf()] }))).toMatchObject({
      outcome: 'supports',
    })
    const other = quakeOf({ latitude: 23.3, longitude: 117.4, place: '广东汕头市南澳县' })
    expect(checkCatalogue(claimOf('刚才是地震吗，楼在晃'), factsOf({ quakes: [other] }))).toMatchObject({
      outcome: 'contradicts',
    })
  })

  test('a quake abroad is known by the name of its country', () => {
    const japan = quakeOf({
      latitude: 38,
      longitude: 142,
      magnitude: 7.1,
      place: '日本本州东岸近海',
      versions: [versionOf(7.1)],
    })
    expect(checkCatalogue(claimOf('日本刚刚发生7级地震'), factsOf({ quakes: [japan] }))).toMatchObject({
      outcome: 'supports',
    })
    expect(checkCatalogue(claimOf('印尼刚刚发生5级地震'), factsOf({ quakes: [japan] }))).toMatchObject({
      outcome: 'no-data',
    })
  })
})

test('before its time, or beside a silent source, no claim is ever contradicted or borne out', () => {
  const quakes = fc.array(
    fc.record({
      minutes: fc.integer({ min: -120, max: 120 }),
      latitude: fc.double({ min: 20, max: 50, noNaN: true }),
      longitude: fc.double({ min: 80, max: 130, noNaN: true }),
      magnitude: fc.double({ min: 1, max: 9, noNaN: true }),
    }),
    { maxLength: 5 },
  )
  const told = fc.constantFrom(
    JUST_NOW,
    '刚才地震了',
    '银川发生8级地震',
    '宁夏19时50分发生4.2级地震',
    '昨晚10点吴忠发生地震',
  )
  fc.assert(
    fc.property(told, quakes, fc.integer({ min: 0, max: 10 }), fc.boolean(), (text, list, wait, isSilent) => {
      const known = list.map(({ minutes, ...one }, index) =>
        quakeOf({
          ...one,
          id: `q-${index}`,
          originTime: HEARD + minutes * MINUTE,
          versions: [versionOf(one.magnitude)],
        }),
      )
      const claim = claimOf(text)
      const ripe = Math.max(...claim.past.spans.map(({ to }) => to)) + CATALOGUE_TOLERANCE.waitMs
      const now = isSilent ? ripe + wait * MINUTE : ripe - 1 - wait * MINUTE
      const finding = checkCatalogue(claim, factsOf({ now, quakes: known, silent: isSilent ? ['cenc'] : [] }))
      expect(finding?.outcome).toBe('no-data')
      expect(finding?.again).toBeGreaterThan(now)
    }),
    { numRuns: 300 },
  )
})

test('a determination within every tolerance bears the claim out, wherever in them it lies', () => {
  const { timeMs, magnitude } = CATALOGUE_TOLERANCE
  fc.assert(
    fc.property(
      fc.double({ min: -0.6, max: 0.6, noNaN: true }),
      fc.double({ min: -0.6, max: 0.6, noNaN: true }),
      fc.integer({ min: -timeMs, max: timeMs }),
      fc.double({ min: -magnitude, max: magnitude, noNaN: true }),
      (north, east, ms, step) => {
        const quake = quakeOf({
          latitude: 38.47 + north,
          longitude: 106.27 + east,
          originTime: HEARD - 10 * MINUTE + ms,
          magnitude: 5 + step,
          versions: [versionOf(5 + step)],
        })
        const claim = claimOf('银川今天19点50分发生5级地震')
        expect(checkCatalogue(claim, factsOf({ quakes: [quake] }))?.outcome).toBe('supports')
      },
    ),
    { numRuns: 300 },
  )
})
