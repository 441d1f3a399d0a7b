// In: pairs on which people decided, kept as a file. Out: what the present rules say of each; a rule that breaks one is named here.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MATCH_RULES } from '../../../src/core/rumour/claim-match.ts'
import { countDecisions, judgeDecision, readDecisions, writeDecisions } from '../../../src/core/rumour/decisions.ts'
import { tellDecisions } from '../../tools/match-decisions.ts'

const FILE = new URL('../../fixtures/rumours/decisions.jsonl', import.meta.url)
const decisions = readDecisions(readFileSync(FILE, 'utf8'))

test('the present rules merge nothing that a person kept apart, and offer all that a person put together', () => {
  expect(decisions.length).toBeGreaterThanOrEqual(30)
  const judged = decisions.map((decision) => judgeDecision(decision))
  const against = judged
    .filter(({ verdict }) => verdict !== 'agrees')
    .map(({ decision, match, verdict }) => `${verdict} (${match.band}): ${decision.one} | ${decision.other}`)
  expect(against).toEqual([])
  expect(countDecisions(judged)).toMatchObject({ all: decisions.length, precision: 1, shown: 1 })
})

test('another rule is judged by the same decisions, and each difference is told with both texts', () => {
  // Words alone decide, and hardly any are alike enough.
  const strict = { ...MATCH_RULES, version: 'strict', offerFacts: 99, wholeFacts: 99, suggest: 0.99 }
  const words = { ...strict, sameText: 2, withOne: 2, withTwo: 2, withThree: 2 }
  const missed = decisions.map((one) => judgeDecision(one, words)).filter(({ verdict }) => verdict === 'missed')
  expect(missed.length).toBeGreaterThan(0)
  const lines: string[] = []
  const [one] = decisions
  if (!one) throw new Error('no decision')
  const wrong = {
    ...one,
    one: '成都明天要发生7级大地震，大家赶紧转发',
    other: '成都明天要发生七级大地震,大家赶紧转发!',
    same: false,
  }
  expect(tellDecisions([wrong], (line) => lines.push(line))).toBe(false)
  expect(lines[0]).toContain('would be merged, kept apart by a person')
  expect(lines[0]).toContain(wrong.other)
})

test('a file is read as it was written, and a line that is no decision is named', () => {
  expect(readDecisions(writeDecisions(decisions))).toEqual(decisions)
  expect(() => readDecisions(`${writeDecisions(decisions.slice(0, 2))}\n{"one":"甲"}\n`)).toThrow('line 4')
  // Nothing else may stand in it: who decided, who reported.
  expect(() =>
    readDecisions(
      '{"one":"甲","other":"乙","same":true,"from":"offered","band":null,"rules":null,"day":"2026-01-01","by":"p-1"}',
    ),
  ).toThrow()
})
