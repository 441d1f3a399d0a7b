// In: calls over the wire. Out: proof that mass sends and per-person notices follow reference channels.md §2.5, §2.6.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startWechat } from '../../src/town/wechat.ts'
import type { WechatOptions, WechatTown } from '../../src/town/wechat.ts'
import { call, postJson, stoppedClock } from './town-tools.ts'
import type { Answer, Clock } from './town-tools.ts'

const MINUTE = 60_000
const DAY = 86_400_000
let clock: Clock
let town: WechatTown
let token: string

const base: Omit<WechatOptions, 'now'> = {
  appId: 'wx0123456789abcdef',
  secret: 'town-secret',
  kind: 'service',
  materials: [{ mediaId: 'cover', type: 'image' }],
  users: [
    { openid: 'o-long', name: 'duty', grants: [{ templateId: 'sub-quake', left: 'long-term' }] },
    { openid: 'o-once', grants: [{ templateId: 'sub-quake', left: 1 }] },
    { openid: 'o-gone', follows: false },
  ],
  templates: [
    { id: 'sub-quake', kind: 'subscribe', fields: ['thing1', 'time2', 'number3'] },
    { id: 'tpl-quake', kind: 'template', fields: ['thing1', 'remark'] },
  ],
}

const codeOf = (answer: Answer): number => Number(answer.json.errcode ?? 0)
const api = (path: string, body: unknown): Promise<Answer> =>
  postJson(`${town.url}/cgi-bin/${path}?access_token=${token}`, body)

async function renew(): Promise<void> {
  const body = { grant_type: 'client_credential', appid: base.appId, secret: base.secret }
  token = (await postJson(`${town.url}/cgi-bin/stable_token`, body)).json.access_token
}
async function open(more: Partial<WechatOptions> = {}): Promise<void> {
  await town?.close()
  town = await startWechat({ ...base, now: clock.now, ...more })
  await renew()
}
async function later(ms: number): Promise<void> {
  clock.at += ms
  await renew()
}

beforeEach(async () => {
  clock = stoppedClock()
  await open()
})
afterEach(() => town.close())

async function draft(title = '某地发生5.8级地震'): Promise<string> {
  const articles = [{ title, content: '<p>正文</p>', thumb_media_id: 'cover' }]
  return (await api('draft/add', { articles })).json.media_id
}
const send = (media_id: string, clientmsgid: string, more: Record<string, unknown> = {}): Promise<Answer> =>
  api('message/mass/sendall', {
    filter: { is_to_all: true },
    msgtype: 'mpnews',
    mpnews: { media_id },
    send_ignore_reprint: 0,
    clientmsgid,
    ...more,
  })
const masses = (): number => town.ledger().filter((entry) => entry.act === 'mass').length

describe('a mass send', () => {
  test('is a job: SENDING, then SEND_SUCCESS, visible, the draft consumed', async () => {
    const media_id = await draft()
    const sent = await send(media_id, 'k1')
    expect(sent.json).toMatchObject({ errcode: 0, errmsg: 'send job submission success' })
    expect(sent.text).toMatch(/"msg_id":"?\d{19}"?/)
    const msg_id = String(sent.json.msg_id)
    expect((await api('message/mass/get', { msg_id })).json.msg_status).toBe('SENDING')
    expect(town.timeline()).toEqual([])
    await later(5_000)
    expect((await api('message/mass/get', { msg_id })).json.msg_status).toBe('SEND_SUCCESS')
    expect(town.timeline()).toMatchObject([{ act: 'mass', ids: { msgId: msg_id }, visible: true }])
    expect(codeOf(await api('draft/get', { media_id }))).toBe(40007)
    expect((await api('freepublish/batchget', { offset: 0, count: 20 })).json.total_count).toBe(0)
    const page = await call(town.timeline()[0]?.url ?? '')
    expect(page.text).toContain('某地发生5.8级地震')
  })

  test('the same clientmsgid within 60 s is 45066, later 45065 with the first msg_id, never a second send', async () => {
    const media_id = await draft()
    const { msg_id } = (await send(media_id, 'k1')).json
    await later(59_000)
    expect(codeOf(await send(media_id, 'k1'))).toBe(45066)
    await later(60_000)
    const again = await send(media_id, 'k1')
    expect(codeOf(again)).toBe(45065)
    expect(String(again.json.msg_id)).toBe(String(msg_id))
    expect(masses()).toBe(1)
  })

  test('a key works again after 24 hours', async () => {
    await send(await draft(), 'k1')
    await later(DAY)
    expect(codeOf(await send(await draft(), 'k1'))).toBe(0)
  })

  test('without a key, scope and content are the key', async () => {
    const media_id = await draft()
    const body = { filter: { is_to_all: true }, msgtype: 'mpnews', mpnews: { media_id }, send_ignore_reprint: 0 }
    expect(codeOf(await api('message/mass/sendall', body))).toBe(0)
    await later(65_000)
    expect(codeOf(await api('message/mass/sendall', body))).toBe(45065)
  })

  test('a refused send does not use its key up', async () => {
    expect(codeOf(await send('nobody', 'k1'))).toBe(40007)
    expect(codeOf(await send(await draft(), 'k1'))).toBe(0)
  })

  test('a key of 33 is 45067', async () => {
    expect(codeOf(await send(await draft(), 'k'.repeat(33)))).toBe(45067)
    expect(codeOf(await send(await draft(), 'k'.repeat(32)))).toBe(0)
  })

  test('to all: once a day and four times a month, then 45028', async () => {
    for (let n = 0; n < 4; n++) {
      expect(codeOf(await send(await draft(), `a${n}`))).toBe(0)
      expect(codeOf(await send(await draft(), `b${n}`))).toBe(45028)
      await later(DAY)
    }
    expect(codeOf(await send(await draft(), 'fifth'))).toBe(45028)
    await later(Date.UTC(2017, 5, 30, 16, 0, 0) - clock.at)
    expect(codeOf(await send(await draft(), 'next-month'))).toBe(0)
  })

  test('an ex-subscription account has one send a day, by tag too', async () => {
    await open({ kind: 'subscription' })
    const byTag = { filter: { is_to_all: false, tag_id: 2 } }
    expect(codeOf(await send(await draft(), 'k1', byTag))).toBe(0)
    expect(codeOf(await send(await draft(), 'k2'))).toBe(45028)
    await later(DAY)
    expect(codeOf(await send(await draft(), 'k3'))).toBe(0)
  })

  test('a follower receives four a month; the fifth fails for that person alone', async () => {
    const byTag = { filter: { is_to_all: false, tag_id: 2 } }
    for (let n = 0; n < 5; n++) {
      await send(await draft(), `k${n}`, byTag)
      await later(5_000)
      await api('draft/batchget', { offset: 0, count: 1 })
    }
    const notes = town.ledger().map((entry) => entry.note)
    expect(notes).toEqual(['送达 2/2', '送达 2/2', '送达 2/2', '送达 2/2', '送达 0/2'])
  })

  test('60 calls a minute are the end, 45011; 100 a day 45009', async () => {
    for (let n = 0; n < 60; n++) await send('none', `k${n}`)
    expect(codeOf(await send('none', 'x'))).toBe(45011)
    await later(MINUTE)
    for (let n = 0; n < 40; n++) await send('none', `m${n}`)
    await later(MINUTE)
    expect(codeOf(await send('none', 'y'))).toBe(45009)
  })

  test('shape, tag, type and text length are checked', async () => {
    expect(codeOf(await send('x', 'k', { filter: {} }))).toBe(47001)
    expect(codeOf(await send('x', 'k', { filter: { is_to_all: false } }))).toBe(40050)
    expect(codeOf(await send('x', 'k', { msgtype: 'wxcard' }))).toBe(40008)
    const text = { msgtype: 'text', mpnews: undefined, text: { content: '震'.repeat(683) } }
    expect(codeOf(await send('x', 'k', text))).toBe(45002)
  })

  test('an unknown msg_id is 40059', async () => {
    expect(codeOf(await api('message/mass/get', { msg_id: '1' }))).toBe(40059)
  })

  test('a scripted failure ends as SEND_FAIL and shows nothing', async () => {
    town.faults.add({ api: 'message/mass/sendall', kind: 'job-fail', status: 20_001 })
    const { msg_id } = (await send(await draft(), 'k1')).json
    await later(5_000)
    expect((await api('message/mass/get', { msg_id: String(msg_id) })).json.msg_status).toBe('SEND_FAIL')
    expect(town.timeline()).toEqual([])
  })
})

describe('群发保护', () => {
  beforeEach(() => open({ massProtection: true }))

  test('waits for the administrator', async () => {
    const msg_id = String((await send(await draft(), 'k1')).json.msg_id)
    await later(20 * MINUTE)
    expect((await api('message/mass/get', { msg_id })).json.msg_status).toBe('SENDING')
    expect(town.ledger()[0]?.note).toBe('等待管理员确认')
    town.confirmMass(msg_id, true)
    await later(5_000)
    expect((await api('message/mass/get', { msg_id })).json.msg_status).toBe('SEND_SUCCESS')
  })

  test.each([
    ['fails after 30 minutes without an answer', 30 * MINUTE, false],
    ['fails when the administrator refuses', 0, true],
  ])('%s', async (_, wait, refuse) => {
    const msg_id = String((await send(await draft(), 'k1')).json.msg_id)
    if (refuse) town.confirmMass(msg_id, false)
    await later(wait)
    expect((await api('message/mass/get', { msg_id })).json.msg_status).toBe('SEND_FAIL')
    expect(town.timeline()).toEqual([])
  })

  test('a send by tag does not wait', async () => {
    await send(await draft(), 'k1', { filter: { is_to_all: false, tag_id: 1 } })
    await later(5_000)
    await api('draft/batchget', { offset: 0, count: 1 })
    expect(town.timeline()).toHaveLength(1)
  })
})

describe('withdrawing a mass send', () => {
  async function sent(): Promise<string> {
    const msg_id = String((await send(await draft(), `k${clock.at}`)).json.msg_id)
    await later(5_000)
    return msg_id
  }

  test('kills the page; cards that arrived stay, and the ledger says so', async () => {
    const msg_id = await sent()
    const { msg_status } = (await api('message/mass/get', { msg_id })).json
    expect(msg_status).toBe('SEND_SUCCESS')
    expect(codeOf(await api('message/mass/delete', { msg_id, article_idx: 0 }))).toBe(0)
    expect((await api('message/mass/get', { msg_id })).json.msg_status).toBe('DELETE')
    expect(town.timeline()).toEqual([])
    expect(town.ledger().map((entry) => [entry.act, entry.note])).toEqual([
      ['mass', '页面已失效；已送达的卡片仍在手机上'],
      ['mass-delete', ''],
    ])
  })

  test('works by address as well', async () => {
    await sent()
    await api('message/mass/get', { msg_id: '1' })
    expect(codeOf(await api('message/mass/delete', { url: town.timeline()[0]?.url }))).toBe(0)
    expect(town.timeline()).toEqual([])
  })

  test('a running send, an unknown one and a text cannot be withdrawn', async () => {
    const { msg_id } = (await send(await draft(), 'k1')).json
    expect(codeOf(await api('message/mass/delete', { msg_id: String(msg_id) }))).toBe(40059)
    expect(codeOf(await api('message/mass/delete', { msg_id: '1' }))).toBe(40059)
    await later(DAY)
    const text = { msgtype: 'text', mpnews: undefined, text: { content: '更正' } }
    const other = (await send('', 'k2', text)).json.msg_id
    await later(5_000)
    expect(codeOf(await api('message/mass/delete', { msg_id: String(other) }))).toBe(40008)
    expect(town.timeline().map((entry) => entry.text)).toContain('更正')
  })

  test('ten a day, then 45009', async () => {
    for (let n = 0; n < 10; n++) await api('message/mass/delete', { msg_id: '1' })
    expect(codeOf(await api('message/mass/delete', { msg_id: '1' }))).toBe(45009)
  })
})

test('a preview reaches one follower and never the timeline', async () => {
  const mpnews = { media_id: await draft() }
  expect(codeOf(await api('message/mass/preview', { towxname: 'duty', msgtype: 'mpnews', mpnews }))).toBe(0)
  expect(codeOf(await api('message/mass/preview', { touser: 'nobody', msgtype: 'mpnews', mpnews }))).toBe(40003)
  expect(codeOf(await api('message/mass/preview', { touser: 'o-gone', msgtype: 'mpnews', mpnews }))).toBe(43004)
  expect(town.ledger().map((entry) => entry.act)).toEqual(['preview'])
  expect(town.timeline()).toEqual([])
})

describe('subscription notices', () => {
  const data = { thing1: { value: '某地4.8级' }, time2: { value: '2017-06-03 18:11' }, number3: { value: '4.8' } }
  const notice = (more: Record<string, unknown> = {}): Promise<Answer> =>
    api('message/subscribe/bizsend', { touser: 'o-long', template_id: 'sub-quake', data, ...more })
  const withField = (name: string, value: string): Promise<Answer> => notice({ data: { ...data, [name]: { value } } })

  test('a long-term consent serves again and again, a one-off once', async () => {
    expect(codeOf(await notice())).toBe(0)
    expect(codeOf(await notice())).toBe(0)
    expect(codeOf(await notice({ touser: 'o-once' }))).toBe(0)
    expect(codeOf(await notice({ touser: 'o-once' }))).toBe(43101)
    expect(town.ledger().filter((entry) => entry.act === 'user-message')).toHaveLength(3)
  })

  test('who never consented, nobody, and an unknown template are told apart', async () => {
    expect(codeOf(await notice({ touser: 'o-gone' }))).toBe(43101)
    expect(codeOf(await notice({ touser: 'x' }))).toBe(40003)
    expect(codeOf(await notice({ template_id: 'tpl-quake' }))).toBe(40037)
    expect(codeOf(await notice({ page: 'pages/index' }))).toBe(41030)
  })

  test.each([
    ['thing1', '震'.repeat(21)],
    ['thing1', ''],
    ['number3', '四点八'],
    ['time2', '昨天傍晚'],
    ['thing9', '多余'],
  ])('%s "%s" is 47003 and names the field', async (name, value) => {
    const answer = await withField(name, value)
    expect(codeOf(answer)).toBe(47003)
    expect(answer.json.errmsg).toContain(`data.${name}.value`)
  })

  test('mini-program members do not belong here', async () => {
    expect(codeOf(await notice({ miniprogram_state: 'formal', lang: 'zh_CN' }))).toBe(47001)
  })

  test('an ex-subscription account may not send them', async () => {
    await open({ kind: 'subscription' })
    expect(codeOf(await notice())).toBe(48001)
  })
})

describe('template messages', () => {
  const notice = (more: Record<string, unknown> = {}): Promise<Answer> =>
    api('message/template/send', {
      touser: 'o-long',
      template_id: 'tpl-quake',
      url: 'https://dzj.example.cn/n/abc',
      data: { thing1: { value: '某地4.8级' }, remark: { value: `第一行\n第二行` } },
      ...more,
    })

  test('values lose what stands after a line break, and the ledger shows what was left', async () => {
    expect((await notice()).text).toMatch(/"msgid":\d{19}/)
    expect(town.ledger()[0]?.text).toBe('thing1：某地4.8级；remark：第一行')
  })

  test('the same client_msg_id within ten minutes sends nothing more', async () => {
    const first = (await notice({ client_msg_id: 'c1' })).json.msgid
    clock.at += 9 * MINUTE
    expect((await notice({ client_msg_id: 'c1' })).json.msgid).toBe(first)
    expect(town.ledger()).toHaveLength(1)
    clock.at += MINUTE
    expect((await notice({ client_msg_id: 'c1' })).json.msgid).not.toBe(first)
    expect(town.ledger()).toHaveLength(2)
  })

  test('who does not follow is 43004; template and data are checked', async () => {
    expect(codeOf(await notice({ touser: 'o-gone' }))).toBe(43004)
    expect(codeOf(await notice({ touser: 'x' }))).toBe(40003)
    expect(codeOf(await notice({ template_id: 'sub-quake' }))).toBe(40037)
    expect(codeOf(await notice({ data: { thing1: { value: 'x' } } }))).toBe(47003)
  })
})
