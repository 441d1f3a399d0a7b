// In: how much came in of late and over the day. Out: proof that a flood is told from a busy hour, and one network's from a city's.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isNarrow, judgeFlow, type Flow } from '../../../src/core/rumour/flow.ts'

test.each([
  ['a quiet night with some reports', { recent: 9, networks: 9, day: 9 }, 'usual'],
  ['an evening five times as busy', { recent: 30, networks: 28, day: 700 }, 'high'],
  ['a hundred within ten minutes of a quiet day', { recent: 100, networks: 90, day: 110 }, 'flood'],
  ['as many as always', { recent: 40, networks: 30, day: 5_700 }, 'usual'],
] as const)('%s', (_what, flow, stand) => {
  expect(judgeFlow(flow)).toBe(stand)
})

test('more within ten minutes is never a lesser word, and few are never a flood', () => {
  const rank = { usual: 0, high: 1, flood: 2 }
  fc.assert(
    fc.property(fc.nat(5_000), fc.nat(5_000), fc.nat(100_000), (recent, more, before) => {
      const now: Flow = { recent, networks: recent, day: before + recent }
      const then: Flow = { recent: recent + more, networks: recent, day: before + recent + more }
      expect(rank[judgeFlow(then)]).toBeGreaterThanOrEqual(rank[judgeFlow(now)])
      if (recent < 10) expect(judgeFlow(now)).toBe('usual')
    }),
  )
})

test('many from few networks are said to be so', () => {
  expect(isNarrow({ recent: 50, networks: 3, day: 50 })).toBe(true)
  expect(isNarrow({ recent: 50, networks: 30, day: 50 })).toBe(false)
  expect(isNarrow({ recent: 5, networks: 1, day: 5 })).toBe(false)
})
