// In: pictures and documents with something hidden in them, cut, bent or made of noise. Out: proof that what leaves the cleaner is
// the picture and nothing else, that it stays as it lay, and that everything that is no such file is refused in Chinese.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanFile, MOST_ATTACHMENT_BYTES, nameFile, writeSize } from '../../../src/core/attachments/attachment.ts'
import { exif, jpegSegment, makeJpeg, makePdf, makePng, pngChunk } from './files.ts'

const SECRET = 'GPS 38.4861N 106.2309E Zhang San'
const holds = (bytes: Uint8Array, words: string): boolean => Buffer.from(bytes).includes(words)
function clean(bytes: Uint8Array) {
  const done = cleanFile(bytes)
  if (!done.ok) throw new Error(done.reason)
  return done
}
function refusal(bytes: Uint8Array): string {
  const done = cleanFile(bytes)
  return done.ok ? `taken as ${done.type}` : done.reason
}

describe('a PNG', () => {
  test.each(['tEXt', 'zTXt', 'iTXt', 'eXIf', 'tIME', 'iCCP', 'acTL', 'fdAT', 'prVt'])(
    'leaves its %s behind, and what stands after its end',
    (name) => {
      const done = clean(makePng([pngChunk(name, SECRET)], SECRET))
      expect(holds(done.bytes, 'GPS')).toBe(false)
      expect(Buffer.from(done.bytes).equals(makePng())).toBe(true)
      expect(done).toMatchObject({ type: 'image/png', width: 2, height: 1 })
    },
  )

  test('keeps its colours and measures', () => {
    const kept = [
      pngChunk('gAMA', Buffer.alloc(4, 1)),
      pngChunk('tRNS', Buffer.alloc(2)),
      pngChunk('pHYs', Buffer.alloc(9)),
    ]
    expect(Buffer.from(clean(makePng(kept)).bytes).equals(makePng(kept))).toBe(true)
  })

  test('that is cut, bent, or larger than a telephone can draw is refused', () => {
    const whole = makePng()
    for (let end = 8; end < whole.length; end += 1) expect(refusal(whole.subarray(0, end))).toContain('PNG')
    for (let at = 8; at < whole.length; at += 1) {
      const bent = Buffer.from(whole)
      bent[at] = (bent[at] ?? 0) ^ 0x10
      expect(refusal(bent)).toMatch(/PNG|像素/)
    }
    expect(refusal(makePng([pngChunk('ABCD', 'x')]))).toContain('PNG')
    expect(refusal(makePng([], '', 10_001, 2))).toContain('10001×2 像素')
    expect(refusal(makePng([], '', 6_000, 6_000))).toContain('2500 万像素')
    expect(refusal(makePng([], '', 0, 2))).toContain('宽和高')
  })
})

describe('a JPEG', () => {
  test.each([
    ['Exif', exif(1, SECRET)],
    ['XMP', jpegSegment(0xe1, `http://ns.adobe.com/xap/1.0/\0${SECRET}`)],
    ['a profile', jpegSegment(0xe2, `ICC_PROFILE\0${SECRET}`)],
    ['IPTC', jpegSegment(0xed, `Photoshop 3.0\0${SECRET}`)],
    ['a comment', jpegSegment(0xfe, SECRET)],
  ])('leaves %s behind, and the film after its end', (_what, segment) => {
    const done = clean(makeJpeg([segment], SECRET))
    expect(holds(done.bytes, 'GPS')).toBe(false)
    expect(holds(done.bytes, 'JFIF')).toBe(false)
    expect(done).toMatchObject({ type: 'image/jpeg', width: 3, height: 2 })
  })

  test.each([
    ['II', 6, 2, 3],
    ['MM', 8, 2, 3],
    ['II', 3, 3, 2],
  ] as const)(
    'of a telephone (%s) held in the way %i stays upright, and says nothing else of it',
    (order, turn, width, height) => {
      const done = clean(makeJpeg([exif(turn, SECRET, order)]))
      expect([done.width, done.height, holds(done.bytes, 'GPS')]).toEqual([width, height, false])
      const at = Buffer.from(done.bytes).indexOf('Exif')
      expect(done.bytes[at + 25]).toBe(turn)
      expect(Buffer.from(clean(done.bytes).bytes).equals(Buffer.from(done.bytes))).toBe(true)
    },
  )

  test('keeps how its colours are meant, and its data byte by byte', () => {
    const adobe = jpegSegment(0xee, 'Adobe\0\x64\0\0\0\0\x02more than it should say')
    const done = Buffer.from(clean(makeJpeg([adobe])).bytes)
    expect([done.includes('Adobe'), done.includes('more than')]).toEqual([true, false])
    expect(done.includes(Buffer.from([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56, 0xff, 0xd9]))).toBe(true)
  })

  test('that is cut, or of a kind that browsers do not draw, is refused', () => {
    const whole = makeJpeg()
    for (let end = 3; end < whole.length; end += 1) expect(refusal(whole.subarray(0, end))).toContain('JPEG')
    const lossless = Buffer.from(whole)
    lossless[whole.indexOf(Buffer.from([0xff, 0xc0])) + 1] = 0xc3
    expect(refusal(lossless)).toContain('不支持这种 JPEG')
  })
})

describe('a PDF', () => {
  test('without anything that runs is taken as it is', () => {
    const done = clean(makePdf())
    expect([done.type, Buffer.from(done.bytes).equals(makePdf())]).toEqual(['application/pdf', true])
  })

  test.each([
    ['/OpenAction << /S /JavaScript /JS (app.alert(1)) >>', '含有脚本'],
    ['/AA << /S /J#61vaScript >>', '含有脚本'],
    ['/A << /S /Launch /F (cmd.exe) >>', '会启动其他程序'],
    ['/Names << /EmbeddedFiles 5 0 R >>', '夹带其他文件'],
    ['/F << /EmbeddedFile 5 0 R >>', '夹带其他文件'],
    ['/Subtype /RichMedia', '活动内容'],
    ['/Encrypt 4 0 R', '已加密'],
  ])('with %s is refused', (inside, why) => {
    expect(refusal(makePdf(inside))).toContain(why)
  })

  test('that is cut, or that another file stands behind, is refused', () => {
    expect(refusal(makePdf().subarray(0, 40))).toContain('PDF')
    expect(refusal(Buffer.concat([makePdf(), Buffer.alloc(2_000)]))).toContain('PDF')
  })
})

test.each([
  ['nothing', '', '请选择文件'],
  ['markup', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', '只接受'],
  ['a moving picture', 'GIF89a', '只接受'],
  ['a program', 'MZ\x90\0', '只接受'],
  ['a document behind a line', '\n%PDF-1.7\n%%EOF', '只接受'],
])('%s is refused, whatever it is called', (_what, text, why) => {
  expect(refusal(Buffer.from(text, 'latin1'))).toContain(why)
})

test('five megabytes are the most, and a file is named by what it is', () => {
  expect(refusal(Buffer.alloc(MOST_ATTACHMENT_BYTES + 1, 0x20))).toContain('最多 5.2 MB')
  expect(nameFile({ sha256: 'ab', type: 'image/jpeg' })).toBe('ab.jpg')
  expect([writeSize(1), writeSize(340_000), writeSize(1_240_000)]).toEqual(['1 KB', '340 KB', '1.2 MB'])
})

const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array))
const begun = fc.constantFrom(makePng(), makeJpeg([exif(6, SECRET)]), makePdf())

test('whatever a file is, it is taken or refused in Chinese, and what was taken is taken again unchanged', () => {
  const bent = fc.tuple(begun, fc.nat(), bytes, fc.nat({ max: 40 })).map(([file, at, noise, cut]) => {
    const place = at % file.length
    return Buffer.concat([file.subarray(0, place), noise, file.subarray(place + cut)])
  })
  const headed = fc
    .tuple(begun, fc.integer({ min: 3, max: 9 }), bytes)
    .map(([file, keep, noise]) => Buffer.concat([file.subarray(0, keep), noise]))
  fc.assert(
    fc.property(fc.oneof(bytes, bent, headed), (file) => {
      const done = cleanFile(file)
      if (!done.ok) {
        expect(done.reason).toMatch(/\p{Script=Han}/u)
        return
      }
      const again = clean(done.bytes)
      expect(Buffer.from(again.bytes).equals(Buffer.from(done.bytes))).toBe(true)
      // An upright sign is all that is ever added.
      expect(done.bytes.length).toBeLessThanOrEqual(file.length + 36)
    }),
    { numRuns: 600 },
  )
})

test('nothing that is hidden in whatever chunk or segment comes through', () => {
  const name = fc.stringMatching(/^[a-z][A-Z][A-Z][a-z]$/)
  fc.assert(
    fc.property(
      fc.array(name, { maxLength: 5 }),
      fc.array(fc.integer({ min: 0xe0, max: 0xef }), { maxLength: 5 }),
      (names, apps) => {
        const known = ['gAMA', 'cHRM', 'sRGB', 'sBIT', 'tRNS', 'bKGD', 'pHYs']
        const chunks = names.filter((one) => !known.includes(one)).map((one) => pngChunk(one, SECRET))
        expect(holds(clean(makePng(chunks)).bytes, SECRET)).toBe(false)
        expect(holds(clean(makeJpeg(apps.map((app) => jpegSegment(app, SECRET)))).bytes, SECRET)).toBe(false)
      },
    ),
    { numRuns: 200 },
  )
})
