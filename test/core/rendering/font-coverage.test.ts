// In: the fonts of templates/card. Out: that they can draw every name we know, and that we know what they cannot.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { listUncovered, readCoverage } from '../../../src/core/rendering/font-coverage.ts'

const root = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const FONTS = ['Regular', 'Bold'].map((weight) => readFileSync(root(`templates/card/QuakedeskSansSC-${weight}.otf`)))

/** Every text below a folder, joined. */
function readTexts(folder: string, name: RegExp): string {
  const files = readdirSync(root(folder), { recursive: true, encoding: 'utf8' }).filter((file) => name.test(file))
  expect(files.length).toBeGreaterThan(0)
  return files.map((file) => readFileSync(`${root(folder)}/${file}`, 'utf8')).join('')
}

/** The hanzi of GB 2312, both levels, by the platform's own table. */
function listNational(): string {
  const decoder = new TextDecoder('gb18030')
  let text = ''
  for (let row = 0xb0; row <= 0xf7; row += 1)
    for (let cell = 0xa1; cell <= 0xfe; cell += 1)
      if (row !== 0xd7 || cell <= 0xf9) text += decoder.decode(Uint8Array.of(row, cell))
  return text
}

describe.each(FONTS.map((font, index) => [['Regular', 'Bold'][index], readCoverage(font)] as const))(
  'the card font %s',
  (_, covered) => {
    const missing = (text: string): string[] =>
      [...new Set(text)].filter((mark) => mark >= ' ' && !covered.has(mark.codePointAt(0) ?? 0))

    it('has every character of the gazetteer: add one, and make the font anew', () => {
      // Old characters are read in rumours and never printed.
      expect(missing(readTexts('src/core/data', /^(?!simplified\.).+\.json$/))).toEqual([])
    })

    it('has every character of the notices, the pages and the cards', () => {
      // The desk's pages are never painted: browsers have fonts of their own.
      for (const folder of ['notices', 'pages', 'card'])
        expect(missing(readTexts(`templates/${folder}`, /\.(?:liquid|yaml|svg)$/))).toEqual([])
    })

    it('has both levels of GB 2312', () => {
      const national = listNational()
      expect(national.length).toBe(6763)
      expect(missing(national)).toEqual([])
    })

    it('has degrees, numerals and the marks of serials', () => {
      expect(missing('ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ〔〕【】（）“”—·°′″　，。：；')).toEqual([])
    })

    it('does not claim what it has not', () => {
      expect(covered.has(0x20bb7)).toBe(false)
      expect(covered.has(0x1820)).toBe(false)
      expect(covered.has(0xffff)).toBe(false)
    })
  },
)

describe('what a picture says and the font lacks', () => {
  const covered = new Set(Array.from('甲乙1<>').map((mark) => mark.codePointAt(0) ?? 0))

  it('is found in texts and the pieces of a text, each character once', () => {
    const svg = '<svg><title>丁</title><text x="1">甲<tspan>丙</tspan>丙</text><text>𠮷1</text></svg>'
    expect(listUncovered(svg, covered)).toEqual(['丙', '𠮷'])
  })

  it('is not looked for in attributes, nor in what is not drawn', () => {
    expect(listUncovered('<svg><desc>丙</desc><text fill="丙">乙</text></svg>', covered)).toEqual([])
  })
})

it('a file that is no font has no characters; one cut off is refused', () => {
  expect(readCoverage(new Uint8Array(64)).size).toBe(0)
  expect(() => readCoverage((FONTS[0] ?? Buffer.alloc(0)).subarray(0, 200))).toThrow(RangeError)
})
