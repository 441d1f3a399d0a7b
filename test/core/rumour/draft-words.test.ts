// In: claims of every kind with what was found about them. Out: proof that a draft begins with facts that may stand as they are, never
// with the claim, and that nothing but the summary and the verdict is left to be written before it can go round.
import { describe, expect, test } from 'vitest'
import type { CheckOutcome, CheckRule, UsedRow } from '../../../src/core/rumour/checks/finding.ts'
import { RULE_NAMES } from '../../../src/core/rumour/checks/finding.ts'
import { runChecks } from '../../../src/core/rumour/checks/run.ts'
import { beginWords, type DraftFound } from '../../../src/core/rumour/draft-words.ts'
import { CLAIM_KINDS } from '../../../src/core/rumour/kind.ts'
import { findFaults } from '../../../src/core/writing/fields.ts'
import { claimOf, factsOf } from './checks/readings.ts'

const found = (rule: CheckRule | null, outcome: CheckOutcome, rows: UsedRow[] = []): DraftFound['said'][number] => ({
  rule,
  outcome,
  rows,
  source: rule === null ? '市教育局电话答复' : RULE_NAMES[rule],
})
const WHAT = [{ question: '在哪里？', answer: '中国地震台网正式测定：6月3日18时11分在阿拉善左旗发生5.0级地震。' }]
const draftOf = (kind: (typeof CLAIM_KINDS)[number], said: DraftFound['said'], answers = WHAT) => ({
  summary: '经核实，网传信息没有依据。',
  claim: '学校明天都停课',
  verdict: '不实',
  sheet: '',
  ...beginWords(kind, { said, answers }),
})

describe('a draft', () => {
  test.each(CLAIM_KINDS)('about %s begins with words that may go round as they are', (kind) => {
    const said = (['catalogue', 'number', 'precision', 'recurrence', null] as const).map((rule) =>
      found(rule, 'contradicts'),
    )
    const draft = draftOf(kind, said)
    expect(findFaults('rebuttal', draft)).toEqual([])
    expect(draft.evidence).toContain('市教育局电话答复')
  })

  test('about a forecast names the law, not the foretold place or hour, and says why the agency cannot have said it', () => {
    const text = '中国地震局四川分局通知：兰州明天10时15分要发生7.3级大地震'
    const claim = claimOf(text)
    const said = runChecks(claim, factsOf()).map((one) => ({ ...one, source: RULE_NAMES[one.rule] }))
    const draft = draftOf('predict', said, [])
    expect(findFaults('rebuttal', draft)).toEqual([])
    expect(draft.evidence).toMatch(/《[^》]+》第[一二三四五六七八九十]+条/)
    expect(draft.body).toContain('中国地震局没有分局')
    expect(`${draft.heading}${draft.body}`).not.toMatch(/兰州|10时|7\.3|四川分局/)
  })

  test('says what was determined of the quake it is about, and nothing of a quake where it is about none', () => {
    expect(beginWords('occurred', { said: [], answers: WHAT }).body).toMatch(/^中国地震台网正式测定/)
    expect(beginWords('closure', { said: [], answers: WHAT }).body).not.toContain('阿拉善')
  })

  test('takes nothing from a finding that says nothing, or speaks for the claim', () => {
    const draft = beginWords('occurred', {
      said: [found('catalogue', 'no-data'), found('catalogue', 'supports')],
      answers: [],
    })
    expect(draft.body).not.toContain('没有与之相符')
    expect(beginWords('occurred', { said: [found('catalogue', 'no-data')], answers: [] }).evidence).toBe('')
  })
})
