// In: a real installation, strict stand-ins, a person at the desk. Out: proof that an account is set up before it may speak,
// that a person can end what no probe can, and that what the platform takes down or finishes late is not overlooked.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { encryptCallback, signCallback } from '../../channels/wechat/callback-crypto.ts'
import { TOWN } from '../../src/town/town.ts'
import { TEMPLATE_ID } from '../crash/town.ts'
import { until } from '../crash/watch.ts'
import { PNG } from '../town/town-tools.ts'
import { openBureau, untilDeliveries, type Bureau, type Delivery } from './bureau.ts'

let bureau: Bureau
let covers: string
let count = 0

/** Its WeChat outlet is to have covers that the set-up uploads; read at the next start. */
function configureWechat(mode: 'live' | 'rehearsal'): void {
  const file = parse(bureau.yaml) as { outlets: Record<string, unknown>[] }
  const wechat = file.outlets.find((outlet) => outlet['id'] === 'wechat-main')
  Object.assign(wechat ?? {}, { covers: { default: 'uploaded' }, mode })
  writeFileSync(join(bureau.folder, 'quakedesk.yaml'), stringify(file))
}

beforeAll(async () => {
  bureau = await openBureau('by-hand')
  configureWechat('live')
  covers = join(bureau.folder, 'covers')
  mkdirSync(covers)
  writeFileSync(join(covers, 'default.png'), PNG)
}, 120_000)

afterAll(() => bureau.close(), 60_000)

const desk: Bureau['desk'] = (...args) => bureau.desk(...args)

describe('the set-up of WeChat covers', () => {
  test('a live outlet without covers does not start and says what to do; after the set-up it does', async () => {
    await expect(bureau.start()).rejects.toThrow(/covers.*setup-wechat/s)
    configureWechat('rehearsal')
    await bureau.start()

    const bare = await desk('setup-wechat', 'wechat-main', '--as', '李工')
    expect(bare.code).toBe(1)
    expect(bare.err).toMatch(/none was uploaded for .*quick-report/)
    expect((await desk('setup-wechat', 'weibo-main', '--as', '李工')).code).toBe(2)
    expect((await desk('setup-wechat', 'wechat-main', '--covers', bureau.folder, '--as', '李工')).err).toContain(
      'no picture',
    )
    expect((await desk('setup-wechat', 'wechat-main', '--covers', covers)).err).toContain('--as')

    const done = await desk('setup-wechat', 'wechat-main', '--covers', covers, '--as', '李工')
    expect(done.err).toBe('')
    expect(done.out).toContain('default.png')
    expect((await bureau.town.ledger('wechat')).filter((entry) => entry.visible)).toEqual([])

    await bureau.stop()
    configureWechat('live')
    await bureau.start()
  }, 120_000)
})

async function untilState(serial: string, state: string, which: (d: Delivery) => boolean): Promise<Delivery> {
  const [found] = await untilDeliveries(bureau, serial, [state], which)
  if (!found) throw new Error('no such delivery')
  return found
}

/** One automatic determination. @returns the serial of its lineage */
const hear = (): Promise<string> => bureau.hear('AU', bureau.recent())

async function listAlarms(): Promise<{ kind: string; subject: string; message: string }[]> {
  const answer = await desk('list', '--json')
  return (JSON.parse(answer.out) as { alarms: { kind: string; subject: string; message: string }[] }).alarms
}

const isWeibo = (d: Delivery): boolean => d.outlet_id === 'weibo-main' && d.kind === 'quick-report'
const isPage = (d: Delivery): boolean => d.leg === 'freepublish' && d.kind === 'quick-report'

describe('a person at the desk', () => {
  beforeEach(() => bureau.beginAnew())

  test('sends again what was refused once its cause is gone; the alarm ends', async () => {
    await bureau.town.script('weibo', [{ api: 'statuses/share', kind: 'error', code: 20_031, times: 1 }])
    const serial = await hear()
    const failed = await untilState(serial, 'failed', isWeibo)
    await until('the alarm', async () => (await listAlarms()).some((alarm) => alarm.subject === failed.id))
    const answer = await desk('settle', serial, '--outlet', 'weibo-main', '--is', 'again', '--as', '李工')
    expect(answer).toMatchObject({ code: 0 })
    await untilState(serial, 'accepted', isWeibo)
    expect((await bureau.town.ledger('weibo')).filter((e) => e.visible && e.text.includes(serial))).toHaveLength(1)
    expect((await listAlarms()).filter((alarm) => alarm.subject === failed.id)).toEqual([])
    const twice = await desk('settle', serial, '--outlet', 'weibo-main', '--is', 'again', '--as', '李工')
    expect(twice).toMatchObject({ code: 1, err: expect.stringContaining('accepted') })
  })

  test('says that a post made by hand stands, so that a withdrawal counter-posts there', async () => {
    await bureau.town.script('weibo', [{ api: 'statuses/share', kind: 'error', code: 20_021, times: 1 }])
    const serial = await hear()
    await untilState(serial, 'failed', isWeibo)
    const url = 'https://weibo.com/1700000001/by-hand'
    const said = await desk('settle', serial, '--outlet', 'weibo-main', '--is', 'posted', '--url', url, '--as', '李工')
    expect(said).toMatchObject({ code: 0 })
    expect(await untilState(serial, 'accepted', isWeibo)).toMatchObject({ url, reason: '人工核实已发出' })
    await desk('withdraw', serial, '--reason', 'sent-in-error', '--as', '李工')
    await untilState(serial, 'accepted', (d) => d.kind === 'withdrawal' && d.outlet_id === 'weibo-main')
  })

  test('has to say which leg, and who says it', async () => {
    const serial = await hear()
    await untilState(serial, 'pending', isPage)
    const vague = await desk('settle', serial, '--outlet', 'wechat-main', '--is', 'absent', '--as', '李工')
    expect(vague).toMatchObject({ code: 1, err: expect.stringContaining('--leg') })
    expect((await desk('settle', serial, '--outlet', 'site', '--is', 'absent', '--as', '李工')).code).toBe(1)
    expect((await desk('settle', serial, '--outlet', 'nowhere', '--is', 'absent', '--as', '李工')).code).toBe(1)
    expect((await desk('settle', serial, '--outlet', 'site', '--is', 'posted')).err).toContain('--as')
    expect((await desk('settle', serial, '--outlet', 'site', '--is', 'gone', '--as', '李工')).code).toBe(2)
  })

  test('withdraws while a page is still being published: the counter-post does not wait, and outlives it', async () => {
    await bureau.town.script('wechat', [{ api: 'freepublish/submit', kind: 'callback-lost' }])
    const serial = await hear()
    await untilState(serial, 'pending', isPage)
    const answer = await desk('withdraw', serial, '--reason', 'sent-in-error', '--as', '李工', '--json')
    expect(answer.code).toBe(0)
    expect((await bureau.deliveries(serial)).filter((d) => d.kind === 'withdrawal').map((d) => d.leg)).toContain(
      'freepublish',
    )
    await bureau.pass(20_000)
    await untilState(serial, 'accepted', isPage)
    await untilState(serial, 'accepted', (d) => d.kind === 'withdrawal' && d.leg === 'freepublish')
    const pages = (await bureau.town.ledger('wechat')).filter((e) => e.visible && e.act === 'publish')
    const number = /\d+号/.exec(serial)?.[0] ?? serial
    const ours = pages.filter((e) => e.text.includes(number))
    expect(ours).toHaveLength(2)
    expect(ours.at(-1)?.title).toContain('撤回')
  })
})

/** What the platform posts in 安全模式. */
async function callBack(inner: string): Promise<string> {
  const seconds = String(Math.floor(bureau.now() / 1000))
  count += 1
  const xml = `<xml><ToUserName>gh_town</ToUserName><CreateTime>${seconds}</CreateTime><MsgType>event</MsgType>${inner}</xml>`
  const encrypted = encryptCallback(TOWN.wechatAesKey, TOWN.wechatAppId, xml, String(count).padStart(32, '0'))
  const nonce = `nonce-${count}`
  const query = new URLSearchParams({
    timestamp: seconds,
    nonce,
    encrypt_type: 'aes',
    msg_signature: signCallback(TOWN.wechatToken, seconds, nonce, encrypted),
  })
  const reply = await fetch(`http://127.0.0.1:${bureau.deskPort}/callbacks/wechat?${query.toString()}`, {
    method: 'POST',
    headers: { 'content-type': 'text/xml' },
    body: `<xml><ToUserName>gh_town</ToUserName><Encrypt>${encrypted}</Encrypt></xml>`,
  })
  return reply.text()
}

describe('what the platform tells later', () => {
  test('a page that was banned after it stood rings for a person', async () => {
    const serial = await hear()
    await until('pending', async () => (await bureau.deliveries(serial)).some((d) => isPage(d) && d.job !== ''))
    await bureau.pass(20_000)
    const page = await untilState(serial, 'accepted', isPage)
    const info = `<publish_id>${page.job}</publish_id><publish_status>6</publish_status>`
    const event = `<FromUserName>oAdmin</FromUserName><Event>PUBLISHJOBFINISH</Event><PublishEventInfo>${info}</PublishEventInfo>`
    expect(await callBack(event)).toBe('success')
    const alarms = (await listAlarms()).filter((alarm) => alarm.kind === 'removed' && alarm.subject === page.id)
    expect(alarms).toHaveLength(1)
    expect(alarms[0]?.message).toContain(serial)
    expect((await bureau.deliveries(serial)).find(isPage)?.state).toBe('accepted')
  })

  test('who accepts a subscription is on the list, who refuses it is not, and no journal row names them', async () => {
    const choose = (openid: string, choice: 'accept' | 'reject', template = TEMPLATE_ID) =>
      callBack(
        `<FromUserName>${openid}</FromUserName><Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent><List>` +
          `<TemplateId>${template}</TemplateId><SubscribeStatusString>${choice}</SubscribeStatusString></List></SubscribeMsgPopupEvent>`,
      )
    const answers = await Promise.all([
      choose('oCitizen1', 'accept'),
      choose('oCitizen2', 'accept'),
      choose('oCitizen3', 'accept', 'another-template'),
    ])
    expect(answers).toEqual(['success', 'success', 'success'])
    const db = await bureau.database()
    const list = async (): Promise<string[]> => {
      const { rows } = await db.query<{ value: string }>(
        `select value from outlet_box where outlet_id = 'wechat-main' and key = 'subscribers'`,
      )
      return (JSON.parse(rows[0]?.value ?? '[]') as string[]).toSorted()
    }
    expect(await list()).toEqual(['oCitizen1', 'oCitizen2'])
    await bureau.pass(2_000)
    await choose('oCitizen1', 'reject')
    expect(await list()).toEqual(['oCitizen2'])
    const { rows } = await db.query(
      `select 1 from journal where detail::text like '%oCitizen%' or subject like '%oCitizen%'`,
    )
    expect(rows).toEqual([])
  })
})
