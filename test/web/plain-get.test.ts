// In: heads of requests as strangers may write them. Out: proof that only the plainest is read by us, the rest left to Node.
import { describe, expect, test } from 'vitest'
import { readPlainGet } from '../../src/web/public/plain-get.ts'

describe('a plain GET', () => {
  const read = (text: string) => readPlainGet(Buffer.from(text, 'latin1'))
  const with_ = (...fields: string[]): string => ['GET / HTTP/1.1', 'host: x', ...fields, '', ''].join('\r\n')

  test('is read with what its answer depends on', () => {
    const fields = [
      'Accept-Encoding:\t gzip ',
      'If-None-Match: "a"',
      'Last-Event-ID: 7-0a',
      'user-agent: x',
      'Connection: Keep-Alive',
    ]
    expect(read(with_(...fields))).toEqual({
      url: '/',
      headers: { 'accept-encoding': 'gzip', 'if-none-match': '"a"', 'last-event-id': '7-0a' },
    })
  })

  test.each([
    ['a second request behind it', `${with_()}GET / HTTP/1.1\r\nhost: x\r\n\r\n`],
    ['a body', `${with_()}abc`],
    ['half of a head', 'GET / HTTP/1.1\r\nhost: x\r\n'],
    ['a length', with_('content-length: 0')],
    ['chunks', with_('transfer-encoding: chunked')],
    ['a blank before the colon', with_('transfer-encoding : chunked')],
    ['a folded field', with_('x: a', ' b: c')],
    ['a line end of its own', with_('x: a\nb: c')],
    ['a carriage return alone', with_('x: a\rb: c')],
    ['a NUL', with_('x: a\0')],
    ['a byte above ASCII', with_('x: é')],
    ['an upgrade', with_('connection: upgrade', 'upgrade: websocket')],
    ['a wish to be asked first', with_('expect: 100-continue')],
    ['a client that leaves', with_('connection: close')],
    ['two hosts', with_('host: y')],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['a field twice', with_('if-none-match: "a"', 'if-none-match: "b"')],
    ['another method', with_().replace('GET', 'HEAD')],
    ['an older version', with_().replace('1.1', '1.0')],
    ['an address with a host', with_().replace(' / ', ' http://x/ ')],
    ['an address with a blank', with_().replace(' / ', ' / / ')],
    ['a part of a page', with_().replace(' / ', ' /#a ')],
    ['more than eight kilobytes', with_(`x: ${'a'.repeat(8_192)}`)],
    ['nothing', ''],
    ['an empty line', '\r\n\r\n'],
  ])('is not one with %s', (_what, text) => {
    expect(read(text)).toBeNull()
  })
})
