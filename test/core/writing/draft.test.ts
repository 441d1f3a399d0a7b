// In: drafts and every order of what people may do with them. Out: proof that nothing is released that others did not approve as it is.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../../src/core/instant.ts'
import { ROLES, type Role } from '../../../src/core/people/roles.ts'
import {
  DRAFT_STATES,
  mayTake,
  nextApproval,
  takeStep,
  type Standing,
  type Step,
} from '../../../src/core/writing/draft.ts'
import { DRAFT_KINDS, GATES, isAtLeast, LEVELS, LOWEST, PATHS } from '../../../src/core/writing/levels.ts'

const NOW = Date.UTC(2026, 0, 31)
const standingOf = (over: Partial<Standing> = {}): Standing => ({
  kind: 'announcement',
  level: 'ordinary',
  state: 'draft',
  version: 1,
  hands: ['a'],
  passes: [],
  dueAt: null,
  ...over,
})
const PASS: Extract<Step, { do: 'pass' }> = { do: 'pass', by: 'b', roles: ['lead'], ticks: [...GATES], seen: 1 }

test('a button is shown for just those steps that the state does not refuse', () => {
  const steps: Step[] = [
    { do: 'edit', by: 'a', level: 'ordinary' },
    { do: 'submit', by: 'a' },
    PASS,
    { do: 'return', by: 'b' },
    { do: 'schedule', by: 'a', at: NOW + HOUR, now: NOW, seen: 1 },
    { do: 'unschedule', by: 'a' },
    { do: 'miss' },
    { do: 'release', seen: 1 },
    { do: 'discard', by: 'a' },
  ]
  for (const state of DRAFT_STATES)
    for (const step of steps)
      expect([state, step.do, mayTake(state, step.do)]).toEqual([
        state,
        step.do,
        takeStep(standingOf({ state }), step).ok,
      ])
  expect(mayTake('released', 'edit')).toBe(false)
  expect(mayTake('missed', 'release')).toBe(true)
})

describe('who approves a draft', () => {
  test.each([
    ['its writer', { by: 'a' }, 'author'],
    ['somebody whose role its level does not name', { roles: ['duty', 'publicity'] as Role[] }, 'role'],
    ['an observer', { roles: ['observer'] as Role[] }, 'role'],
    ['somebody who left one question open', { ticks: GATES.slice(1) }, 'ticks'],
    ['somebody who ticked one question four times', { ticks: ['legal', 'legal', 'legal', 'legal'] }, 'ticks'],
    ['somebody who looked at another version', { seen: 2 }, 'changed'],
  ])('is never %s', (_who, over, rule) => {
    expect(takeStep(standingOf({ state: 'review' }), { ...PASS, ...over })).toMatchObject({ ok: false, rule })
  })

  test('is a lead for an announcement, any second person for a science text, two people for what weighs', () => {
    expect(takeStep(standingOf({ state: 'review' }), PASS)).toMatchObject({ ok: true, standing: { state: 'approved' } })
    const science = standingOf({ kind: 'science', level: 'daily', state: 'review' })
    expect(takeStep(science, { ...PASS, roles: ['duty'] })).toMatchObject({ standing: { state: 'approved' } })
    const weighty = standingOf({ level: 'weighty', state: 'review' })
    const first = takeStep(weighty, { ...PASS, roles: ['publicity'] })
    if (!first.ok) throw new Error(first.reason)
    expect(first.standing).toMatchObject({ state: 'review', passes: ['b'] })
    expect(takeStep(first.standing, PASS)).toMatchObject({ ok: false, rule: 'twice' })
    expect(takeStep(first.standing, { ...PASS, by: 'c', roles: ['duty'] })).toMatchObject({ ok: false, rule: 'role' })
    expect(takeStep(first.standing, { ...PASS, by: 'c' })).toMatchObject({ standing: { state: 'approved' } })
  })

  test('no level is lower than its kind allows', () => {
    for (const kind of DRAFT_KINDS)
      for (const level of LEVELS) {
        const taken = takeStep(standingOf({ kind, level: LOWEST[kind] }), { do: 'edit', by: 'a', level })
        expect([kind, level, taken.ok]).toEqual([kind, level, isAtLeast(level, LOWEST[kind])])
      }
  })
})

test('an hour for a release lies ahead, and not further than a month', () => {
  const at = (instant: number | null): string => {
    const taken = takeStep(standingOf({ state: 'approved' }), {
      do: 'schedule',
      by: 'b',
      at: instant,
      now: NOW,
      seen: 1,
    })
    return taken.ok ? taken.standing.state : taken.rule
  }
  expect([at(null), at(NOW), at(NOW + 31 * DAY), at(NOW + HOUR)]).toEqual(['time', 'time', 'far', 'scheduled'])
})

describe('in every order of acts', () => {
  const person = fc.constantFrom('a', 'b', 'c', 'd')
  const seen = fc.nat({ max: 6 })
  const roles = fc.oneof(fc.constant(['lead'] as Role[]), fc.subarray([...ROLES], { minLength: 1 }))
  const ticks = fc.oneof(
    { weight: 3, arbitrary: fc.constant([...GATES] as string[]) },
    fc.subarray([...GATES] as string[]),
  )
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ do: fc.constant('edit' as const), by: person, level: fc.constantFrom(...LEVELS) }),
    { weight: 4, arbitrary: fc.record({ do: fc.constant('submit' as const), by: person }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('pass' as const), by: person, roles, ticks, seen }) },
    fc.record({ do: fc.constant('return' as const), by: person }),
    fc.record({
      do: fc.constant('schedule' as const),
      by: person,
      at: fc.constant(NOW + HOUR),
      now: fc.constant(NOW),
      seen,
    }),
    fc.record({ do: fc.constant('unschedule' as const), by: person }),
    fc.record({ do: fc.constant('miss' as const) }),
    { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), seen }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('discard' as const), by: fc.constant('a') }) },
  )
  const begun = fc.constantFrom(...DRAFT_KINDS).map((kind) => standingOf({ kind, level: LOWEST[kind] }))

  test('what is released was approved, as it is, by as many others as its level asks, and the last of them fits', () => {
    let released = 0
    fc.assert(
      fc.property(begun, fc.array(step, { maxLength: 40 }), (first, steps) => {
        let now = first
        /** Who passed the version that stands, and with which roles. */
        let approvals: { by: string; roles: readonly Role[] }[] = []
        for (const raw of steps) {
          // Most have the newest page open.
          const each = 'seen' in raw && raw.seen > 0 ? { ...raw, seen: now.version } : raw
          const taken = takeStep(now, each)
          if (!taken.ok) {
            expect(taken.reason).toMatch(/\p{Script=Han}/u)
            continue
          }
          const before = now
          now = taken.standing
          if (each.do === 'edit' || each.do === 'return') approvals = []
          if (each.do === 'pass') approvals.push({ by: each.by, roles: each.roles })
          if (each.do === 'edit') expect(now.hands).toContain(each.by)
          expect(now.version).toBe(before.version + (each.do === 'edit' || each.do === 'return' ? 1 : 0))
          expect(DRAFT_STATES).toContain(now.state)
          expect(now.state === 'scheduled').toBe(now.dueAt !== null)
          expect(['released', 'discarded']).not.toContain(before.state)
          expect(isAtLeast(now.level, LOWEST[now.kind])).toBe(true)
          if (['approved', 'scheduled', 'missed', 'released'].includes(now.state)) {
            expect(nextApproval(now)).toBeNull()
            const path = PATHS[now.level]
            expect(approvals.map(({ by }) => by)).toEqual([...now.passes])
            expect(new Set(now.passes).size).toBe(path.length)
            expect(now.passes.some((by) => now.hands.includes(by))).toBe(false)
            for (const [index, { roles }] of approvals.entries())
              expect(path[index]?.roles.some((role) => roles.includes(role))).toBe(true)
          }
          if (now.state === 'released') released += 1
        }
      }),
      { numRuns: 2_000 },
    )
    expect(released).toBeGreaterThan(20)
  })
})
