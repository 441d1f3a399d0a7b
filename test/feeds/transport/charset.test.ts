import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeDamaged, decodeText } from '../../../src/feeds/charset.ts'

const GBK = Buffer.from([0xd2, 0xcb, 0xb1, 0xf6, 0xca, 0xd0]) // 宜宾市 in GB2312
const LATIN = Buffer.from('S\xe3o', 'latin1')

function xml(encoding: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`<?xml version="1.0" encoding="${encoding}"?><a>`), body, Buffer.from('</a>')])
}

describe('which charset a body is read with', () => {
  test('a byte order mark wins over a header that contradicts it', () => {
    const bytes = Buffer.from('\uFEFF宜宾市', 'utf8')
    expect(decodeText(bytes, 'text/xml; charset=GB2312')).toMatchObject({ text: '宜宾市', charset: 'utf-8', by: 'bom' })
  })

  test('the header wins over the XML declaration', () => {
    const decoded = decodeText(xml('UTF-8', GBK), 'text/xml; charset="gbk"')
    expect(decoded).toMatchObject({ ok: true, by: 'header', charset: 'gb18030' })
    expect(decoded.ok && decoded.text).toContain('宜宾市')
  })

  test('a header that does not fit the bytes gives way to the declaration', () => {
    const decoded = decodeText(xml('GB2312', GBK), 'text/xml; charset=utf-8')
    expect(decoded).toMatchObject({ by: 'declaration', charset: 'gb18030' })
  })

  test('the declaration speaks when the header is silent', () => {
    const decoded = decodeText(xml('ISO-8859-1', LATIN), 'text/xml')
    expect(decoded).toMatchObject({ by: 'declaration', charset: 'windows-1252' })
    expect(decoded.ok && decoded.text).toContain('São')
  })

  test('without a label it is UTF-8, else GB18030', () => {
    expect(decodeText(Buffer.from('宜宾市'), '')).toMatchObject({ text: '宜宾市', by: 'default' })
    expect(decodeText(GBK, 'application/json')).toMatchObject({ text: '宜宾市', by: 'guess' })
  })

  test('a page that says GB2312 may hold characters that only GB18030 has', () => {
    const bytes = Buffer.from([0x95, 0x32, 0x82, 0x36]) // 𠀀, four bytes in GB 18030
    expect(decodeText(bytes, 'text/html; charset=gb2312')).toMatchObject({ text: '𠀀', charset: 'gb18030' })
  })

  test('a UTF-8 list with one broken byte is refused, not turned into other characters', () => {
    for (const contentType of ['', 'application/json; charset=utf-8']) {
      const bytes = Buffer.from('{"LOCATION_C":"宁夏银川市兴庆区"}')
      bytes[20] = 0xff
      expect(decodeText(bytes, contentType).ok).toBe(false)
      expect(decodeText(Buffer.from('宁夏银川市兴庆区').subarray(0, 22), contentType).ok).toBe(false)
    }
  })

  test('UTF-16 is read by its mark in both orders', () => {
    expect(decodeText(Buffer.from('\uFEFF宜宾', 'utf16le'), '')).toMatchObject({ text: '宜宾', charset: 'utf-16le' })
    expect(decodeText(Buffer.from('\uFEFF宜宾', 'utf16le').swap16(), '')).toMatchObject({ charset: 'utf-16be' })
  })

  test('a label that nobody knows is passed over', () => {
    expect(decodeText(Buffer.from('宜宾'), 'text/xml; charset=utf-7')).toMatchObject({ text: '宜宾', by: 'default' })
  })

  test('a mark whose bytes are broken is refused, with what was tried', () => {
    const decoded = decodeText(Buffer.from([0xef, 0xbb, 0xbf, 0xff]), '')
    expect(decoded.ok ? '' : decoded.reason).toContain('utf-8')
  })
})

test('any bytes under any header end in text without a replacement character, or in a reason', () => {
  const typed = fc.oneof(fc.constantFrom('', 'text/xml; charset=gbk', 'a/b; charset=utf-16'), fc.string())
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), typed, (bytes, contentType) => {
      const decoded = decodeText(bytes, contentType)
      if (!decoded.ok) return decoded.reason.length > 0
      // U+FFFD may be spelled by the author; it must never be ours.
      const spelled = new TextDecoder(decoded.charset).decode(bytes).replace(/^\uFEFF/, '')
      return decoded.text === spelled
    }),
  )
})

test('whatever is written as UTF-8 is read back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!text.startsWith('\uFEFF') && text.isWellFormed())
      const decoded = decodeText(Buffer.from(text, 'utf8'), 'application/json; charset=utf-8')
      return decoded.ok && decoded.text === text
    }),
  )
})

describe('a list of which a byte is broken', () => {
  const rows = Array.from({ length: 40 }, (_, n) => ({ M: `3.${n % 10}`, LOCATION_C: '宁夏银川市兴庆区' }))
  const broken = (count: number): Buffer => {
    const bytes = Buffer.from(JSON.stringify(rows))
    for (let n = 0; n < count; n += 1) bytes[bytes.indexOf(0xe5, (bytes.length / 200) * n)] = 0xff
    return bytes
  }

  test('keeps its other rows; the name with the broken character is no name any more', () => {
    const damaged = decodeDamaged(broken(1), 'application/json')
    const read = JSON.parse(damaged?.text ?? '') as typeof rows
    expect(read).toHaveLength(40)
    expect(read.slice(1)).toEqual(rows.slice(1))
    expect(read[0]?.LOCATION_C).toMatch(/□/)
  })

  test('is another charset when there are many', () => {
    expect(decodeDamaged(broken(30), '')).toBeNull()
    expect(decodeDamaged(Buffer.from('宁夏银川市'.repeat(50), 'utf16le'), '')).toBeNull()
    expect(decodeDamaged(GBK, '')).toBeNull()
  })
})
