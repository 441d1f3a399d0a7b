// In: the bench's generator. Out: proof that a seed gives its texts again, that questions have an answer, and that no text is a
// message of the labelled samples.
import { expect, test } from 'vitest'
import { readDevelopmentSet, testWithSet } from '../support/development-set.ts'
import { readLabelled } from '../tools/match-measure.ts'
import { makeTexts } from './similar-texts.ts'
import { spell } from './similar-trgm.ts'

test('one seed gives the same texts, another gives others; every question is about a claim that is there, half of them worded anew', () => {
  const made = makeTexts(2_000, 100, 7)
  expect(makeTexts(2_000, 100, 7)).toEqual(made)
  expect(makeTexts(2_000, 100, 8)).not.toEqual(made)
  expect(made.texts).toHaveLength(2_000)
  for (const { text, kind, right } of made.questions) {
    expect(right.size).toBeGreaterThan(0)
    expect(new Set([...right].map((at) => made.texts[at]?.claim)).size).toBe(1)
    if (kind === 'paraphrase') for (const at of right) expect(made.texts[at]?.text).not.toBe(text)
    expect(text).not.toMatch(/[{}]/)
  }
})

testWithSet('no text is one of the labelled messages', () => {
  const labelled = new Set(readLabelled(readDevelopmentSet()).map(({ text }) => spell(text)))
  for (const { text } of makeTexts(5_000, 200, 20_170_603).texts) expect(labelled).not.toContain(spell(text))
})
