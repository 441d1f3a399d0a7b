// In: claims of a month. Out: proof that every figure is the number of its rows, and that a clock is counted in one place only.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MINUTE } from '../../../src/core/instant.ts'
import { VERDICTS } from '../../../src/core/notice.ts'
import { CLAIM_STATES } from '../../../src/core/rumour/claim-states.ts'
import { CLAIM_CLOCKS } from '../../../src/core/rumour/clocks.ts'
import { countClaims, countClocks, countReports, type ReckonedClaim } from '../../../src/core/rumour/reckoning.ts'

const NOW = 1_000 * MINUTE
const claim = (over: Partial<ReckonedClaim> = {}): ReckonedClaim => ({
  id: 'c-1',
  title: '传言',
  risk: 2,
  state: 'published',
  verdict: '不实',
  openedAt: 0,
  answeredAt: 30 * MINUTE,
  corrections: 0,
  withdrawals: 0,
  referrals: 0,
  isLate: false,
  reports: 3,
  denials: 1,
  clocks: [],
  ...over,
})
const valueOf = (claims: readonly ReckonedClaim[], key: string): number | undefined =>
  [...countClaims(claims), ...countReports(claims)].find((figure) => figure.key === key)?.value

describe('the figures of a span', () => {
  test('are numbers of rows that one can look up', () => {
    const instants = fc.option(fc.integer({ min: 0, max: 1_000 }).map((minutes) => minutes * MINUTE))
    const claims = fc.array(
      fc.record({
        state: fc.constantFrom(...CLAIM_STATES),
        risk: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const),
        verdict: fc.option(fc.constantFrom(...VERDICTS)),
        answeredAt: instants,
        corrections: fc.nat(2),
        withdrawals: fc.nat(2),
        referrals: fc.nat(2),
        isLate: fc.boolean(),
        reports: fc.nat(9),
        denials: fc.nat(9),
        clocks: fc.array(
          fc.record({
            clock: fc.constantFrom(...CLAIM_CLOCKS),
            startedAt: fc.constant(0),
            dueAt: fc.integer({ min: 0, max: 2_000 }).map((minutes) => minutes * MINUTE),
            metAt: instants,
            stoppedAt: fc.constant(null),
          }),
          { maxLength: 4 },
        ),
      }),
      { maxLength: 20 },
    )
    fc.assert(
      fc.property(claims, (given) => {
        const all = given.map((one, index) => claim({ ...one, id: `c-${index}` }))
        for (const { value, rows } of countClaims(all)) {
          expect(value).toBe(rows.length)
          expect(new Set(rows).size).toBe(rows.length)
        }
        const rounds = all.flatMap(({ clocks }) => clocks).length
        const counted = countClocks(all, NOW).flatMap(({ inTime, late, missed, running }) => [
          ...inTime,
          ...late,
          ...missed,
          ...running,
        ])
        expect(counted).toHaveLength(rounds)
      }),
      { numRuns: 300 },
    )
  })

  test('count a denial apart, and what was answered by what was found', () => {
    const claims = [
      claim(),
      claim({ id: 'c-2', verdict: '属实', corrections: 1 }),
      claim({ id: 'c-3', state: 'dismissed', verdict: null, answeredAt: null, reports: 0 }),
    ]
    expect(valueOf(claims, 'claims')).toBe(3)
    expect(valueOf(claims, 'answered')).toBe(2)
    expect(valueOf(claims, 'verdict 属实')).toBe(1)
    expect(valueOf(claims, 'corrected')).toBe(1)
    expect(valueOf(claims, 'dismissed')).toBe(1)
    expect([valueOf(claims, 'reports'), valueOf(claims, 'denials')]).toEqual([6, 3])
  })

  test('say of each clock what was kept, what was late, what was missed, and how long half of them took', () => {
    const clock = (dueAt: number, metAt: number | null, stoppedAt: number | null = null) => ({
      clock: 'acknowledge' as const,
      startedAt: 0,
      dueAt: dueAt * MINUTE,
      metAt: metAt === null ? null : metAt * MINUTE,
      stoppedAt: stoppedAt === null ? null : stoppedAt * MINUTE,
    })
    const claims = [
      claim({ id: 'a', clocks: [clock(5, 3)] }),
      claim({ id: 'b', clocks: [clock(5, 9)] }),
      claim({ id: 'c', clocks: [clock(5, null)] }),
      claim({ id: 'd', clocks: [clock(5_000, null)] }),
      claim({ id: 'e', clocks: [clock(5, null, 2)] }),
    ]
    expect(countClocks(claims, NOW)).toEqual([
      { clock: 'acknowledge', inTime: ['a'], late: ['b'], missed: ['c'], running: ['d'], medianMs: 3 * MINUTE },
    ])
  })
})
