// Two versions of a template side by side: what is left, what went, what came, down to the character.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffTexts, type DiffLine } from '../../src/core/text-diff.ts'

const write = (line: DiffLine): string =>
  `${{ same: ' ', gone: '-', new: '+' }[line.sign]}${line.parts.map(({ text, changed }) => (changed ? `[${text}]` : text)).join('')}`
const show = (before: string, after: string): string[] => diffTexts(before, after).map(write)

test('one changed word stands out in its line, the lines around it stay', () => {
  expect(show('甲\n发生5.0级左右地震\n乙', '甲\n发生5.0级地震\n乙')).toEqual([
    ' 甲',
    '-发生5.0级[左右]地震',
    '+发生5.0级地震',
    ' 乙',
  ])
})

test('lines that came or went are whole', () => {
  expect(show('甲\n乙', '甲\n新\n乙')).toEqual([' 甲', '+[新]', ' 乙'])
  expect(show('甲\n旧\n乙', '甲\n乙')).toEqual([' 甲', '-[旧]', ' 乙'])
  expect(show('同', '同')).toEqual([' 同'])
})

test('either side can be read back whole, whatever the texts', () => {
  const text = fc.array(fc.constantFrom('甲', '乙', '\n', 'a', '😀'), { maxLength: 40 }).map((all) => all.join(''))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffTexts(before, after)
      const read = (sign: 'gone' | 'new'): string =>
        lines
          .filter((line) => line.sign === 'same' || line.sign === sign)
          .map(({ parts }) => parts.map((part) => part.text).join(''))
          .join('\n')
      expect([read('gone'), read('new')]).toEqual([before, after])
    }),
  )
})

test('a text far longer than any template is still told apart, at once', () => {
  expect(diffTexts('甲\n'.repeat(5_000), '乙').length).toBe(5_002)
  expect(show('甲'.repeat(900), '乙'.repeat(900))).toHaveLength(2)
})
