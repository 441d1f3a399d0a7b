// In: tables as people paste them. Out: proof that each line is read as it was meant, or named with what is wrong with it.
import { expect, test } from 'vitest'
import { MOST_LINES, readPasted } from '../../src/rumour/csv.ts'

test('commas or tabs, quotation marks with line ends in them, names of columns above: all are read', () => {
  const csv = readPasted('原文,平台,地区\r\n"今晚有""大震"",\n快跑",微信,甲县\r\n\r\n停水了\r\n')
  expect(csv).toEqual({
    faults: [],
    lines: [
      { number: 2, text: '今晚有"大震",\n快跑', platform: '微信', region: '甲县', url: '', seenAt: null },
      { number: 5, text: '停水了', platform: '', region: '', url: '', seenAt: null },
    ],
  })
  const tabs = readPasted('停水了,真的\t微博\t\t\t2026/03/04 09:00')
  expect(tabs.lines).toEqual([
    { number: 1, text: '停水了,真的', platform: '微博', region: '', url: '', seenAt: Date.UTC(2026, 2, 4, 1) },
  ])
})

test.each([
  ['甲,乙,丙,丁,,己', '有 6 列，最多 5 列'],
  [',微信', '没有原文'],
  ['停水了,,,,昨天', '看到时间写法不对，例如 2026-01-31 08:00'],
  ['"停水了', '引号没有合上'],
])('%s is named with its line, and its neighbours are taken', (line, why) => {
  const { lines, faults } = readPasted(`停电了\n${line}`)
  expect(lines).toHaveLength(1)
  expect(faults).toEqual([{ number: 2, why }])
})

test('a form full of lines is read up to its limit, and the rest is said to be too many', () => {
  const { lines, faults } = readPasted('停水了\n'.repeat(MOST_LINES + 2))
  expect([lines.length, faults.map(({ number }) => number)]).toEqual([MOST_LINES, [MOST_LINES + 1, MOST_LINES + 2]])
})
