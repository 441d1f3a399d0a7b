// In: calls of application servers, right and wrong. Out: proof that the push stand-in takes what RFC 8030, 8188, 8291 and
// 8292 allow and nothing else; sealed by web-push's code, so that the stand-in is measured by somebody else's.
import { X509Certificate, createECDH, createPrivateKey, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent } from 'node:https'
import { connect as connectTls } from 'node:tls'
import webpush from 'web-push'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeTlsIdentity } from '../../src/town/push/certificate.ts'
import { openEnvelope, readEnvelope } from '../../src/town/push/envelope.ts'
import { startPush } from '../../src/town/push.ts'
import type { PushTown } from '../../src/town/push.ts'
import type { PushSubscriptionJson } from '../../src/town/push/state.ts'
import { CONTACT, VAPID, authorize, rightHeaders, seal, send } from './push-tools.ts'
import { START, call, postJson, stoppedClock } from './town-tools.ts'
import type { Clock } from './town-tools.ts'

let clock: Clock
let town: PushTown
let device: PushSubscriptionJson

beforeEach(async () => {
  clock = stoppedClock()
  town = await startPush({ now: clock.now })
  device = town.subscribe({ applicationServerKey: VAPID.publicKey })
})
afterEach(() => town.close())

const headers = (over: Record<string, string> = {}) => ({ ...rightHeaders(town, device, clock.at), ...over })
const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(headers()).filter(([name]) => !names.includes(name)))
const post = (over: Record<string, string> = {}, body: Uint8Array = seal(device, '地震')) =>
  send(town, headers(over), body)
const claims = (over: Record<string, unknown> = {}) => ({
  aud: town.origin,
  exp: START / 1_000 + 3_600,
  sub: CONTACT,
  ...over,
})
const lastRule = () => town.calls().at(-1)?.code

describe('the certificate', () => {
  test('is a certificate to others: names, dates and signature read back', () => {
    const { cert, key } = makeTlsIdentity(['push.example.cn', 'localhost', '127.0.0.1'])
    const read = new X509Certificate(cert)
    expect(read.subjectAltName).toBe('DNS:push.example.cn, DNS:localhost, IP Address:127.0.0.1')
    expect(read.subject).toBe('CN=push.example.cn')
    expect(read.verify(read.publicKey)).toBe(true)
    expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true)
    expect(new Date(read.validTo).getUTCFullYear()).toBe(2050)
  })

  test('is trusted by whoever was handed it, under its names, and by nobody else', async () => {
    const port = Number(new URL(town.origin).port)
    const open = async (options: object): Promise<string> => {
      const socket = connectTls({ port, host: '127.0.0.1', ALPNProtocols: ['h2', 'http/1.1'], ...options })
      try {
        await once(socket, 'secureConnect')
        return String(socket.alpnProtocol)
      } catch (cause) {
        return (cause as { code: string }).code
      } finally {
        socket.destroy()
      }
    }
    expect(await open({ ca: town.ca, servername: 'localhost' })).toBe('h2')
    expect(await open({ ca: town.ca })).toBe('h2')
    expect(await open({ ca: town.ca, servername: 'localhost', ALPNProtocols: ['http/1.1'] })).toBe('http/1.1')
    expect(await open({ servername: 'localhost' })).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(await open({ ca: town.ca, servername: 'push.example.cn' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  })
})

describe('a message as it should be', () => {
  test('the example of RFC 8291 opens with the example keys', () => {
    const bytes = (text: string) => Buffer.from(text, 'base64url')
    const envelope = readEnvelope(
      bytes(
        'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
      ),
    )
    if ('rule' in envelope) throw new Error(envelope.rule)
    const opened = openEnvelope(envelope, {
      publicKey: bytes('BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'),
      privateKey: bytes('q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94'),
      auth: bytes('BTBZMqHH6r4Tts7J_aSIgg'),
    })
    expect('plaintext' in opened && opened.plaintext.toString()).toBe('When I grow up, I want to be a watermelon')
  })

  test('web-push over HTTP/1.1 is answered 201 with an address, and the device reads what was said', async () => {
    const live = await startPush({ now: Date.now })
    const agent = new Agent({ ca: live.ca })
    try {
      const one = live.subscribe({ applicationServerKey: VAPID.publicKey, kind: 'mozilla' })
      const vapidDetails = { subject: CONTACT, ...VAPID }
      const sent = await webpush.sendNotification(one, '宁夏发生5.0级地震', { vapidDetails, TTL: 900, agent })
      expect(sent.statusCode).toBe(201)
      expect(sent.headers['location']).toMatch(new RegExp(`^${live.origin}/m/`))
      expect(live.messages(one.endpoint)).toMatchObject([{ state: 'shown', text: '宁夏发生5.0级地震', ttl: 900 }])
      expect(live.timeline()).toMatchObject([{ act: 'push', text: '宁夏发生5.0级地震', visible: true }])
    } finally {
      agent.destroy()
      await live.close()
    }
  })

  test('over HTTP/2 as well, with everything a header may say', async () => {
    const said = await post({ topic: 'eq-AAAAAAAAAAAAAAAAAAAAAAAAAAAAA', urgency: 'very-low', ttl: '0' })
    expect(said).toMatchObject({ status: 201, text: '', headers: { ttl: '0' } })
    expect(town.messages()).toMatchObject([{ urgency: 'very-low', state: 'shown', text: '地震' }])
  })

  test('an empty message needs no encryption; a TTL beyond thirty days is cut, and the reply says so', async () => {
    const said = await send(town, { ...without('content-encoding'), ttl: '99999999' }, Buffer.alloc(0))
    expect(said).toMatchObject({ status: 201, headers: { ttl: '2592000' } })
    expect(town.messages()).toMatchObject([{ state: 'shown', text: '' }])
  })

  test('4,096 bytes are taken, one more is too many', async () => {
    expect((await post({}, seal(device, 'x'.repeat(3_993)))).status).toBe(201)
    expect((await post({}, Buffer.concat([seal(device, 'x'.repeat(3_993)), Buffer.alloc(1)]))).status).toBe(413)
    expect(town.messages()).toHaveLength(1)
  })

  test('a narrower road to a device takes less', async () => {
    device = town.subscribe({ applicationServerKey: VAPID.publicKey, maxBody: 2_744 })
    expect((await post({}, seal(device, 'x'.repeat(2_642)))).status).toBe(413)
    expect((await post({}, seal(device, 'x'.repeat(2_641)))).status).toBe(201)
  })

  test('a subscription that names no application server takes messages of anybody, signed or not', async () => {
    device = town.subscribe({ applicationServerKey: null })
    expect((await send(town, without('authorization'), seal(device, 'a'))).status).toBe(201)
    expect((await post()).status).toBe(201)
    expect((await post({ authorization: 'vapid t=x, k=y' })).status).toBe(403)
  })
})

describe('headers that RFC 8030 refuses', () => {
  test.each([
    ['ttl-form', { ttl: '-1' }],
    ['ttl-form', { ttl: '1.5' }],
    ['ttl-form', { ttl: '15m' }],
    ['topic-form', { topic: 'x'.repeat(33) }],
    ['topic-form', { topic: 'eq/1' }],
    ['topic-form', { topic: 'a=b' }],
    ['topic-form', { topic: '' }],
    ['urgency-form', { urgency: 'urgent' }],
    ['urgency-form', { urgency: 'high, low' }],
    ['content-encoding', { 'content-encoding': 'aesgcm' }],
    ['content-encoding', { 'content-encoding': 'aes128gcm, aes128gcm' }],
  ])('%s: %o', async (rule, over) => {
    expect((await post(over)).status).toBe(400)
    expect(lastRule()).toBe(rule)
    expect(town.messages()).toEqual([])
  })

  test.each([
    ['ttl', 'ttl-missing', 400],
    ['content-encoding', 'content-encoding', 400],
    ['authorization', 'authorization-missing', 401],
  ])('without %s: %s', async (name, rule, status) => {
    expect((await send(town, without(name), seal(device, 'x'))).status).toBe(status)
    expect(lastRule()).toBe(rule)
  })

  test('a GET, an unknown token, a token of another service and a longer path are no push resources', async () => {
    const path = new URL(device.endpoint).pathname
    expect(await send(town, { ...headers(), ':method': 'GET' }, Buffer.alloc(0))).toMatchObject({ status: 405 })
    expect((await post({ ':path': `${path.slice(0, -1)}_` })).status).toBe(404)
    expect((await post({ ':path': path.replace('/fcm/', '/apple/') })).status).toBe(404)
    expect((await post({ ':path': `${path}/more` })).status).toBe(404)
    expect((await post({ ':path': '/fcm/__proto__' })).status).toBe(404)
  })

  test('another name of the host is another origin, and plain HTTP is refused', async () => {
    const port = new URL(town.origin).port
    expect((await post({ ':authority': `127.0.0.1:${port}` })).status).toBe(421)
    const plain = await call(town.url + new URL(device.endpoint).pathname, { method: 'POST' })
    expect(plain.status).toBe(400)
    expect(lastRule()).toBe('plain-http')
  })
})

describe('tokens that RFC 8292 refuses', () => {
  const other = webpush.generateVAPIDKeys()
  const now = START / 1_000
  test.each<[string, () => string]>([
    ['authorization-form', () => 'WebPush abc'],
    ['authorization-form', () => 'vapid'],
    ['authorization-form', () => authorize(claims()).replace(/, k=.*/, '')],
    ['authorization-form', () => authorize(claims()).replace(/t=[^,]*, /, '')],
    ['authorization-form', () => `${authorize(claims())}, k=${VAPID.publicKey}`],
    ['vapid-key', () => authorize(claims()).replace(/k=.*/, `k=${Buffer.alloc(65, 4).toString('base64url')}`)],
    ['authorization-form', () => `${authorize(claims())}=`],
    ['jwt-form', () => authorize(claims()).replace('.', '')],
    ['jwt-algorithm', () => authorize(claims(), { head: { alg: 'none' } })],
    ['jwt-algorithm', () => authorize(claims(), { head: { alg: 'ES256', crit: ['x'], x: 1 } })],
    ['jwt-signature', () => authorize(claims(), { der: true })],
    ['jwt-signature', () => authorize(claims()).replace(/k=.*/, `k=${other.publicKey}`)],
    ['jwt-audience', () => authorize(claims({ aud: `${town.origin}/` }))],
    ['jwt-audience', () => authorize(claims({ aud: device.endpoint }))],
    ['jwt-audience', () => authorize({ exp: now + 60, sub: CONTACT })],
    ['jwt-expiry-missing', () => authorize({ aud: town.origin, sub: CONTACT })],
    ['jwt-expiry-missing', () => authorize(claims({ exp: String(now + 60) }))],
    ['jwt-expired', () => authorize(claims({ exp: now - 1 }))],
    ['jwt-expiry-too-far', () => authorize(claims({ exp: now + 86_401 }))],
    ['jwt-expiry-too-far', () => authorize(claims({ exp: START + 60_000 }))],
    ['jwt-subject', () => authorize({ aud: town.origin, exp: now + 60 })],
    ['jwt-subject', () => authorize(claims({ sub: 'it@dzj.example.cn' }))],
    ['jwt-subject', () => authorize(claims({ sub: 'mailto: it@dzj.example.cn' }))],
    ['jwt-subject', () => authorize(claims({ sub: 'mailto:<it@dzj.example.cn>' }))],
    ['jwt-subject', () => authorize(claims({ sub: 'http://dzj.example.cn' }))],
    ['vapid-key-of-another', () => authorize(claims(), { keys: other })],
  ])('%s %#', async (rule, make) => {
    expect((await post({ authorization: make() })).status).toBe(403)
    expect(lastRule()).toBe(rule)
    expect(town.messages()).toEqual([])
  })

  test('the limits themselves are allowed: this very second, exactly a day, several audiences, quotes, any order', async () => {
    const [, t = '', k = ''] = /t=(.*), k=(.*)/.exec(authorize(claims())) ?? []
    for (const right of [
      authorize(claims({ exp: now })),
      authorize(claims({ exp: now + 86_400 })),
      authorize(claims({ aud: ['https://push.example.cn', town.origin] })),
      authorize(claims({ sub: 'https://dzj.example.cn/push' })),
      authorize(claims(), { head: { alg: 'ES256' } }),
      `VAPID k="${k}",t=${t}, later=1`,
    ])
      expect((await post({ authorization: right })).status).toBe(201)
  })

  test('a token is good until it expires, by the clock of the service', async () => {
    const { authorization } = rightHeaders(town, device, clock.at) as { authorization: string }
    expect((await post({ authorization })).status).toBe(201)
    clock.at += 3_601_000
    expect((await post({ authorization })).status).toBe(403)
  })

  test('Apple wants a contact that could be reached, and names its reasons', async () => {
    device = town.subscribe({ applicationServerKey: VAPID.publicKey, kind: 'apple' })
    const said = await post({ authorization: authorize(claims({ sub: 'mailto:it@localhost' })) })
    expect(JSON.parse(said.text)).toEqual({ reason: 'BadJwtToken' })
    const foreign = await post({ authorization: authorize(claims(), { keys: other }) })
    expect(JSON.parse(foreign.text)).toEqual({ reason: 'VapidPkHashMismatch' })
    expect((await post()).status).toBe(201)
  })

  test('Mozilla gives its errno', async () => {
    device = town.subscribe({ applicationServerKey: VAPID.publicKey, kind: 'mozilla' })
    const errno = async (over: Record<string, string>) =>
      (JSON.parse((await post(over)).text) as { errno: number }).errno
    expect(await errno({ ttl: 'x' })).toBe(112)
    expect(await errno({ topic: '?' })).toBe(113)
    expect(await errno({ authorization: 'vapid t=x, k=y' })).toBe(109)
    expect(await errno({ ':path': '/mozilla/unknown' })).toBe(102)
  })
})

describe('bodies that RFC 8188 and 8291 refuse', () => {
  const changed = (change: (body: Buffer) => Buffer | void): Buffer => {
    const body = seal(device, '地震')
    return change(body) ?? body
  }
  test.each<[string, () => Buffer]>([
    ['header-truncated', () => randomBytes(20)],
    ['keyid-no-point', () => changed((body) => void body.writeUInt8(0, 20))],
    ['keyid-no-point', () => changed((body) => void body.writeUInt8(2, 21))],
    ['keyid-no-point', () => changed((body) => body.subarray(0, 60))],
    ['record-truncated', () => changed((body) => body.subarray(0, 86 + 16))],
    ['record-size', () => changed((body) => void body.writeUInt32BE(body.length - 86, 16))],
    ['keyid-is-vapid-key', () => changed((body) => void Buffer.from(VAPID.publicKey, 'base64url').copy(body, 21))],
  ])('%s %#', async (rule, make) => {
    expect((await post({}, make())).status).toBe(400)
    expect(lastRule()).toBe(rule)
  })

  test('one sender key carries one message: again the same bytes, never others', async () => {
    const body = seal(device, '一')
    expect((await post({}, body)).status).toBe(201)
    expect((await post({}, body)).status).toBe(201)
    const other = Buffer.concat([body.subarray(0, 86), randomBytes(body.length - 86)])
    expect((await post({}, other)).status).toBe(400)
    expect(lastRule()).toBe('sender-key-reused')
  })

  test('what the service cannot see the device does: sealed for another, or spoilt, is taken and never shown', async () => {
    const neighbour = town.subscribe({ applicationServerKey: VAPID.publicKey })
    expect((await post({}, seal(neighbour, 'not yours'))).status).toBe(201)
    expect(
      (
        await post(
          {},
          changed((body) => void body.writeUInt8(body.readUInt8(90) ^ 1, 90)),
        )
      ).status,
    ).toBe(201)
    const off = changed((body) => void createECDH('prime256v1').generateKeys().copy(body, 21, 0, 33))
    expect((await post({}, off)).status).toBe(201)
    expect(town.messages().map(({ state, problem, text }) => [state, problem, text])).toEqual([
      ['unreadable', 'not-authentic', null],
      ['unreadable', 'not-authentic', null],
      ['unreadable', 'key-not-on-curve', null],
    ])
    expect(town.timeline()).toEqual([])
    expect(town.tally()).toEqual({ messages: { unreadable: 3 }, refused: {} })
  })
})

test('control stands on plain HTTP: subscriptions, one or many, and what came to them', async () => {
  const make = (body: object) => postJson(`${town.url}/_town/subscriptions`, body)
  const { json } = await make({ applicationServerKey: VAPID.publicKey, kind: 'wns' })
  device = json as PushSubscriptionJson
  expect(device).toEqual({
    endpoint: expect.stringContaining(`${town.origin}/wns/`),
    expirationTime: null,
    keys: { p256dh: expect.stringMatching(/^B[\w-]{86}$/), auth: expect.stringMatching(/^[\w-]{22}$/) },
  })
  await post()
  const seen = await postJson(`${town.url}/_town/messages`, { endpoint: device.endpoint })
  expect(seen.json.messages).toMatchObject([{ text: '地震', state: 'shown' }])
  const many = await make({ applicationServerKey: null, n: 500 })
  expect(many.json.sharedKeys).toBe(false)
  const keys = many.json.subscriptions.map((one: PushSubscriptionJson) => one.keys.p256dh)
  expect(new Set(keys).size).toBe(500)
  const shared = await make({ applicationServerKey: null, n: 500, sharedKeys: true })
  expect(shared.json.sharedKeys).toBe(true)
  expect(new Set(shared.json.subscriptions.map((one: PushSubscriptionJson) => one.endpoint)).size).toBe(500)
  expect(new Set(shared.json.subscriptions.map((one: PushSubscriptionJson) => one.keys.auth)).size).toBe(1)
  expect((await make({ applicationServerKey: 'short' })).status).toBe(400)
})
