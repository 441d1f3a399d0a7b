// Which rule speaks, who authorised it, and when an aftershock stays on the website.
import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE, SECOND } from '../../../src/core/instant.ts'
import type { Policy, Rule } from '../../../src/core/judgement/policy.ts'
import { describeStale } from '../../../src/core/judgement/rules.ts'
import type { StoredReport } from '../../../src/core/quake.ts'
import {
  authorisationOf,
  BUREAUX,
  formalOf,
  judgeScene,
  policyOf,
  quakeOf,
  reportOf,
  SHOCK,
  short,
  SOON,
  spokenOf,
} from './bureaux.ts'

const { yinchuan, hefei, chengdu, lhasa, ningbo } = BUREAUX
const soon = { now: SHOCK + 9 * MINUTE }
const ruleOf = (report: StoredReport, bureau = chengdu): string => {
  const judged = judgeScene([report], { bureau, world: soon })
  return judged.act === 'publish' ? (judged.word.rule?.name ?? '') : short(judged)
}

describe('without rules in the YAML', () => {
  const far = { latitude: 41.2, longitude: 83.3, place: '新疆阿克苏地区库车市' }
  const fiji = { latitude: -17.9, longitude: -178.5, place: '斐济群岛' }
  test.each([
    ['a felt quake near home goes to every outlet', formalOf(chengdu), 'felt-here'],
    [
      'M 4.0 within 300 km, felt or not',
      formalOf(chengdu, {
        latitude: 28.2,
        longitude: 103.2,
        place: '四川凉山州雷波县',
        magnitude: { value: 4, type: 'M' },
      }),
      'near',
    ],
    [
      'M 3.9 there says nothing',
      formalOf(chengdu, {
        latitude: 28.2,
        longitude: 103.2,
        place: '四川凉山州雷波县',
        magnitude: { value: 3.9, type: 'M' },
      }),
      'record rules',
    ],
    ['a domestic M 6.0 far away', formalOf(chengdu, { ...far, magnitude: { value: 6, type: 'M' } }), 'strong-domestic'],
    [
      'a domestic M 5.9 far away says nothing',
      formalOf(chengdu, { ...far, magnitude: { value: 5.9, type: 'M' } }),
      'record rules',
    ],
    ['M 7.0 abroad', formalOf(chengdu, { ...fiji, magnitude: { value: 7, type: 'M' } }), 'great-abroad'],
    ['M 6.9 abroad says nothing', formalOf(chengdu, { ...fiji, magnitude: { value: 6.9, type: 'M' } }), 'record rules'],
    [
      'a figure that rounds up to the threshold counts',
      formalOf(chengdu, { ...fiji, magnitude: { value: 6.95, type: 'M' } }),
      'great-abroad',
    ],
  ])('%s', (_name, report, expected) => {
    expect(ruleOf(report)).toBe(expected)
  })
  test.each(Object.entries(BUREAUX))('%s speaks of its own quake', (_name, bureau) => {
    expect(ruleOf(formalOf(bureau), bureau)).toBe('felt-here')
  })
  test('the quake that founded this project is ours: M 4.8, 240 km off', () => {
    const report = reportOf(yinchuan, {
      latitude: 37.98,
      longitude: 103.59,
      magnitude: { value: 4.8, type: 'M' },
      place: '内蒙古阿拉善盟阿拉善左旗',
    })
    expect(ruleOf(report, yinchuan)).toBe('felt-here')
  })
})

describe('the keys of `when`', () => {
  const spoken = (when: Rule['when'], report = formalOf(hefei), more: Partial<Policy> = {}): boolean => {
    const rules: Rule[] = [{ name: 'only', when, outlets: ['*'], mode: 'auto', vetoSeconds: 0 }]
    return judgeScene([report], { policy: policyOf(hefei, { rules, ...more }), world: soon }).act === 'publish'
  }
  test.each([
    [{ minMagnitude: 4.2 }, true],
    [{ minMagnitude: 4.3 }, false],
    [{ maxDistanceKm: 40 }, true],
    [{ maxDistanceKm: 20 }, false],
    [{ minIntensity: 3 }, true],
    [{ minIntensity: 7 }, false],
    [{ region: 'domestic' }, true],
    [{ region: 'abroad' }, false],
    [{ evaluation: 'reviewed' }, true],
    [{ evaluation: 'automatic' }, false],
    [{ kinds: ['earthquake', 'mining'] }, true],
    [{ kinds: ['mining'] }, false],
    [{ minMagnitude: 4, maxDistanceKm: 20 }, false],
    [{}, true],
  ] as [Rule['when'], boolean][])('%j: %s', (when, expected) => {
    expect(spoken(when)).toBe(expected)
  })
  test('the first matching rule wins, also when it says record', () => {
    const rules: Rule[] = [
      { name: 'never', when: { minMagnitude: 4 }, outlets: [], mode: 'record', vetoSeconds: 0 },
      { name: 'all', when: {}, outlets: ['*'], mode: 'auto', vetoSeconds: 0 },
    ]
    expect(short(judgeScene([formalOf(hefei)], { policy: policyOf(hefei, { rules }), world: soon }))).toBe(
      'record rules',
    )
  })
  test('a watched place makes a quake ours that home would not feel', () => {
    const remote = formalOf(hefei, {
      latitude: 41.2,
      longitude: 83.3,
      place: '新疆阿克苏地区库车市',
      magnitude: { value: 5, type: 'M' },
    })
    expect(short(judgeScene([remote], { bureau: hefei, world: soon }))).toBe('record rules')
    const watch = [{ name: '库车市', code: '652902', latitude: 41.7, longitude: 82.96, siteTerm: 0 }]
    expect(judgeScene([remote], { policy: policyOf(hefei, { watch }), world: soon }).act).toBe('publish')
  })
  test('an undecidable place counts as domestic', () => {
    const border = formalOf(lhasa, {
      latitude: 25,
      longitude: 97.8,
      place: '中缅边境',
      magnitude: { value: 6.1, type: 'M' },
    })
    expect(ruleOf(border, ningbo)).toBe('strong-domestic')
  })
})

describe('authorisations', () => {
  const act = (authorisations: Policy['authorisations'], report = formalOf(ningbo)): string =>
    short(judgeScene([report], { policy: policyOf(ningbo, { authorisations }), world: soon }))
  test.each([
    ['a missing one', []],
    ['one for another kind', [authorisationOf('quick-report')]],
    ['an expired one', [authorisationOf('formal-report', { expiresAt: SHOCK })]],
    ['one signed for later', [authorisationOf('formal-report', { signedAt: SHOCK + HOUR })]],
    ['one whose template changed since', [authorisationOf('formal-report', { sha256: 'older' })]],
    ['one without the source', [authorisationOf('formal-report', { sources: ['cenc-b'] })]],
    ['one with a higher threshold', [authorisationOf('formal-report', { when: { minMagnitude: 5 } })]],
  ])('%s holds a first word', (_name, authorisations) => {
    expect(act(authorisations)).toBe('hold authorisation')
  })
  test('a live one among stale ones is found, and its id goes with the notice', () => {
    const live = authorisationOf('formal-report', { id: 'live' })
    const judged = judgeScene([formalOf(ningbo)], {
      policy: policyOf(ningbo, { authorisations: [authorisationOf('formal-report', { expiresAt: 0 }), live] }),
      world: soon,
    })
    expect(judged.act === 'publish' && judged.word.authorisation?.id).toBe('live')
  })
  test('what a person releases needs none', () => {
    const report = formalOf(ningbo)
    const judged = judgeScene([report], {
      policy: policyOf(ningbo, { authorisations: [] }),
      world: soon,
      released: [report.id],
    })
    expect(judged.act).toBe('publish')
  })
  test('staleness names its cause', () => {
    const hashes = { 'formal-report': 'now' }
    expect(describeStale(authorisationOf('formal-report'), hashes, SHOCK)).toContain('有改动')
    expect(
      describeStale(authorisationOf('formal-report', { sha256: 'now', expiresAt: SHOCK }), hashes, SHOCK),
    ).toContain('有效期')
    expect(describeStale(authorisationOf('formal-report', { sha256: 'now' }), hashes, SHOCK)).toBeNull()
  })
})

describe('modes', () => {
  const policy = (mode: Rule['mode']): Policy =>
    policyOf(lhasa, { rules: [{ name: 'one', when: {}, outlets: ['*'], mode, vetoSeconds: 60 }] })
  const formal = formalOf(lhasa)
  const after = (ms: number, listeningSince?: number): string =>
    short(
      judgeScene([formal], {
        policy: policy('veto'),
        world: { now: formal.receivedAt + ms },
        ...(listeningSince === undefined ? {} : { listeningSince }),
      }),
    )
  test('veto goes out after its time unless stopped', () => {
    expect([after(0), after(59 * SECOND), after(60 * SECOND)]).toEqual([
      'veto formal-report',
      'veto formal-report',
      'publish formal-report',
    ])
  })
  test('one that fell due while we were down is not fired before the sources were heard', () => {
    const start = formal.receivedAt + 20 * MINUTE
    expect(after(20 * MINUTE, start)).toBe('veto formal-report')
    expect(after(21 * MINUTE, start)).toBe('publish formal-report')
  })
  test('hold leaves it to a person', () => {
    expect(short(judgeScene([formal], { policy: policy('hold'), world: soon }))).toBe('hold rule')
  })
  test('a great automatic is held, whatever the rule says', () => {
    const great = reportOf(lhasa, { magnitude: { value: 6.9, type: 'M' } })
    expect(short(judgeScene([great], { policy: policy('veto') }))).toBe('hold size')
  })
  test('a follow-up does not wait for a veto', () => {
    const first = reportOf(lhasa)
    expect(short(judgeScene(spokenOf([first, formal], first), { policy: policy('veto'), world: soon }))).toBe(
      'publish formal-report',
    )
  })
})

describe('aftershocks', () => {
  const main = quakeOf([formalOf(chengdu, { latitude: 31, longitude: 103.4, magnitude: { value: 6.2, type: 'M' } })], {
    id: 'q-main',
  })
  const shock = (over: Partial<StoredReport>): StoredReport =>
    formalOf(chengdu, {
      latitude: 31.5,
      longitude: 103.2,
      originTime: SHOCK + 20 * MINUTE,
      receivedAt: SHOCK + 28 * MINUTE,
      place: '四川阿坝州汶川县',
      ...over,
    })
  const only = (report: StoredReport, nearby = [main]): boolean | string => {
    const judged = judgeScene([report], { bureau: chengdu, nearby, world: { now: SHOCK + 28 * MINUTE } })
    return judged.act === 'publish' ? judged.word.websiteOnly : short(judged)
  }
  const small = { magnitude: { value: 4.1, type: 'M' } }
  test('one that home does not feel stays on the website', () => {
    expect(only(shock({ ...small, latitude: 31.75 }))).toBe(true)
  })
  test('one that home feels at III goes everywhere', () => {
    expect(only(shock({ magnitude: { value: 5.2, type: 'M' }, latitude: 31 }))).toBe(false)
  })
  test('one nearly as large as the main shock goes everywhere', () => {
    const west = { latitude: 32.3, longitude: 101.9, place: '四川阿坝州马尔康市' }
    const remote = quakeOf([formalOf(chengdu, { ...west, magnitude: { value: 4.6, type: 'M' } })], { id: 'q-main' })
    expect(only(shock({ ...west, magnitude: { value: 4.1, type: 'M' } }), [remote])).toBe(false)
    expect(only(shock({ ...west, magnitude: { value: 4, type: 'M' } }), [remote])).toBe(true)
  })
  test('a quake elsewhere at the same hour is no aftershock', () => {
    expect(only(shock({ ...small, latitude: 29.1, longitude: 102.6, place: '四川凉山州甘洛县' }))).toBe(false)
  })
  test('nor is a foreshock, nor one that only a foreign network made the main shock of', () => {
    expect(only(shock({ ...small, latitude: 31.75, originTime: SHOCK - MINUTE }))).toBe(false)
    const foreign = quakeOf(
      main.reports.map((r) => ({ ...r, authority: 'foreign' as const })),
      { id: 'q-main' },
    )
    expect(only(shock({ ...small, latitude: 31.75 }), [foreign])).toBe(false)
  })
  test('the formal report of one that the website alone carried stays there, too', () => {
    const first = reportOf(chengdu, {
      ...small,
      latitude: 31.75,
      longitude: 103.2,
      originTime: SHOCK + 20 * MINUTE,
      receivedAt: SHOCK + 22 * MINUTE,
    })
    const quake = spokenOf([first, shock({ ...small, latitude: 31.75 })], first)
    const judged = judgeScene(quake, { bureau: chengdu, nearby: [main], world: { now: SHOCK + 28 * MINUTE } })
    expect(short(judged)).toBe('publish formal-report')
    expect(judged.act === 'publish' && judged.word.websiteOnly).toBe(true)
  })
})

test('a quick report is worded for the automatic that it states, received two minutes after the shock', () => {
  const judged = judgeScene([reportOf(ningbo)], { bureau: ningbo, world: { now: SOON } })
  expect(judged.act === 'publish' && judged.word.kind).toBe('quick-report')
})
