import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkRedirect, checkUrl, isPrivateAddress } from '../../../src/feeds/fetch-guard.ts'
import { isLoopbackHost } from '../../../src/core/loopback.ts'
import { parseHttpDate, readRetryAfter, readServerClock } from '../../../src/feeds/fetch-http-date.ts'

describe('addresses that no public source lives at', () => {
  test.each(
    `127.0.0.1 10.1.2.3 172.31.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 ::1 ::
    fe80::1 fd00::1 ff02::1 ::ffff:10.0.0.1 ::ffff:7f00:1 64:ff9b::a00:1 2002:a00:1:: ::10.0.0.1 no-address`.split(
      /\s+/,
    ),
  )('%s is refused', (address) => {
    expect(isPrivateAddress(address)).toBe(true)
  })

  test.each(['1.1.1.1', '172.32.0.1', '100.128.0.1', '203.0.112.255', '2400:3200::1', '::ffff:8.8.8.8'])(
    '%s is asked',
    (address) => {
      expect(isPrivateAddress(address)).toBe(false)
    },
  )

  test('every address inside 10/8 is private in all its IPv6 spellings', () => {
    const byte = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(byte, byte, byte, (b, c, d) => {
        const hex = `${(10 * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
        const spelled = [`10.${b}.${c}.${d}`, `::ffff:10.${b}.${c}.${d}`, `::ffff:${hex}`, `64:ff9b::${hex}`]
        return spelled.every(isPrivateAddress)
      }),
    )
  })
})

describe('which address may be asked', () => {
  test('numbers written to look like names are read as the address they are', () => {
    for (const host of ['0x7f.1', '2130706433', '017700000001', '127.1'])
      expect(checkUrl(`https://${host}/`, { refusePrivate: true })).toHaveProperty('refused')
  })

  test('a host that only begins like loopback is not loopback', () => {
    for (const host of ['127.0.0.1.evil.example', 'localhost.evil.example', '127x.example'])
      expect(isLoopbackHost(host)).toBe(false)
    expect(isLoopbackHost('[::1]')).toBe(true)
  })

  test('only http and ws families are spoken', () => {
    for (const address of ['file:///etc/passwd', 'ftp://a.example/', 'gopher://a.example', 'data:,x', '', 'no url'])
      expect(checkUrl(address, { allowPlain: true })).toHaveProperty('refused')
    expect(checkUrl('wss://a.example/', {}, 'ws')).toHaveProperty('url')
    expect(checkUrl('ws://a.example/', {}, 'ws')).toHaveProperty('refused')
    expect(checkUrl('https://a.example/', {}, 'ws')).toHaveProperty('refused')
  })

  test('a redirect may raise http to https on the same host, and never lower it', () => {
    const rules = { allowPlain: true }
    const plain = new URL('http://feed.example/a')
    const safe = new URL('https://feed.example/a')
    expect(checkRedirect(plain, 'https://feed.example/a', rules)).toHaveProperty('url')
    expect(checkRedirect(safe, 'http://feed.example/a', rules)).toHaveProperty('refused')
    expect(checkRedirect(safe, '//other.example/a', rules)).toHaveProperty('refused')
    expect(checkRedirect(safe, 'https://feed.example:8443/', rules)).toHaveProperty('refused')
    expect(checkRedirect(safe, 'https://u:p@feed.example/', rules)).toHaveProperty('refused')
    expect(checkRedirect(safe, 'http://[', rules)).toHaveProperty('refused')
  })
})

describe('times in headers', () => {
  const now = Date.UTC(2026, 0, 1)
  const at = Date.UTC(1994, 10, 6, 8, 49, 37)

  test('the three forms of RFC 9110 name one instant', () => {
    expect(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT', now)).toBe(at)
    expect(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT', now)).toBe(at)
    expect(parseHttpDate('Sun Nov  6 08:49:37 1994', now)).toBe(at)
  })

  test('a local, impossible or overlong time is no time', () => {
    const wrong = `Sun, 06 Nov 1994 08:49:37|Sun, 06 Nov 1994 08:49:37 +0800|Sun, 31 Feb 2020 00:00:00 GMT|0||
      |Sun, 06 Nov 1994 24:00:00 GMT|Sun, 06 Xxx 1994 08:49:37 GMT|1994-11-06T08:49:37Z`.split('|')
    for (const text of wrong) expect(parseHttpDate(text, now)).toBeNull()
  })

  test('every instant of our days is read back as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_799 }), (seconds) => {
        return parseHttpDate(new Date(seconds * 1000).toUTCString(), now) === seconds * 1000
      }),
    )
  })

  test('a Retry-After is never negative, never above the limit, and null when unreadable', () => {
    const header = fc.oneof(
      fc.string(),
      fc.nat().map(String),
      fc.date({ noInvalidDate: true }).map((d) => d.toUTCString()),
    )
    fc.assert(
      fc.property(header, fc.option(fc.nat()), (text, date) => {
        const wait = readRetryAfter(text, date, now, 3_600_000)
        return wait === null || (wait >= 0 && wait <= 3_600_000)
      }),
    )
    expect(readRetryAfter('Sun, 06 Nov 1994 08:49:37 GMT', at - 5_000, now, 3_600_000)).toBe(5_000)
    expect(readRetryAfter('soon', null, now, 3_600_000)).toBeNull()
    expect(readRetryAfter('-5', null, now, 3_600_000)).toBeNull()
  })

  test('a Date with an Age that cannot be read tells no time', () => {
    expect(readServerClock('Sun, 06 Nov 1994 08:49:37 GMT', undefined, now)).toBe(at)
    expect(readServerClock('Sun, 06 Nov 1994 08:49:37 GMT', 'old', now)).toBeNull()
    expect(readServerClock(undefined, '5', now)).toBeNull()
  })
})
