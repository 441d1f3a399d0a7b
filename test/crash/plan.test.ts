// In: the plan of crashes. Out: proof that a full run leaves no cell out and that the short one takes each point once.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CHANNELS, planCrashes, planQuick, POINTS, TABLE, type Crash } from './plan.ts'

const seeds = fc.integer({ min: 0, max: 2 ** 31 })
const cellOf = (crash: Crash): string => `${crash.victim} ${crash.channel} ${crash.point}`

test('a full run meets every cell several times, whatever the seed, and each with more than one kind of notice', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const crashes = planCrashes(520, seed)
      const cells = Map.groupBy(crashes, cellOf)
      expect(crashes).toHaveLength(520)
      for (const [cell, own] of cells) {
        expect(own.length, cell).toBeGreaterThanOrEqual(3)
        const fixed = own[0]?.channel === 'mass' || own[0]?.point === 'token-hangs'
        if (!fixed) expect(new Set(own.map((crash) => crash.notice)).size, cell).toBeGreaterThan(1)
      }
      const program = CHANNELS.flatMap((channel) => TABLE[channel].map((point) => `program ${channel} ${point}`))
      expect(program.filter((cell) => !cells.has(cell))).toEqual([])
    }),
    { numRuns: 30 },
  )
})

test('the same seed plans the same crashes', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      expect(planCrashes(60, seed)).toEqual(planCrashes(60, seed))
    }),
    { numRuns: 20 },
  )
})

test('the short run takes each crash point once per channel, and every channel once without its database', () => {
  const crashes = planQuick(5)
  const program = crashes.filter((crash) => crash.victim === 'program').map(cellOf)
  expect(new Set(program).size).toBe(program.length)
  expect(program).toHaveLength(CHANNELS.reduce((sum, channel) => sum + TABLE[channel].length, 0))
  for (const victim of ['everything', 'postgres']) {
    expect(crashes.filter((crash) => crash.victim === victim).map((crash) => crash.channel)).toEqual([...CHANNELS])
  }
  expect(new Set(crashes.map((crash) => crash.point))).toEqual(new Set(Object.keys(POINTS)))
})
