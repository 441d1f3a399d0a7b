// In: a small callback receiver of the test's own. Out: proof that pushes are signed, encrypted, repeated and lost as scripted.
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { decodeAesKey, decryptMessage, encryptMessage, signParts } from '../../src/town/wechat/crypto.ts'
import { startWechat } from '../../src/town/wechat.ts'
import type { CallbackSettings, WechatOptions, WechatTown } from '../../src/town/wechat.ts'
import { postJson, stoppedClock, until } from './town-tools.ts'
import type { Answer, Clock } from './town-tools.ts'

interface Seen {
  method: string
  query: URLSearchParams
  body: string
}
/** What the receiver answers to its n-th request (from 0); null never answers. */
let answers: (n: number, seen: Seen) => { status: number; body: string } | null
let seen: Seen[]
let server: Server
let clock: Clock
let town: WechatTown
let token: string

const TOKEN = 'callback-token'
const AES_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const APP_ID = 'wx0123456789abcdef'

beforeEach(async () => {
  seen = []
  answers = () => ({ status: 200, body: 'success' })
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const query = new URL(request.url ?? '', 'http://x').searchParams
      const one = { method: request.method ?? '', query, body: Buffer.concat(chunks).toString('utf8') }
      seen.push(one)
      const answer = answers(seen.length - 1, one)
      if (answer) response.writeHead(answer.status).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  clock = stoppedClock()
})
afterEach(async () => {
  await town.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function open(mode: CallbackSettings['mode'] = 'plain', more: Partial<WechatOptions> = {}): Promise<void> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks/wechat`
  town = await startWechat({
    appId: APP_ID,
    secret: 's',
    kind: 'service',
    originalId: 'gh_bureau',
    materials: [{ mediaId: 'cover', type: 'image' }],
    users: [{ openid: 'o-1', grants: [{ templateId: 'sub', left: 'long-term' }] }],
    templates: [{ id: 'sub', kind: 'subscribe', fields: ['thing1'] }],
    callback: { url, token: TOKEN, mode, encodingAesKey: AES_KEY },
    push: { timeoutMs: 5_000, gapMs: 5 },
    now: clock.now,
    ...more,
  })
  const body = { grant_type: 'client_credential', appid: APP_ID, secret: 's' }
  token = (await postJson(`${town.url}/cgi-bin/stable_token`, body)).json.access_token
}
const api = (path: string, body: unknown): Promise<Answer> =>
  postJson(`${town.url}/cgi-bin/${path}?access_token=${token}`, body)
async function publish(): Promise<string> {
  const articles = [{ title: '某地发生4.8级地震', content: '<p>正文</p>', thumb_media_id: 'cover' }]
  const { media_id } = (await api('draft/add', { articles })).json
  return String((await api('freepublish/submit', { media_id })).json.publish_id)
}
const settled = (): boolean => town.pushes().every((push) => !['due', 'sending'].includes(push.state))
const states = (): string[] => town.pushes().map((push) => push.state)

async function finish(): Promise<void> {
  clock.at += 5_000
  await until(() => town.pushes().length > 0 && settled())
}

test('a finished publish job is reported, signed, with article and address', async () => {
  await open()
  const publishId = await publish()
  await finish()
  expect(states()).toEqual(['delivered'])
  const [{ method, query, body }] = seen as [Seen]
  expect(method).toBe('POST')
  const parts = [TOKEN, query.get('timestamp') ?? '', query.get('nonce') ?? '']
  expect(query.get('signature')).toBe(signParts(parts))
  expect(Number(query.get('timestamp'))).toBe(Math.floor(clock.at / 1_000))
  expect(body).toContain('<Event><![CDATA[PUBLISHJOBFINISH]]></Event>')
  expect(body).toContain(`<publish_id>${publishId}</publish_id><publish_status>0</publish_status>`)
  expect(body).toContain(`<article_url><![CDATA[${town.timeline()[0]?.url}]]></article_url>`)
})

test('in safe mode only the ciphertext travels, signed by msg_signature', async () => {
  await open('aes')
  await publish()
  await finish()
  const [{ query, body }] = seen as [Seen]
  expect(body).not.toContain('PUBLISHJOBFINISH')
  const encrypted = /<Encrypt><!\[CDATA\[([^\]]+)\]\]><\/Encrypt>/.exec(body)?.[1] ?? ''
  const parts = [TOKEN, query.get('timestamp') ?? '', query.get('nonce') ?? '', encrypted]
  expect(query.get('encrypt_type')).toBe('aes')
  expect(query.get('msg_signature')).toBe(signParts(parts))
  expect(decryptMessage(decodeAesKey(AES_KEY), APP_ID, encrypted)).toContain('PUBLISHJOBFINISH')
})

test('in compat mode both travel', async () => {
  await open('compat')
  await publish()
  await finish()
  expect(seen[0]?.body).toContain('PUBLISHJOBFINISH')
  expect(seen[0]?.body).toContain('<Encrypt>')
})

test('a failed job is reported with its status and no article', async () => {
  await open()
  town.faults.add({ api: 'freepublish/submit', kind: 'job-fail', status: 4 })
  await publish()
  await finish()
  expect(seen[0]?.body).toContain('<publish_status>4</publish_status><fail_idx>1</fail_idx>')
  expect(seen[0]?.body).not.toContain('article_id')
})

test('a merged console reports a publish job as a mass send without article_id', async () => {
  await open('plain', { mergedConsole: true })
  await publish()
  await finish()
  expect(seen[0]?.body).toContain('<Event><![CDATA[MASSSENDJOBFINISH]]></Event>')
  expect(seen[0]?.body).toContain('<Status><![CDATA[send success]]></Status>')
  expect(seen[0]?.body).not.toContain('article')
  expect(town.timeline()).toHaveLength(1)
})

test('a mass send is reported with its counts', async () => {
  await open()
  const articles = [{ title: '某地发生5.8级地震', content: '<p>正文</p>', thumb_media_id: 'cover' }]
  const { media_id } = (await api('draft/add', { articles })).json
  await api('message/mass/sendall', {
    filter: { is_to_all: true },
    msgtype: 'mpnews',
    mpnews: { media_id },
    clientmsgid: 'k',
  })
  await finish()
  expect(seen[0]?.body).toContain('<Event><![CDATA[MASSSENDJOBFINISH]]></Event>')
  expect(seen[0]?.body).toContain('<Status><![CDATA[send success]]></Status>')
  expect(seen[0]?.body).toContain('<SentCount>1</SentCount><ErrorCount>0</ErrorCount>')
})

test('a notice to one person is reported to the callback', async () => {
  await open()
  await api('message/subscribe/bizsend', { touser: 'o-1', template_id: 'sub', data: { thing1: { value: '地震' } } })
  await until(() => states()[0] === 'delivered')
  expect(seen[0]?.body).toContain('subscribe_msg_sent_event')
})

describe('the receiver does not do its part', () => {
  test('three tries on errors, then it is given up', async () => {
    answers = () => ({ status: 500, body: '' })
    await open()
    await publish()
    await finish()
    expect(seen).toHaveLength(3)
    expect(states()).toEqual(['failed'])
  })

  test('a second try that is answered ends it', async () => {
    answers = (n) => ({ status: n === 0 ? 502 : 200, body: '' })
    await open()
    await publish()
    await finish()
    expect(seen).toHaveLength(2)
    expect(states()).toEqual(['delivered'])
  })

  test('no answer in time is a try like any other', async () => {
    answers = () => null
    await open('plain', { push: { timeoutMs: 30, gapMs: 5 } })
    await publish()
    await finish()
    expect(seen).toHaveLength(3)
    expect(states()).toEqual(['failed'])
  })

  test('any other text is a fault that the follower would see, and is not tried again', async () => {
    answers = () => ({ status: 200, body: '{"ok":true}' })
    await open()
    await publish()
    await finish()
    expect(seen).toHaveLength(1)
    expect(states()).toEqual(['failed'])
  })
})

describe('scripted pushes', () => {
  test('lost: the job ends and nothing is sent', async () => {
    await open()
    town.faults.add({ api: 'freepublish/submit', kind: 'callback-lost' })
    const publish_id = await publish()
    await finish()
    expect(states()).toEqual(['lost'])
    expect(seen).toEqual([])
    expect((await api('freepublish/get', { publish_id })).json.publish_status).toBe(0)
  })

  test('late: it comes when its time has come', async () => {
    await open()
    town.faults.add({ api: 'freepublish/submit', kind: 'callback-late', ms: 60_000 })
    await publish()
    clock.at += 5_000
    await api('draft/batchget', { offset: 0, count: 1 })
    expect(states()).toEqual(['due'])
    clock.at += 60_000
    await until(settled)
    expect(seen).toHaveLength(1)
  })

  test('twice: the same event comes twice', async () => {
    await open()
    town.faults.add({ api: 'freepublish/submit', kind: 'callback-twice' })
    await publish()
    await finish()
    expect(seen).toHaveLength(2)
    expect(seen[0]?.body).toBe(seen[1]?.body)
  })

  test('without a callback address every push is lost', async () => {
    await open()
    town.setCallback(null)
    await publish()
    await finish()
    expect(states()).toEqual(['lost'])
  })
})

describe('a follower writes', () => {
  const reply = (given: Seen, to: string, content: string): string => {
    const time = given.query.get('timestamp') ?? ''
    return `<xml><ToUserName><![CDATA[${to}]]></ToUserName><FromUserName><![CDATA[gh_bureau]]></FromUserName><CreateTime>${time}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${content}]]></Content></xml>`
  }

  test('and reads the passive reply', async () => {
    answers = (_, given) => ({ status: 200, body: reply(given, 'o-1', '最新：某地4.8级') })
    await open()
    expect(await town.sendText('o-1', '地震')).toEqual({ sees: 'text', text: '最新：某地4.8级' })
    expect(seen[0]?.body).toContain('<Content><![CDATA[地震]]></Content>')
  })

  test('and in safe mode reads only a reply that is encrypted and signed', async () => {
    await open('aes')
    answers = (_, given) => ({ status: 200, body: reply(given, 'o-1', '明文') })
    expect(await town.sendText('o-1', '地震')).toMatchObject({ sees: 'fault' })
    answers = (_, given) => {
      const salt = Buffer.from('0123456789abcdef')
      const encrypted = encryptMessage(decodeAesKey(AES_KEY), APP_ID, reply(given, 'o-1', '密文'), salt)
      const signature = signParts([TOKEN, '1', 'n', encrypted])
      const body = `<xml><Encrypt><![CDATA[${encrypted}]]></Encrypt><MsgSignature>${signature}</MsgSignature><TimeStamp>1</TimeStamp><Nonce>n</Nonce></xml>`
      return { status: 200, body }
    }
    expect(await town.sendText('o-1', '地震')).toEqual({ sees: 'text', text: '密文' })
  })

  test('an empty answer is silence, an unswapped, overlong or broken one a fault', async () => {
    await open()
    expect(await town.sendText('o-1', '在吗')).toEqual({ sees: 'nothing' })
    answers = (_, given) => ({ status: 200, body: reply(given, 'o-2', 'x') })
    expect(await town.sendText('o-1', '在吗')).toMatchObject({ sees: 'fault' })
    answers = (_, given) => ({ status: 200, body: reply(given, 'o-1', '震'.repeat(683)) })
    expect(await town.sendText('o-1', '在吗')).toMatchObject({ sees: 'fault' })
    answers = () => ({ status: 200, body: '<xml><Content>' })
    expect(await town.sendText('o-1', '在吗')).toMatchObject({ sees: 'fault' })
    answers = () => ({ status: 503, body: '' })
    expect(await town.sendText('o-1', '在吗')).toMatchObject({ sees: 'fault' })
  })
})

test("the console's check wants echostr back, alone and unchanged", async () => {
  await open()
  answers = (_, given) => ({ status: 200, body: given.query.get('echostr') ?? '' })
  expect(await town.verifyCallback()).toBe(true)
  const { query } = seen[0] as Seen
  const parts = [TOKEN, query.get('timestamp') ?? '', query.get('nonce') ?? '']
  expect(query.get('signature')).toBe(signParts(parts))
  answers = (_, given) => ({ status: 200, body: `"${given.query.get('echostr') ?? ''}"` })
  expect(await town.verifyCallback()).toBe(false)
})
