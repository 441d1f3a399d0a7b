// In: forms with a file as browsers send them, cut and bent. Out: proof that the file's bytes come out as they went in, and that
// what is not exactly such a form is none.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readFileForm } from '../../src/web/file-form.ts'

const STROKE = '----WebKitFormBoundaryAbc123'
const TYPE = `multipart/form-data; boundary=${STROKE}`
const part = (head: string, body: Uint8Array | string): Buffer =>
  Buffer.concat([Buffer.from(`--${STROKE}\r\n${head}\r\n\r\n`), Buffer.from(body), Buffer.from('\r\n')])
const named = (name: string, body: Uint8Array | string): Buffer =>
  part(`Content-Disposition: form-data; name="${name}"`, body)
const file = (body: Uint8Array | string): Buffer =>
  part('Content-Disposition: form-data; name="file"; filename="图.png"\r\nContent-Type: image/png', body)
const form = (...parts: Buffer[]): Buffer => Buffer.concat([...parts, Buffer.from(`--${STROKE}--\r\n`)])

test('a form gives its fields, and the bytes of its file whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'grapheme', maxLength: 40 }), (bytes, words) => {
      const read = readFileForm(TYPE, form(named('alt', words), file(bytes), named('seen', '3')))
      expect(read?.fields.get('alt')).toBe(words)
      expect(read?.fields.get('seen')).toBe('3')
      expect(Buffer.from(read?.file ?? []).equals(Buffer.from(bytes))).toBe(true)
    }),
  )
})

test('a form as Node’s own fetch writes it is read', async () => {
  const sent = new FormData()
  sent.set('alt', '示意图')
  sent.set('file', new Blob([Uint8Array.of(1, 13, 10, 45, 45, 2)]), 'a')
  const request = new Request('http://desk.example', { method: 'POST', body: sent })
  const read = readFileForm(request.headers.get('content-type') ?? '', Buffer.from(await request.arrayBuffer()))
  expect([read?.fields.get('alt'), [...(read?.file ?? [])]]).toEqual(['示意图', [1, 13, 10, 45, 45, 2]])
})

test.each([
  ['another type', 'application/json', form(file('x'))],
  ['no boundary', 'multipart/form-data', form(file('x'))],
  ['another boundary', `${TYPE}4`, form(file('x'))],
  ['a boundary that is none', 'multipart/form-data; boundary=a b', form(file('x'))],
  ['words before it', TYPE, Buffer.concat([Buffer.from('hello\r\n'), form(file('x'))])],
  ['words behind it', TYPE, Buffer.concat([form(file('x')), Buffer.from('hello')])],
  ['two files', TYPE, form(file('x'), part('Content-Disposition: form-data; name="more"; filename="b"', 'y'))],
  ['one name twice', TYPE, form(named('seen', '1'), named('seen', '2'))],
  ['another field of the head', TYPE, form(part('Content-Disposition: form-data; name="a"\r\nX-Odd: 1', ''))],
  ['a head without a name', TYPE, form(part('Content-Type: image/png', 'x'))],
  [
    'a head that is long',
    TYPE,
    form(part(`Content-Disposition: form-data; name="a"; filename="${'x'.repeat(2_000)}"`, '')),
  ],
  ['a field that is long', TYPE, form(named('alt', 'x'.repeat(9_000)))],
  ['many fields', TYPE, form(...Array.from({ length: 20 }, (_, n) => named(`f${'a'.repeat(n)}`, '')))],
  ['no end', TYPE, file('x')],
  ['nothing', TYPE, Buffer.alloc(0)],
])('a form with %s is none', (_what, type, body) => {
  expect(readFileForm(type, body)).toBeNull()
})

test('a form that was cut anywhere is none, and noise ends nothing', () => {
  const whole = form(named('alt', '示意图'), file('bytes of a file'))
  // The last line's end may be missing.
  for (let end = 0; end < whole.length - 2; end += 1) expect(readFileForm(TYPE, whole.subarray(0, end))).toBeNull()
  fc.assert(
    fc.property(fc.nat({ max: whole.length - 1 }), fc.uint8Array({ maxLength: 60 }), (at, noise) => {
      const bent = Buffer.concat([whole.subarray(0, at), Buffer.from(noise), whole.subarray(at)])
      const read = readFileForm(TYPE, bent)
      expect(read === null || read.file.length <= bent.length).toBe(true)
    }),
  )
})
