// In: made-up rosters. Out: who is on duty, and that a gap is a moment which no shift covers.
import { array, assert, integer, property, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { findGaps, listOnDuty, type Shift } from '../../../src/core/people/roster.ts'

const shift = (beginsAt: number, endsAt: number, over: Partial<Shift> = {}): Shift => ({
  id: `s-${beginsAt}`,
  accountId: 'p-1',
  role: 'duty',
  beginsAt,
  endsAt,
  ...over,
})

test('several are on duty at once, and at the change of shift exactly the next one is', () => {
  const shifts = [shift(0, 10), shift(10, 20), shift(5, 15, { role: 'lead' })]
  expect(listOnDuty(shifts, 9).map(({ id }) => id)).toEqual(['s-0', 's-5'])
  expect(listOnDuty(shifts, 10).map(({ id }) => id)).toEqual(['s-5', 's-10'])
  expect(listOnDuty(shifts, 20)).toEqual([])
})

test('a lead on duty is no duty officer, and a moment is in a gap exactly where nobody of that role is on duty', () => {
  expect(findGaps([shift(0, 10, { role: 'lead' })], 'duty', 0, 10)).toEqual([{ beginsAt: 0, endsAt: 10 }])
  const spans = array(tuple(integer({ min: -5, max: 30 }), integer({ min: 1, max: 9 })), { maxLength: 8 })
  assert(
    property(spans, (given) => {
      const shifts = given.map(([from, length]) => shift(from, from + length))
      const gaps = findGaps(shifts, 'duty', 0, 24)
      for (let at = 0; at < 24; at += 1) {
        const isGap = gaps.some(({ beginsAt, endsAt }) => beginsAt <= at && at < endsAt)
        expect(isGap).toBe(listOnDuty(shifts, at).length === 0)
      }
      expect(gaps.every(({ beginsAt, endsAt }) => beginsAt >= 0 && endsAt <= 24 && beginsAt < endsAt)).toBe(true)
    }),
  )
})
