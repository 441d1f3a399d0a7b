// In: when reports came. Out: proof that the curve has one stretch per span and the answer's moment where it was. No database.
import { expect, test } from 'vitest'
import { MINUTE } from '../../../src/core/instant.ts'
import { measureSpread } from '../../../src/core/rumour/spread.ts'
import { viewSpread } from '../../../src/web/desk/rumours/spread-view.ts'

const AT = Date.UTC(2026, 2, 4, 2, 0)
const told = (...minutes: number[]) => minutes.map((n) => ({ at: AT + n * MINUTE, platform: '微信', region: '' }))
interface Curve {
  outline: string
  mark: string
  answered: string
  from: string
  to: string
}
const draw = (minutes: number[], answered: number | null): Curve => {
  const at = answered === null ? null : AT + answered * MINUTE
  return viewSpread(measureSpread(told(...minutes), at), at) as Curve
}

test('a single report is one step at the right end, with what lies before it empty', () => {
  const { outline, mark, from, to } = draw([5], null)
  expect(outline).toBe('M0 150H586.7V4.0H640.0V150')
  expect([mark, from, to]).toEqual(['', '3月4日 08:10', '3月4日 10:10'])
})

test('the fuller a span the higher its stretch, and the answer stands between what came before and after it', () => {
  const { outline, mark, answered } = draw([0, 20, 21, 22, 23, 61], 60)
  expect(outline.match(/V/g)).toHaveLength(8)
  expect(outline).toContain('V4.0H')
  expect(outline).toContain('V113.5H')
  expect([mark, answered]).toEqual(['586.7', '3月4日 11:00'])
})
