// The patterns of forecasts look ahead before they look back, for speed alone: without that look they find the same.
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { FORECASTS } from '../../../src/core/rendering/forecast-words.ts'

/** The pattern without the look ahead that opens it. */
function plain(pattern: RegExp): RegExp | null {
  const { source } = pattern
  if (!source.startsWith('(?=')) return null
  let depth = 0
  let end = 0
  for (; end === 0 || depth > 0; end += 1) depth += source[end] === '(' ? 1 : source[end] === ')' ? -1 : 0
  return new RegExp(source.slice(end), 'u')
}

const pairs = FORECASTS.map((pattern) => ({ pattern, slow: plain(pattern) })).filter((pair) => pair.slow !== null)

const words = (text: string): fc.Arbitrary<string> => fc.constantFrom('', ...text.split(' '))

/** What stands before, the words that open a forecast, what would happen, and to what. */
const clause = fc
  .tuple(
    words('为什么 为什么都 每年都 协 不能 不 关于本市 过去 过去的 近 震后 二 3 ，'),
    words('会 会再次 不会 预计 预测 研判 料 24小时内 三天内 十个月之内 100年内 三十几'),
    words('， 本市 的'),
    words('发生 出现 将 再发生 必 可能 要 有 有感'),
    words('的 ， 较大'),
    words('地震 3.0级 地震局 余震 强震 。'),
  )
  .map((parts) => parts.join(''))

it('a forecast is found or not, look or no look', () => {
  expect(pairs).toHaveLength(3)
  const text = fc.array(clause, { maxLength: 3 }).map((clauses) => clauses.join(''))
  const hits = pairs.map(() => 0)
  fc.assert(
    fc.property(text, (line) => {
      for (const [index, { pattern, slow }] of pairs.entries()) {
        const [fast, reference] = [pattern.exec(line), slow?.exec(line) ?? null]
        expect([fast?.index, fast?.[0]]).toEqual([reference?.index, reference?.[0]])
        if (reference) hits[index] = (hits[index] ?? 0) + 1
      }
    }),
    { numRuns: 4_000 },
  )
  expect(Math.min(...hits)).toBeGreaterThan(0)
})
