// Which quake a report speaks of: never by id alone across sources, never averaged, and to a person when in doubt.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MINUTE, SECOND } from '../../../src/core/instant.ts'
import { associate } from '../../../src/core/judgement/associate.ts'
import { baseId, latestVersions, standingReports, type Quake, type StoredReport } from '../../../src/core/quake.ts'
import { BUREAUX, deleteOf, foreignOf, formalOf, gather, quakeOf, reportOf, SHOCK } from './bureaux.ts'

const { yinchuan, chengdu, ningbo } = BUREAUX
const north = (latitude: number, km: number): number => latitude + km / 111.195
const verdict = (report: StoredReport, quakes: readonly Quake[]): string => associate(report, quakes).verdict
const one = (report: StoredReport, over: Partial<Quake> = {}): Quake => quakeOf([report], over)
const shifted = (
  report: StoredReport,
  seconds: number,
  km: number,
  over: Partial<StoredReport> = {},
): StoredReport => ({
  ...report,
  id: `${report.id}-shifted-${seconds}-${km}`,
  sourceEventId: `${report.sourceEventId}-other`,
  originTime: (report.originTime ?? 0) + seconds * SECOND,
  latitude: north(report.latitude ?? 0, km),
  ...over,
})

describe('one source', () => {
  const auto = reportOf(yinchuan)
  const formal = formalOf(yinchuan)
  test('its formal succeeds its automatic within 20 s and 60 km, in either order', () => {
    const near = shifted(formal, 17, 58, { magnitude: auto.magnitude })
    expect(verdict(near, [one(auto)])).toBe('known')
    expect(verdict({ ...auto, id: 'late' }, [one(near)])).toBe('known')
  })
  test('also when the formal is two magnitudes smaller: the readers of the automatic must hear of it', () => {
    expect(verdict({ ...formal, magnitude: { value: 2.4, type: 'M' } }, [one(auto)])).toBe('known')
  })
  test('and when the formal comes through another official feed', () => {
    expect(verdict({ ...formal, source: 'cenc-b', magnitude: { value: 2.4, type: 'M' } }, [one(auto)])).toBe('known')
  })
  test('another agency two magnitudes off is another quake', () => {
    expect(verdict(foreignOf(yinchuan, { magnitude: { value: 2.4, type: 'ml' } }), [one(auto)])).toBe('new')
  })
  test('two formal ids a second and 44 km apart are two quakes (Ridgecrest 2019)', () => {
    const first = foreignOf(chengdu, {
      sourceEventId: 'ci1',
      evaluation: 'reviewed',
      magnitude: { value: 3.8, type: 'ml' },
    })
    const second = shifted(first, 1.07, 44, { magnitude: { value: 4, type: 'ml' } })
    expect(verdict(second, [one(first)])).toBe('new')
  })
  test('two formal ids within 2 s and 5 km cannot be told apart', () => {
    expect(verdict(shifted(formal, 2, 4.9), [one(formal)])).toBe('ambiguous')
    expect(verdict(shifted(formal, 2.1, 4.9), [one(formal)])).toBe('new')
    expect(verdict(shifted(formal, 2, 5.2), [one(formal)])).toBe('new')
  })
  test('a source without ids says the same row again by time and place', () => {
    const first = { ...reportOf(yinchuan), sourceEventId: '', source: 'list' }
    const again = { ...first, id: 'again', magnitude: { value: 4.7, type: 'M' } }
    expect(verdict(again, [one(first)])).toBe('known')
  })
  test('an id’s suffix only repeats the evaluation', () => {
    const a = { ...auto, sourceEventId: 'CC.20260312030720.000_A' }
    const i = { ...formal, sourceEventId: 'CC.20260312030720.000_I', latitude: north(formal.latitude ?? 0, 90) }
    expect(baseId(a.sourceEventId)).toBe(baseId(i.sourceEventId))
    expect(verdict(i, [one(a)])).toBe('known')
  })
  test('an id that the source changes is followed by its list of ids', () => {
    const first = foreignOf(yinchuan, { sourceEventId: 'nc1', aliases: ['nc1'] })
    const renamed = {
      ...first,
      id: 'renamed',
      sourceEventId: 'us9',
      aliases: ['nc1', 'us9'],
      originTime: SHOCK + 5 * MINUTE,
    }
    const quake = one(first)
    expect(verdict(renamed, [quake])).toBe('known')
    quake.reports.push(renamed)
    expect(standingReports(quake).map((r) => r.id)).toEqual(['renamed'])
  })
  test('an id used again for another quake goes to a person', () => {
    expect(verdict({ ...auto, id: 'again', originTime: SHOCK + 11 * MINUTE }, [one(auto)])).toBe('ambiguous')
    expect(verdict({ ...auto, id: 'again', latitude: north(auto.latitude ?? 0, 501) }, [one(auto)])).toBe('ambiguous')
    expect(verdict({ ...auto, id: 'again', latitude: north(auto.latitude ?? 0, 450) }, [one(auto)])).toBe('known')
  })
  test('a delete without coordinates finds its quake; one of something unknown is an orphan', () => {
    expect(verdict(deleteOf(auto), [one(auto)])).toBe('known')
    expect(verdict(deleteOf(formal), [one(auto)])).toBe('orphan')
  })
  test('a resurrection 42 km away is the same quake', () => {
    const quake = quakeOf([auto, deleteOf(auto)])
    expect(verdict({ ...auto, id: 'back', kind: 'blast', latitude: north(auto.latitude ?? 0, 42) }, [quake])).toBe(
      'known',
    )
  })
})

describe('several sources', () => {
  const auto = reportOf(chengdu)
  test.each([
    ['20 s, M < 5', 19, 'known'],
    ['beyond 20 s, M < 5', 21, 'new'],
  ])('the window: %s', (_name, seconds, expected) => {
    expect(verdict(foreignOf(chengdu, { originTime: SHOCK + seconds * SECOND }), [one(auto)])).toBe(expected)
  })
  test('the windows widen with size', () => {
    const great = { magnitude: { value: 7.4, type: 'M' } }
    const far = foreignOf(chengdu, {
      ...great,
      originTime: SHOCK + 57 * SECOND,
      latitude: north(chengdu.quake.latitude, 200),
    })
    expect(verdict(far, [one(reportOf(chengdu, great))])).toBe('known')
  })
  test('a determination finds its quake also after the row that it followed was taken back', () => {
    const quake = quakeOf([auto, deleteOf(auto)])
    expect(verdict(formalOf(chengdu, { source: 'cenc-b' }), [quake])).toBe('known')
  })
  test('two quakes that fit equally well go to a person', () => {
    const a = one(
      reportOf(chengdu, { source: 'own', authority: 'own', agency: 'SC', latitude: north(chengdu.quake.latitude, 10) }),
      { id: 'a' },
    )
    const b = one(
      reportOf(chengdu, {
        source: 'province',
        authority: 'official-provincial',
        agency: 'YN',
        latitude: north(chengdu.quake.latitude, -10),
      }),
      { id: 'b' },
    )
    expect(verdict(auto, [a, b])).toBe('ambiguous')
    expect(verdict({ ...auto, latitude: north(chengdu.quake.latitude, 9) }, [a, b])).toBe('known')
  })
  test('two foreign ids for one shock do not make an official word wait for a person', () => {
    const a = one(foreignOf(chengdu), { id: 'a' })
    const b = one(foreignOf(chengdu, { sourceEventId: 'us2' }), { id: 'b' })
    expect(verdict(auto, [a, b])).toBe('known')
    expect(verdict({ ...auto, authority: 'foreign', source: 'emsc', agency: 'EMSC' }, [a, b])).toBe('ambiguous')
  })
  test('nor does a foreign id beside the automatic that our own network gave', () => {
    const said = one(auto, { id: 'a' })
    const foreign = one(foreignOf(chengdu, { originTime: SHOCK }), { id: 'b' })
    const found = associate(formalOf(chengdu, { source: 'cenc-b', originTime: SHOCK }), [foreign, said])
    expect(found.verdict === 'known' && found.quake.id).toBe('a')
  })
  test('nor do mirror rows beside the quake that was already said', () => {
    const said = one(auto, { id: 'a' })
    const mirror = one({ ...auto, id: 'm', source: 'relay', authority: 'mirror', sourceEventId: '' }, { id: 'b' })
    const found = associate(formalOf(chengdu, { source: 'cenc-b', originTime: SHOCK }), [mirror, said])
    expect(found.verdict === 'known' && found.quake.id).toBe('a')
  })
  test('classes never meet', () => {
    expect(verdict({ ...auto, class: 'drill', id: 'drill' }, [one(auto)])).toBe('new')
  })
  test('a merged quake takes no more reports', () => {
    expect(verdict({ ...auto, id: 'again' }, [one(auto, { mergedInto: 'q-9' })])).toBe('new')
  })
})

describe('a person’s binding', () => {
  const auto = reportOf(ningbo)
  const mine = one(auto, { id: 'mine' })
  const other = one(formalOf(ningbo, { originTime: SHOCK + 30 * MINUTE, latitude: 40 }), { id: 'other' })
  test('overrides every rule, for ever and for every suffix', () => {
    const bound = [{ source: 'cenc-a', baseId: baseId(auto.sourceEventId), quakeId: 'other' }]
    for (const suffix of ['', '_A', '_I']) {
      const found = associate({ ...auto, id: 'x', sourceEventId: auto.sourceEventId + suffix }, [mine, other], bound)
      expect(found.verdict === 'known' && found.quake.id).toBe('other')
    }
  })
  test('the newest one counts, and only for its own source', () => {
    const bound = [
      { source: 'cenc-a', baseId: auto.sourceEventId, quakeId: 'other' },
      { source: 'cenc-a', baseId: auto.sourceEventId, quakeId: 'mine' },
    ]
    const found = associate({ ...auto, id: 'x' }, [mine, other], bound)
    expect(found.verdict === 'known' && found.quake.id).toBe('mine')
    const elsewhere = associate({ ...auto, id: 'x', source: 'cenc-b' }, [mine, other], bound.slice(0, 1))
    expect(elsewhere.verdict === 'known' && elsewhere.quake.id).toBe('mine')
  })
})

describe('versions', () => {
  const a = formalOf(ningbo, { id: 'a' })
  test('the newest per id is kept, in order of arrival', () => {
    const b = reportOf(ningbo, { id: 'b' })
    expect(latestVersions([a, b, { ...a, id: 'a2' }]).map((r) => r.id)).toEqual(['b', 'a2'])
  })
  test('a delete takes its row back, and the row may stand again', () => {
    expect(standingReports(quakeOf([a, deleteOf(a)]))).toEqual([])
    expect(standingReports(quakeOf([a, deleteOf(a), { ...a, id: 'a2' }])).map((r) => r.id)).toEqual(['a2'])
  })
  test('a delete that names the id without its suffix takes both stages back', () => {
    const auto = { ...a, id: 'auto', sourceEventId: 'CC.1_A' }
    const formal = { ...a, id: 'formal', sourceEventId: 'CC.1_I' }
    expect(standingReports(quakeOf([auto, formal, deleteOf({ ...a, sourceEventId: 'CC.1' })]))).toEqual([])
  })
  test('a version dated before the one we have does not stand', () => {
    const first = { ...a, id: 'old', issuedAt: 1000 }
    const second = { ...a, id: 'new', issuedAt: 2000 }
    expect(standingReports(quakeOf([first, second, { ...first, id: 'again' }])).map((r) => r.id)).toEqual(['new'])
  })
})

describe('well separated quakes', () => {
  const spot = fc.record({
    kind: fc.integer({ min: 0, max: 3 }),
    seconds: fc.double({ min: -4, max: 4, noNaN: true }),
    km: fc.double({ min: -8, max: 8, noNaN: true }),
  })
  const sources: Partial<StoredReport>[] = [
    { source: 'cenc-a', sourceCode: 'AU', evaluation: 'automatic' },
    { source: 'cenc-a', sourceCode: 'CC', evaluation: 'reviewed' },
    { source: 'usgs', authority: 'foreign', agency: 'US', sourceCode: '', evaluation: 'reviewed' },
    { source: 'emsc', authority: 'foreign', agency: 'EMSC', sourceCode: '', evaluation: 'automatic' },
  ]
  test('are told apart in whatever order their reports arrive', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(spot, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.nat()),
        (groups, order) => {
          const reports = groups.flatMap((group, index) =>
            [...new Map(group.map((s) => [s.kind, s])).values()].map((s) =>
              reportOf(ningbo, {
                ...sources[s.kind],
                sourceEventId: `${index}-${s.kind}`,
                originTime: SHOCK + index * 30 * MINUTE + s.seconds * SECOND,
                latitude: north(20 + index * 8, s.km),
              }),
            ),
          )
          const shuffled = reports
            .map((report) => ({ report, key: order.next().value ?? 0 }))
            .toSorted((x, y) => x.key - y.key)
          const grouping = (list: StoredReport[]): string[] =>
            gather(list)
              .map((quake) =>
                quake.reports
                  .map((r) => r.sourceEventId)
                  .toSorted()
                  .join(' '),
              )
              .toSorted()
          const expected = grouping(reports)
          expect(grouping(shuffled.map((s) => s.report))).toEqual(expected)
          expect(expected).toHaveLength(groups.length)
        },
      ),
      { numRuns: 150 },
    )
  })
})
