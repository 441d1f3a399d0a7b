// In: messages of citizens, answers of the desk. Out: proof that a bare question is told from a claim in a question's form, that one
// answer goes only to those who ask the same, and that no answer predicts.
import { expect, test } from 'vitest'
import { asksTheSame, findReplyFault, isBareQuestion, prepareReplies } from '../../../src/core/rumour/questions.ts'
import { signMessage } from '../../../src/core/rumour/signature.ts'

const NOW = Date.UTC(2026, 2, 4, 10, 5)

test.each([
  ['刚才是地震吗', true],
  ['请问刚刚是不是有震感？', true],
  ['地震来了怎么躲？', true],
  ['听说今晚洛阳有8级大地震，是真的吗', false],
  ['网上说明天全市停课，真的假的？', false],
  ['刚刚发生地震了', false],
])('%s: asks and asserts nothing: %s', (text, bare) => {
  expect(isBareQuestion(signMessage(text))).toBe(bare)
})

test.each([
  ['刚才是地震吗', '请问刚刚是不是有震感？', true],
  ['刚才是地震吗', '请问刚才是地震吗？', true],
  ['洛阳刚才是地震吗', '开封刚才是地震吗', false],
  ['刚才是地震吗', '你们几点下班？', false],
])('%s / %s: one answer for both: %s', (a, b, same) => {
  expect(asksTheSame(signMessage(a), signMessage(b))).toBe(same)
  expect(asksTheSame(signMessage(b), signMessage(a))).toBe(same)
})

test('what is prepared may go out as it is, whatever the bureau has said', () => {
  const said = [{ title: '内蒙古阿拉善左旗发生5.0级地震', url: 'https://bureau.example/n/bbbb3333' }]
  const sheet = {
    citation: 'fs-0a1b2c3d4e5f 第1版',
    answers: [{ question: '在哪里？', answer: '在阿拉善左旗。' }],
    originTime: null,
  }
  const replies = prepareReplies(said, sheet, NOW)
  // What rests on the sheet says so, and nothing else does.
  expect(replies.filter(({ sheet: cited }) => cited !== '')).toEqual([
    { words: '在阿拉善左旗。', sheet: 'fs-0a1b2c3d4e5f 第1版' },
  ])
  const prepared = replies.map(({ words }) => words)
  expect(prepared[0]).toContain('https://bureau.example/n/bbbb3333')
  expect(prepared.join('\n')).toContain('截至 18:05')
  // Nobody is told that nothing was determined yet, while something was.
  const fresh = prepareReplies(said, { ...sheet, originTime: NOW - 600_000 }, NOW).map(({ words }) => words)
  expect(fresh.join('\n')).not.toContain('尚未收到')
  for (const words of prepared) expect([words, findReplyFault(words)]).toEqual([words, null])
})

test.each([
  ['', /请写好答复/],
  ['今晚不会再发生更大的地震，请放心睡觉。', /含预测意见/],
  ['预计未来三天还有5级余震。', /含预测意见/],
  ['震'.repeat(501), /最多 500 字/],
])('%s is not sent', (words, why) => {
  expect(findReplyFault(words)).toMatch(why)
})
