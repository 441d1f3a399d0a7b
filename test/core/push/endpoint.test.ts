// In: addresses a stranger may give for pushes, and what a hostile resolver may answer. Out: the rule that refuses each.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAllowEntry, isPublicAddress, judgeEndpoint, PUSH_SERVICES } from '../../../src/core/push/endpoint.ts'

const ALLOW = ['push.bureau.example:8443', '127.0.0.1:9443', '[::1]:9443', '*.relay.example']

const rule = (text: string, only: 'any' | 'loopback' = 'any'): string => {
  const found = judgeEndpoint(text, ALLOW, only)
  return found.ok ? 'ok' : found.rule
}

describe('an endpoint of the listed services passes', () => {
  it.each([
    'https://fcm.googleapis.com/fcm/send/abc:def',
    'https://fcm.googleapis.com:443/fcm/send/abc',
    'https://updates.push.services.mozilla.com/wpush/v2/gAAAA',
    'https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%2b',
    'https://web.push.apple.com/QGuQyavXutnMH',
    'https://push.bureau.example:8443/x',
    'https://a.b.relay.example/x',
    'https://127.0.0.1:9443/push/1',
    'https://[::1]:9443/push/1',
    'HTTPS://FCM.googleapis.com/x',
  ])('%s', (text) => expect(rule(text)).toBe('ok'))
})

describe('a hostile endpoint is refused by the name of its rule', () => {
  it.each([
    ['', 'endpoint-form'],
    ['fcm.googleapis.com/x', 'endpoint-form'],
    ['/relative', 'endpoint-form'],
    ['https://fcm.googleapis.com/\nhost: x', 'endpoint-form'],
    ['https:\\\\fcm.googleapis.com/x', 'endpoint-form'],
    ['https://fcm.googleapis.com\\@10.0.0.1/', 'endpoint-form'],
    ['https://[fe80::1%25eth0]/', 'endpoint-form'],
    [`https://fcm.googleapis.com/${'a'.repeat(2_048)}`, 'endpoint-length'],
    ['http://fcm.googleapis.com/x', 'endpoint-scheme'],
    ['ftp://fcm.googleapis.com/x', 'endpoint-scheme'],
    ['file:///etc/passwd', 'endpoint-scheme'],
    ['gopher://127.0.0.1:6379/_x', 'endpoint-scheme'],
    ['https://fcm.googleapis.com@10.0.0.1/', 'endpoint-userinfo'],
    ['https://user:pw@fcm.googleapis.com/', 'endpoint-userinfo'],
    ['https://@fcm.googleapis.com/', 'endpoint-userinfo'],
    ['https://fcm.googleapis.com/x#y', 'endpoint-fragment'],
    ['https://10.0.0.1/', 'endpoint-ip-literal'],
    ['https://2130706433/', 'endpoint-ip-literal'],
    ['https://0x7f000001/', 'endpoint-ip-literal'],
    ['https://0177.0.0.1/', 'endpoint-ip-literal'],
    ['https://127.1/', 'endpoint-ip-literal'],
    ['https://169.254.169.254/latest/meta-data/', 'endpoint-ip-literal'],
    ['https://[::ffff:169.254.169.254]/', 'endpoint-ip-literal'],
    ['https://[::1]/', 'endpoint-ip-literal'],
    ['https://8.8.8.8/', 'endpoint-ip-literal'],
    ['https://127.0.0.1:9444/', 'endpoint-ip-literal'],
    ['https://localhost/', 'endpoint-host'],
    ['https://evil.example/', 'endpoint-host'],
    ['https://fcm.googleapis.com.evil.example/', 'endpoint-host'],
    ['https://evilfcm.googleapis.com/', 'endpoint-host'],
    ['https://push.services.mozilla.com/', 'endpoint-host'],
    ['https://evilpush.services.mozilla.com/', 'endpoint-host'],
    ['https://fcm.googleapis.com./x', 'endpoint-host'],
    ['https://android.googleapis.com/gcm/send/x', 'endpoint-host'],
    ['https://fcm.googleapis.com:22/x', 'endpoint-port'],
    ['https://push.bureau.example/x', 'endpoint-port'],
    ['https://a.relay.example:8443/x', 'endpoint-port'],
  ])('%s → %s', (text, expected) => expect(rule(text)).toBe(expected))

  it('a drill pushes to nothing but a listed loopback address', () => {
    expect(rule('https://127.0.0.1:9443/x', 'loopback')).toBe('ok')
    expect(rule('https://fcm.googleapis.com/x', 'loopback')).toBe('endpoint-not-local')
  })

  it('whatever is put together, what passes names a listed host on its port, without a user', () => {
    const parts = fc.constantFrom(
      'https://',
      'http://',
      'fcm.googleapis.com',
      '.',
      '@',
      ':',
      '/',
      '\\',
      '127.0.0.1',
      '443',
      '%2e',
      '[::1]',
      '#',
      '?',
      'a',
    )
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 9 }), (pieces) => {
        const found = judgeEndpoint(pieces.join(''), [])
        if (!found.ok) return
        const url = new URL(found.endpoint.href)
        expect([url.protocol, url.hostname, url.port, url.username]).toEqual(['https:', 'fcm.googleapis.com', '', ''])
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a resolved address', () => {
  it.each([
    '8.8.8.8',
    '142.250.72.10',
    '1.1.1.1',
    '2606:4700::1111',
    '2a00:1450:4001:82b::200a',
    '2002:808:808::1',
    '64:ff9b::8.8.8.8',
  ])('%s is public', (address) => expect(isPublicAddress(address)).toBe(true))
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '0.0.0.0',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.0.192',
    '::1',
    '::',
    '::ffff:8.8.8.8',
    '::ffff:127.0.0.1',
    '::127.0.0.1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2001:db8::1',
    '2001::1',
    '3fff::1',
    '2002:7f00:1::',
    '2002:a9fe:a9fe::1',
    '2002:c0a8:101::1',
    '64:ff9b::7f00:1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::808:808',
    '2130706433',
    '0x7f.0.0.1',
    '',
    'localhost',
    '1.2.3',
    '1.2.3.256',
    ':::',
    '1::2::3',
    '12345::',
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false))
})

describe('an entry of allowHosts', () => {
  it.each([...PUSH_SERVICES, ...ALLOW, 'localhost:8443'])('%s may stand', (entry) =>
    expect(isAllowEntry(entry)).toBe(true),
  )
  it.each(['com', '*', '*.com:x', 'https://x.example', 'x.example/', '10.0.0.1', '169.254.169.254:443', 'x.example:'])(
    '%s may not',
    (entry) => expect(isAllowEntry(entry)).toBe(false),
  )
})
