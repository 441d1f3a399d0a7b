// In: a real installation with an account that has no interface, its people with browsers, strict stand-ins. Out: proof that an
// account says nothing before its entry runs, that a word is posted by hand by one person under their name and taken back the same
// way, and that a credential goes in at the desk, is used at once and comes out nowhere.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { TOWN } from '../../src/town/town.ts'
import { until } from '../crash/watch.ts'
import { openBureau, type Bureau, type Delivery } from './bureau.ts'
import { openFirst, openOfficer, type Page, type Visitor } from './officers.ts'

let bureau: Bureau
let people: Record<'system' | 'lead' | 'duty' | 'publicity', Visitor>

/** Nobody answers there, and it has neither alarms nor notices: it is here to be looked at. */
const TEXTS = {
  id: 'duty-sms',
  channel: 'sms',
  kind: 'aliyun',
  accessKeyId: 'LTAItest00000001',
  accessKeySecret: 'test-secret-0000000001',
  sign: '例市地震局',
  template: 'SMS_000000001',
  parameters: { line: 'text', serial: 'code' },
  phones: ['13800138000'],
  baseUrl: 'http://127.0.0.1:9',
}

/** @param more keys of the Weibo outlet */
function configure(more: Record<string, string> = {}): void {
  const file = parse(bureau.yaml) as { outlets: Record<string, unknown>[] }
  const weibo = file.outlets.find(({ id }) => id === 'weibo-main')
  Object.assign(weibo ?? {}, more)
  file.outlets.push({ id: 'douyin', channel: 'by-hand', platform: '抖音', hosts: ['douyin.com'] }, TEXTS)
  writeFileSync(join(bureau.folder, 'quakedesk.yaml'), stringify(file))
}

beforeAll(async () => {
  bureau = await openBureau('channels')
  configure()
  await bureau.start()
  const admin = await openFirst(bureau)
  const enter = (login: string, name: string, role: string): Promise<Visitor> =>
    openOfficer(bureau, admin, { login, name, roles: [role] })
  people = {
    system: await enter('xitong', '系统员', 'system-admin'),
    lead: await enter('li', '李处', 'lead'),
    duty: await enter('wang', '王小明', 'duty'),
    publicity: await enter('zhao', '赵宣', 'publicity'),
  }
}, 120_000)
afterAll(() => bureau.close(), 60_000)

/** Another quake than the one before, whose quick report is not news any more; nobody is idle for so long that the desk shows them out. */
async function nextQuake(): Promise<void> {
  await bureau.town.clearFaults()
  for (let quarter = 0; quarter < 3; quarter += 1) {
    for (const one of Object.values(people)) await one.get('/desk/account')
    await bureau.pass(11 * 60_000)
    await bureau.untilMoved()
  }
}

const isByHand = (d: Delivery): boolean => d.outlet_id === 'douyin'
const hear = (): Promise<string> => bureau.hear('AU', bureau.recent())

async function untilDelivery(
  serial: string,
  which: (d: Delivery) => boolean,
  is: (d: Delivery) => boolean,
): Promise<Delivery> {
  let found: Delivery | undefined
  await until(`a delivery of ${serial}`, async () => {
    found = (await bureau.deliveries(serial)).find(which)
    return found !== undefined && is(found)
  })
  if (!found) throw new Error('no such delivery')
  return found
}

const readDegraded = async (): Promise<string[]> => {
  const reply = await fetch(`http://127.0.0.1:${bureau.deskPort}/readyz`)
  return ((await reply.json()) as { degraded: string[] }).degraded.filter((line) => line.startsWith('outlet '))
}
const listAlarms = async (kind: string): Promise<string[]> => {
  const db = await bureau.database()
  const { rows } = await db.query<{ message: string }>(
    'select message from alarm where kind = $1 and cleared_at is null',
    [kind],
  )
  return rows.map(({ message }) => message)
}
const listActs = async (subject: string): Promise<string[]> => {
  const db = await bureau.database()
  const { rows } = await db.query<{ act: string }>('select act from journal where subject = $1 order by id', [subject])
  return rows.map(({ act }) => act)
}

const ACCOUNT = { accountName: '安平地震', responsible: '赵宣', purpose: '发布地震信息' }
const step = async (who: Visitor, door: 'register' | 'approval', fields: Record<string, string>): Promise<Page> => {
  await who.get('/desk/channels/douyin')
  return who.post(`/desk/channels/douyin/${door}`, fields)
}

describe('the register of accounts', () => {
  beforeEach(nextQuake)

  test('an account without a running entry says no first word, and that is told where people and programs look', async () => {
    expect(await readDegraded()).toEqual([expect.stringContaining('outlet douyin: its account has no running entry')])
    expect(await listAlarms('register')).toEqual([expect.stringContaining('douyin 的账号未经登记批准')])
    const serial = await hear()
    await untilDelivery(
      serial,
      (d) => d.outlet_id === 'weibo-main',
      (d) => d.state === 'accepted',
    )
    expect((await bureau.deliveries(serial)).find(isByHand)).toMatchObject({
      state: 'refused',
      reason: '账号未经登记批准，未发送',
    })
    expect((await people.duty.get('/desk/channels')).body).toContain('未登记，不得发布')
  })

  test('it is applied for, approved by another person with a number, and started; each step under a name', async () => {
    const { system, lead } = people
    expect((await step(system, 'register', { step: 'apply', ...ACCOUNT, responsible: ' ' })).body).toContain(
      '请填写责任人',
    )
    expect(await step(system, 'register', { step: 'apply', ...ACCOUNT })).toMatchObject({ status: 303 })
    // Whose act it is, is asked twice: by the door, and by which form a step belongs to.
    expect(await step(system, 'approval', { step: 'approve', number: '1' })).toMatchObject({ status: 403 })
    expect(await step(system, 'register', { step: 'approve', number: '1' })).toMatchObject({ status: 409 })
    expect(await step(system, 'register', { step: 'start' })).toMatchObject({ status: 409 })
    expect((await step(lead, 'approval', { step: 'approve' })).body).toContain('请填写批准文号')
    expect(await step(lead, 'approval', { step: 'approve', number: '安政新媒〔2026〕3号' })).toMatchObject({
      status: 303,
    })
    expect((await bureau.deliveries(await hear())).find(isByHand)?.state).toBe('refused')
    expect(await step(system, 'register', { step: 'start' })).toMatchObject({ status: 303 })
    const page = await lead.get('/desk/channels/douyin')
    for (const words of ['运行', '安政新媒〔2026〕3号', '李处', '系统员', '赵宣']) expect(page.body).toContain(words)
    expect(await readDegraded()).toEqual([])
    expect(await listAlarms('register')).toEqual([])
    expect(await listActs('douyin')).toEqual(['outlet.apply', 'outlet.approve', 'outlet.start'])
    const db = await bureau.database()
    const { rows } = await db.query(`select from journal where detail::text ~ '赵宣|李处|系统员|安平地震'`)
    expect(rows).toEqual([])
  })

  test('a change that waits for its approval, or is turned down, silences nothing', async () => {
    const { system, lead } = people
    expect(await step(system, 'register', { step: 'close' })).toMatchObject({ status: 303 })
    expect((await bureau.deliveries(await hear())).find(isByHand)?.state).not.toBe('refused')
    expect(await step(lead, 'approval', { step: 'turn-down', words: '仍在使用' })).toMatchObject({ status: 303 })
    expect(await step(system, 'register', { step: 'adjust', ...ACCOUNT, responsible: '王小明' })).toMatchObject({
      status: 303,
    })
    expect((await lead.get('/desk/channels/douyin')).body).toContain('申请调整为')
    expect(await step(lead, 'approval', { step: 'approve', number: '安政新媒〔2026〕4号' })).toMatchObject({
      status: 303,
    })
    expect((await lead.get('/desk/channels/douyin')).body).toMatch(/责任人<\/dt><dd>王小明/)
  })
})

const cardOf = (page: Page): string => /\/desk\/cards\/(d-\w+)\/take/.exec(page.body)?.[1] ?? ''

describe('the operator card', () => {
  beforeEach(nextQuake)

  test('one person takes it, the other is told who; the address is checked, public, and under a name', async () => {
    const { duty, publicity } = people
    const serial = await hear()
    await untilDelivery(serial, isByHand, (d) => d.state === 'queued')
    expect((await duty.get('/desk')).body).toContain('1 条公告等待人工发布')
    const cards = await duty.get('/desk/cards')
    expect(cards.body).not.toContain('class="text copy"')
    const card = cardOf(cards)
    await publicity.get('/desk/cards')
    const answers = await Promise.all([
      duty.post(`/desk/cards/${card}/take`),
      publicity.post(`/desk/cards/${card}/take`),
    ])
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['303', '409'])
    const [winner, loser] = answers[0]?.status === 303 ? [duty, publicity] : [publicity, duty]
    expect(answers.find(({ status }) => status === 409)?.body).toMatch(/(王小明|赵宣) .* 起正在发布这一条/)
    expect((await winner.get('/desk/cards')).body).toContain(`${serial} 第1报\n`)
    await loser.get('/desk/cards')
    for (const url of ['javascript:alert(1)', 'https://douyin.com.evil.example/1', 'https://a:b@www.douyin.com/1', 'x'])
      expect(await winner.post(`/desk/cards/${card}/posted`, { url })).toMatchObject({ status: 409 })
    expect((await bureau.deliveries(serial)).find(isByHand)?.state).toBe('unknown')
    const url = 'https://www.douyin.com/video/7300000000000000000'
    expect(await winner.post(`/desk/cards/${card}/posted`, { url })).toMatchObject({ status: 303 })
    expect((await bureau.deliveries(serial)).find(isByHand)).toMatchObject({ state: 'accepted', url })
    expect((await listActs(card)).filter((act) => act.endsWith('-by-hand'))).toEqual([
      'delivery.taken-by-hand',
      'delivery.posted-by-hand',
    ])
    expect((await winner.get('/desk/cards')).body).toContain('没有要人工发布的公告')
  })

  test('a withdrawal has a card for what was posted by hand, and for what somebody had in hand at that moment', async () => {
    const { duty } = people
    const serial = await hear()
    await untilDelivery(serial, isByHand, (d) => d.state === 'queued')
    const card = cardOf(await duty.get('/desk/cards'))
    expect(await duty.post(`/desk/cards/${card}/take`)).toMatchObject({ status: 303 })
    await bureau.desk('withdraw', serial, '--reason', 'sent-in-error', '--as', '李工')
    const back = await untilDelivery(
      serial,
      (d) => isByHand(d) && d.kind === 'withdrawal',
      (d) => d.state === 'queued',
    )
    const page = await duty.get('/desk/cards')
    expect(page.body).toContain('请不要再发；如已发出，请照实登记')
    expect(cardOf(page)).toBe(back.id)
    expect(await duty.post(`/desk/cards/${card}/posted`, { url: '' })).toMatchObject({ status: 303 })
    await duty.post(`/desk/cards/${back.id}/take`)
    expect((await duty.get('/desk/cards')).body).toContain('【撤回】')
    expect(await duty.post(`/desk/cards/${back.id}/posted`, { url: '' })).toMatchObject({ status: 303 })
    expect((await bureau.deliveries(serial)).filter(isByHand).map(({ state }) => state)).toEqual([
      'accepted',
      'accepted',
    ])
  })

  test('what nobody had taken when it was withdrawn leaves no card and calls on nobody any more', async () => {
    const serial = await hear()
    const { id } = await untilDelivery(serial, isByHand, (d) => d.state === 'queued')
    await until('the alarm', async () => (await listAlarms('delivery')).some((one) => one.includes('请人工发布到抖音')))
    await bureau.desk('withdraw', serial, '--reason', 'sent-in-error', '--as', '李工')
    expect((await bureau.deliveries(serial)).filter(isByHand)).toEqual([
      expect.objectContaining({ id, state: 'cancelled' }),
    ])
    expect((await people.duty.get('/desk/cards')).body).toContain('没有要人工发布的公告')
    await until('no alarm', async () => !(await listAlarms('delivery')).some((one) => one.includes(serial)))
  })

  test('is the way out when a platform refuses: taken, it is not sent by the machine as well', async () => {
    const { publicity } = people
    await bureau.town.script('weibo', [{ api: 'statuses/share', kind: 'error', code: 20_021, times: 1 }])
    const serial = await hear()
    const isWeibo = (d: Delivery): boolean => d.outlet_id === 'weibo-main'
    const failed = await untilDelivery(serial, isWeibo, (d) => d.state === 'failed')
    await publicity.get('/desk/cards')
    expect(await publicity.post(`/desk/cards/${failed.id}/take`)).toMatchObject({ status: 303 })
    await nextQuake()
    await bureau.untilMoved()
    expect((await bureau.deliveries(serial)).find(isWeibo)?.state).toBe('unknown')
    const url = 'https://weibo.com/1700000001/Hand'
    expect(await publicity.post(`/desk/cards/${failed.id}/posted`, { url })).toMatchObject({ status: 303 })
    expect((await bureau.deliveries(serial)).find(isWeibo)).toMatchObject({ state: 'accepted', url })
    expect((await bureau.town.ledger('weibo')).filter((e) => e.visible && e.text.includes(serial))).toEqual([])
  })
})

describe('credentials', () => {
  const page = '/desk/channels/weibo-main'
  const isWeibo = (d: Delivery): boolean => d.outlet_id === 'weibo-main' && d.kind === 'quick-report'
  const WRONG = 'no-such-token-Zq8831'
  beforeEach(nextQuake)

  test('entered at the desk they are used at once, before those of the YAML, and come out nowhere', async () => {
    const { system, duty } = people
    await system.get(page)
    expect(await system.post(`${page}/credentials`, { name: 'uid', value: '1' })).toMatchObject({ status: 409 })
    expect(await system.post(`${page}/credentials`, { name: 'accessToken', value: WRONG })).toMatchObject({
      status: 303,
    })
    const serial = await hear()
    expect((await untilDelivery(serial, isWeibo, (d) => d.state === 'queued' && d.reason !== '')).reason).toContain(
      '213',
    )
    const shown = await system.get(page)
    expect(shown.body).toMatch(/系统员 于 .* 填写，未填到期日/)
    expect(
      await system.post(`${page}/credentials`, { name: 'accessToken', value: TOWN.weiboToken, until: '2099-01-31' }),
    ).toMatchObject({ status: 303 })
    await bureau.pass(2 * 60_000)
    await untilDelivery(serial, isWeibo, (d) => d.state === 'accepted')
    const db = await bureau.database()
    const { rows } = await db.query<{ all: string }>(
      `select (select string_agg(j::text, '') from journal j) || (select string_agg(c::text || encode(c.sealed, 'escape'), '')
         from outlet_credential c) as all`,
    )
    const places = [
      shown.body,
      (await system.get(page)).body,
      (await duty.get('/desk/channels')).body,
      rows[0]?.all ?? '',
      readFileSync(bureau.logFile, 'utf8'),
    ]
    for (const secret of [WRONG, TOWN.weiboToken]) for (const place of places) expect(place).not.toContain(secret)
    expect((await duty.get('/desk/channels')).body).toContain('2099年1月31日到期')
  })

  test('the numbers of the duty staff are entered like a credential, and stand on no page, in no journal and no log', async () => {
    const { system } = people
    const own = '/desk/channels/duty-sms'
    const before = await system.get(own)
    expect(before.body).toContain('值班手机号')
    expect(before.body).toContain('accessKeySecret')
    expect(before.body).not.toContain('secretKey')
    const wrong = await system.post(`${own}/credentials`, { name: 'phones', value: '1390013911' })
    expect(wrong.status).toBe(409)
    const entered = await system.post(`${own}/credentials`, { name: 'phones', value: '13900139111, 13700137222' })
    expect(entered.status).toBe(303)
    const db = await bureau.database()
    const { rows } = await db.query<{ all: string }>(`select string_agg(j::text, '') as all from journal j`)
    const places = [before.body, wrong.body, (await system.get(own)).body, rows[0]?.all ?? '']
    for (const place of [...places, readFileSync(bureau.logFile, 'utf8')])
      for (const number of ['13800138000', '1390013911', '13700137222']) expect(place).not.toContain(number)
    expect(places[2]).toMatch(/系统员 于 .* 填写/)
  })

  test('the YAML may leave one to the desk; it survives a restart, and without it a live outlet does not start', async () => {
    await bureau.stop()
    configure({ accessToken: '@desk' })
    await bureau.start()
    await untilDelivery(await hear(), isWeibo, (d) => d.state === 'accepted')
    await people.system.get(page)
    const kept = await people.system.post(`${page}/credentials/remove`, { name: 'accessToken' })
    expect(kept).toMatchObject({ status: 409 })
    expect(kept.body).toContain('删除后渠道无法发布')
    const db = await bureau.database()
    await db.query('delete from outlet_credential')
    await bureau.stop()
    await expect(bureau.start()).rejects.toThrow('the program ended at start (1)')
    // Its last words may come behind its end.
    await until('the reason', async () =>
      readFileSync(bureau.logFile, 'utf8').includes('(weibo-main).accessToken: is left to the desk'),
    )
    configure()
    await bureau.start()
  }, 120_000)

  test('a rehearsal shows what would be said and sends nothing', async () => {
    await people.system.get(page)
    const before = (await bureau.town.ledger('weibo')).filter((e) => e.visible).length
    const shown = await people.system.post(`${page}/rehearse`)
    expect(shown.body).toContain('各类公告都能在这个渠道发布')
    expect(shown.body).toContain('样稿：撤回</summary>')
    expect((await bureau.town.ledger('weibo')).filter((e) => e.visible).length).toBe(before)
    expect(await listActs('weibo-main')).toContain('outlet.rehearsed')
  })
})
