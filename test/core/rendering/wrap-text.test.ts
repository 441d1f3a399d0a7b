// In: titles and texts of any kind. Out: lines that lose nothing, break where they may, and fit.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { measureText } from '../../../src/core/rendering/sketch-labels.ts'
import { fitParts, fitText, LEADING, wrapText } from '../../../src/core/rendering/wrap-text.ts'

const text = fc
  .array(
    fc.constantFrom('震', '中', '5.0', '级', '，', '。', '（', '）', '【', '】', '公告', ' ', '2017', 'dzj.example.cn'),
    { maxLength: 60 },
  )
  .map((pieces) => pieces.join(''))

describe('lines of a picture', () => {
  it('hold every character of the text, in order', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 60, max: 900 }), (said, width) => {
        expect(wrapText(said, width, 30).join('').replaceAll(' ', '')).toBe(said.replaceAll(' ', ''))
      }),
    )
  })

  it('never part a number, nor begin with a mark that closes or a unit', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 200, max: 900 }), (spaced, width) => {
        // A blank parts what stands around it, a closing mark too: nobody writes one there.
        const said = spaced.replaceAll(' ', '')
        const lines = wrapText(said, width, 30)
        for (const line of lines.slice(1)) expect(line).not.toMatch(/^[，。）】级]/)
        for (const [index, line] of lines.slice(0, -1).entries())
          expect(`${line}|${lines[index + 1]}`).not.toMatch(/[\d.]\|[\d.]/)
      }),
    )
  })

  it('fit where they are said to fit', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 60, max: 900 }), fc.integer({ min: 30, max: 400 }), (said, width, height) => {
        const fitted = fitText(said, width, height, [40, 30, 20])
        if (!fitted) return
        expect(fitted.lines.length * fitted.size * LEADING).toBeLessThanOrEqual(height)
        for (const line of fitted.lines) expect(measureText(line, fitted.size)).toBeLessThanOrEqual(width)
      }),
    )
  })

  it('what happened begins a line, and a place breaks between two names', () => {
    const title = ['内蒙古阿拉善盟阿拉善左旗', '发生5.0级地震']
    expect(fitParts(title, 632, 300, [60])?.lines).toEqual(['内蒙古阿拉善盟', '阿拉善左旗', '发生5.0级地震'])
  })

  it('what fits in no size is said to', () => {
    expect(fitText('震'.repeat(100), 100, 50, [40, 30])).toBeNull()
  })
})
