// What the board says by day of the holds that would come at night: every rule that speaks by itself, asked before any quake.
import { expect, test } from 'vitest'
import { describeForeseen, foreseeHolds, isReplaced } from '../../../src/core/judgement/foresight.ts'
import { DEFAULT_RULES } from '../../../src/core/judgement/rules.ts'
import type { Authorisation, Policy, Rule } from '../../../src/core/judgement/policy.ts'
import type { NoticeKind } from '../../../src/core/notice.ts'
import { authorisationOf, BUREAUX, policyOf } from './bureaux.ts'

const NOW = 1_000_000
const SOURCES = ['cenc-a', 'cenc-b']
const auto = (over: Partial<Rule> = {}): Rule => ({
  name: 'near',
  when: { minMagnitude: 4, maxDistanceKm: 300 },
  outlets: ['*'],
  mode: 'auto',
  vetoSeconds: 0,
  ...over,
})
const sign = (kind: NoticeKind, over: Partial<Authorisation> = {}): Authorisation =>
  authorisationOf(kind, { signedAt: 0, expiresAt: NOW * 10, ...over })
const both = (over: Partial<Authorisation> = {}): Authorisation[] => [
  sign('quick-report', over),
  sign('formal-report', over),
]
const policy = (over: Partial<Policy>): Policy => policyOf(BUREAUX.yinchuan, { rules: [auto()], ...over })
const told = (over: Partial<Policy>, sources: readonly string[] = SOURCES): string[] =>
  foreseeHolds(policy(over), sources, NOW).map(describeForeseen)

test('nothing is foreseen where every rule that speaks by itself is covered, whatever else is not', () => {
  expect(told({ authorisations: both() })).toEqual([])
  expect(told({ authorisations: both({ when: { minMagnitude: 3, maxDistanceKm: 500 } }) })).toEqual([])
  expect(told({ authorisations: [], rules: [auto({ mode: 'hold' }), auto({ mode: 'record' })] })).toEqual([])
  expect(told({ authorisations: [], rules: [auto({ notice: 'correction' })] })).toEqual([])
})

test('a kind that nobody has signed for is told with every rule it concerns, veto rules too', () => {
  expect(
    told({ authorisations: [sign('formal-report')], rules: [auto(), auto({ name: 'far', mode: 'veto' })] }),
  ).toEqual(['规则 near、far 的自动速报将全部转为待核，由人工核发：没有自动速报的预授权'])
})

test.each([
  ['an edited template', { sha256: 'of before' }, '签署后模板有改动', 500],
  ['the clock', { expiresAt: 700 }, '已过有效期', 700],
  ['a person', { endedAt: 800 }, '已撤销', 800],
] as const)('what %s has ended is told with its reason and since when', (_who, over, reason, since) => {
  const authorisations = [sign('quick-report', over), sign('formal-report')]
  const [found, ...rest] = foreseeHolds(policy({ authorisations, hashesSince: { 'quick-report': 500 } }), SOURCES, NOW)
  expect(found).toMatchObject({ kind: 'quick-report', whole: true, since })
  expect(found?.why).toContain(reason)
  expect(rest).toEqual([])
})

test('since when is the moment at which the last of several ceased', () => {
  const gone = [sign('quick-report', { expiresAt: 300 }), sign('quick-report', { id: 'two', expiresAt: 600 })]
  const [found] = foreseeHolds(policy({ authorisations: [...gone, sign('formal-report')] }), SOURCES, NOW)
  expect(found?.since).toBe(600)
})

test.each([
  ['a greater magnitude', { minMagnitude: 5 }],
  ['a nearer quake', { maxDistanceKm: 100 }],
  ['an intensity', { minIntensity: 2 }],
  ['one half of the world', { region: 'domestic' as const }],
  ['one kind of event', { kinds: ['earthquake' as const] }],
])('an authorisation that asks for %s than the rule is told as covering a part', (_what, when) => {
  expect(told({ authorisations: both({ when }) })).toEqual([
    '规则 near 的自动速报有一部分将转为待核：预授权的条件窄于规则',
    '规则 near 的正式速报有一部分将转为待核：预授权的条件窄于规则',
  ])
})

test('a source that may speak and is in no authorisation is named', () => {
  expect(told({ authorisations: both({ sources: ['cenc-a'] }) })).toEqual([
    '规则 near 的自动速报有一部分将转为待核：来源 cenc-b 未列入预授权',
    '规则 near 的正式速报有一部分将转为待核：来源 cenc-b 未列入预授权',
  ])
})

test('the rules that stand without any in the configuration are asked, too', () => {
  const found = foreseeHolds(policy({ rules: DEFAULT_RULES, authorisations: [] }), SOURCES, NOW)
  expect(found.map(({ rules }) => rules)).toEqual([
    DEFAULT_RULES.map(({ name }) => name),
    DEFAULT_RULES.map(({ name }) => name),
  ])
})

test('a stale authorisation is missed by nobody once another covers at least the same', () => {
  const stale = sign('quick-report', { id: 'old', sha256: 'of before', when: { minMagnitude: 5 }, sources: ['cenc-a'] })
  const with_ = (over: Partial<Authorisation>): boolean =>
    isReplaced(stale, policy({ authorisations: [stale, sign('quick-report', over)] }), NOW)
  expect(with_({})).toBe(true)
  expect(with_({ when: { minMagnitude: 6 } })).toBe(false)
  expect(with_({ sources: ['cenc-b'] })).toBe(false)
  expect(with_({ expiresAt: 5 })).toBe(false)
  expect(isReplaced(stale, policy({ authorisations: [stale] }), NOW)).toBe(false)
})
