// In: labelled messages of other provinces and things, written to be told apart. Out: proof that the machine merges none of two
// claims, offers what is one, and knows a denial; figures of the first reading stand beside the files.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { matchClaims } from '../../../src/core/rumour/claim-match.ts'
import { signMessage } from '../../../src/core/rumour/signature.ts'
import { isAuto, isShown, measure, pairUp, readLabelled } from '../../tools/match-measure.ts'
import { readDevelopmentSet, testWithSet } from '../../support/development-set.ts'

const FOLDER = new URL('../../fixtures/rumours/', import.meta.url)
const FILES = readdirSync(FOLDER).filter((name) => /^elsewhere-\w\.json$/.test(name))
const readText = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8')

test('there are ten sets beside the development set', () => {
  expect(FILES).toHaveLength(10)
})

test.each(FILES)(
  'in %s the machine errs in at most 2 %% of its merges and finds 85 %% of what is one claim',
  (file) => {
    const pairs = pairUp(readLabelled(readText(file)))
    const auto = measure(pairs, isAuto)
    expect(auto.precision).toBeGreaterThanOrEqual(0.98)
    expect(auto.recall).toBeGreaterThanOrEqual(0.85)
    expect(measure(pairs, isShown).recall).toBeGreaterThanOrEqual(0.92)
  },
)

function findWrong(text: string): unknown[] {
  type Labelled = { text: string; stance: string }[]
  const value = JSON.parse(text) as Labelled | { messages: Labelled }
  return (Array.isArray(value) ? value : value.messages).filter(({ text: said, stance }) => {
    const denies = signMessage(said).stance === 'deny'
    return stance === 'denial' ? !denies : stance === 'rumour' && denies
  })
}

test.each(FILES)('in %s no denial counts as a copy of a rumour, and no rumour as a denial', (file) => {
  expect(findWrong(readText(file))).toEqual([])
})

testWithSet('nor in the development set', () => {
  expect(findWrong(readDevelopmentSet())).toEqual([])
})

test.each([
  ['another thing', '超市的水被抢光了', '超市的面被抢光了，水还有'],
  ['another child', '震中捡到一个小女孩，四岁左右', '四岁左右小男孩，震中捡到的'],
  ['another school', '市一中的楼裂了，家长快来接', '市二中的楼裂了，家长快来接'],
  ['another span', '专家说接下来半年还要震', '专家说接下来一年还要震'],
  ['another day of the moon', '大师算出五月十五要震', '大师算出五月二十五要震'],
  ['more of them', '县医院送来三十多具遗体', '县医院送来三百多具遗体'],
  ['all of them out again', '矿上震了，井下50人没上来', '矿上震了，井下50人全上来了'],
])('%s is another claim', (_, a, b) => {
  expect(matchClaims(signMessage(a), signMessage(b)).band).not.toBe('auto')
})
