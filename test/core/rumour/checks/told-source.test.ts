// In: texts of claims. Out: proof that the name under which they speak stands on the page as they say it, and that nothing is guessed.
import { expect, test } from 'vitest'
import { findToldSources } from '../../../../src/core/rumour/checks/told-source.ts'

test.each([
  ['我姑父是地震局的，他说凌晨三点有大地震', ['我姑父']],
  ['地震局内部消息，今晚有8级地震', ['地震局内部消息']],
  ['中国地震局四川分局通知，明天有地震', ['中国地震局四川分局']],
  ['专家预测今年还有大震', ['专家']],
  ['今晚有8级地震，大家别睡', []],
  ['请以官方发布为准', []],
])('%s speaks in the name of %j', (text, sources) => {
  expect(findToldSources([text])).toEqual(sources)
})

test('what several copies say stands once, and what is part of a longer name does not stand beside it', () => {
  expect(findToldSources(['内部消息，今晚有地震', '地震局内部消息，今晚有地震', '内部消息！'])).toEqual([
    '地震局内部消息',
  ])
})
