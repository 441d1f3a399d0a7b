// The record of one event as a lead or an auditor opens it a year later: nothing missing, people as they were, every row with its
// seal, every payload to the byte, and who opened it. One process, one real database.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPool } from '../../src/store/pool.ts'
import { rowShape } from '../../src/town/payloads.ts'
import { startInstallation, until, type Installation } from './installation.ts'
import type { Visitor } from './officers.ts'
import { openSeat } from './seats.ts'

let here: Installation
let wang: Visitor
let auditor: Visitor
let quake = ''
let hold = ''

beforeAll(async () => {
  here = await startInstallation()
  wang = await openSeat(here, { login: 'wang', name: '王小明', role: 'duty' })
  auditor = await openSeat(here, { login: 'shen', name: '沈审计', role: 'audit-admin' })
  // Held for a person: acknowledged, published, its Weibo post without an answer at first, then withdrawn.
  here.town.stands.weibo.faults.add({ api: 'statuses/share', kind: 'close-after', times: 1 })
  const row = rowShape.parse({
    code: 'AU',
    time: '2026-03-04T09:59:10+08:00',
    latitude: 38.3,
    longitude: 106.2,
    magnitude: 7.1,
    place: '宁夏银川市<b>永宁县',
  })
  here.hear({ at: 0, feed: 'cenc', rows: [row], add: false, down: false, dateOffSeconds: 0, forged: false })
  await here.poll('cenc')
  await until(async () => (await here.query(`select 1 from hold where state = 'open'`)).length > 0)
  const [held] = await here.query<{ id: string; quake_id: string }>('select id, quake_id from hold')
  hold = held?.id ?? ''
  quake = held?.quake_id ?? ''
  const board = await wang.get('/desk')
  await wang.post(/\/desk\/alarms\/[\w-]+\/acknowledge/.exec(board.body)?.[0] ?? '')
  here.clock.skip(60_000)
  await wang.get(`/desk/holds/${hold}`)
  expect((await wang.post(`/desk/holds/${hold}/publish`)).status).toBe(303)
  await until(async () => {
    await here.app.settle()
    here.clock.skip(5_000)
    return (await here.query(`select 1 from delivery where state <> 'accepted'`)).length === 0
  })
}, 90_000)
afterAll(() => here.close(), 60_000)

const path = (form = ''): string => `/desk/quakes/${quake}/dossier${form}`
interface Told {
  timeline: {
    at: string
    part: string
    what: string
    detail: string
    by: string | { name: string; organisation: string }
  }[]
  journal: { id: number; act: string; subject: string; detail: object; seq: number; hash: string }[]
  raws: { id: number; sha256: string; size: number }[]
  deliveries: { outlet: string; url: string | null; attempts: { outcome: string }[] }[]
  chain: { sealed: number; open: number; broken: number[] }
}

test('everything stands in one timeline: received, decided, alarmed, said, what was unknown and how it was settled', async () => {
  const { body, status } = await auditor.get(path('.json'))
  expect(status).toBe(200)
  const told = JSON.parse(body) as Told
  const what = told.timeline.map((one) => one.what)
  for (const one of [
    '收到自动测定',
    '判定：转待核（强度复核）',
    '待核（强度复核）开始',
    '告警',
    '告警已确认',
    '核实后发布',
    '自动速报',
  ])
    expect(what).toContain(one)
  expect(told.timeline.map(({ at }) => at)).toEqual(told.timeline.map(({ at }) => at).toSorted())
  const order = ['收到自动测定', '告警已确认', '核实后发布'].map((one) => what.indexOf(one))
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  const weibo = what.filter((one) => one.startsWith('微博'))
  expect(weibo[0]).toContain('未知')
  expect(weibo.at(-1)).toMatch(/查询是否已发出：平台已接受/)
  expect(told.timeline.find((one) => one.what === '核实后发布')?.by).toMatchObject({
    name: '王小明',
    organisation: '银川市地震局',
  })
})

test('the page shows the same, strangers’ words as text, every outlet’s external address, and prints without navigation', async () => {
  const { body } = await auditor.get(path())
  const [post] = await here.query<{ url: string }>(`select url from delivery where outlet_id = 'weibo-main'`)
  expect(body).toContain(post?.url ?? 'no address')
  expect(body).toContain('曾为未知，见时间线')
  expect(body).toContain('王小明')
  expect(body).toContain('&lt;b&gt;永宁县')
  expect(body).not.toContain('<b>永宁县')
  for (const part of ['时间线', '公告与渠道', '收到的原文', '人员（当时）', '留痕'])
    expect(body).toContain(`<h2>${part}</h2>`)
})

test('payloads come back to the byte, under the hash that the record names', async () => {
  const told = JSON.parse((await auditor.get(path('.json'))).body) as Told
  const [raw] = told.raws
  expect(raw).toBeDefined()
  const reply = await fetch(`${here.app.deskUrl}/desk/raw/${raw?.id}`, {
    headers: { cookie: `quakedesk=${auditor.cookie().value}` },
  })
  const bytes = Buffer.from(await reply.arrayBuffer())
  expect(reply.headers.get('content-type')).toBe('application/octet-stream')
  expect(reply.headers.get('content-disposition')).toContain('attachment')
  expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([raw?.size, raw?.sha256])
  expect((await auditor.get('/desk/raw/999999')).status).toBe(404)
  expect((await auditor.get('/desk/raw/1%20or%201=1')).status).toBe(404)
})

test('who opened it is on record before anything is shown; who may not read the journal opens nothing', async () => {
  const count = async (): Promise<number> =>
    (await here.query(`select 1 from journal where act in ('dossier.opened', 'raw.opened')`)).length
  const before = await count()
  expect((await wang.get(path())).status).toBe(403)
  expect((await wang.get('/desk/raw/1')).status).toBe(403)
  expect(await count()).toBe(before)
  await auditor.get(path())
  const [opened] = await here.query<{ actor: string; act: string }>(
    `select actor, act from journal where subject = $1 order by id desc limit 1`,
    [quake],
  )
  expect(opened).toEqual({ actor: 'p-shen', act: 'dossier.opened' })
  expect((await auditor.get('/desk/quakes/q-none/dossier')).status).toBe(404)
})

test('people stand there as they were: a name that changed later changes nothing', async () => {
  const later = here.clock.realNow() + 3_600_000
  const owner = openPool(here.database.ownerConfig, 1, () => undefined)
  // The database writes its own time; the installation's is another, so the row is dated by hand.
  await owner.query(`update account set name = '王晓明' where id = 'p-wang'`)
  await owner.query(`update organisation set name = '银川市应急管理局' where id = 'bureau'`)
  await owner.query('alter table account_history disable trigger user')
  await owner.query(
    `update account_history set since = $1 where account_id = 'p-wang' and (name = '王晓明' or organisation = '银川市应急管理局')`,
    [new Date(later).toISOString()],
  )
  await owner.query(
    `update account_history set since = $1 where account_id = 'p-wang' and name = '王小明' and since > now() - interval '1 day' and organisation = '银川市地震局'`,
    [new Date(here.clock.realNow() - 3_600_000).toISOString()],
  )
  await owner.query('alter table account_history enable trigger user')
  await owner.end()
  const told = JSON.parse((await auditor.get(path('.json'))).body) as Told
  expect(told.timeline.find((one) => one.what === '核实后发布')?.by).toMatchObject({
    name: '王小明',
    organisation: '银川市地震局',
  })
  expect(
    await here.query(
      `select name, organisation from account_history where account_id = 'p-wang' order by id desc limit 1`,
    ),
  ).toEqual([{ name: '王晓明', organisation: '银川市应急管理局' }])
})

test('each row is checked against its seal: one that the database’s owner changed is named, and so does the whole chain', async () => {
  await until(
    async () =>
      (
        await here.query(
          'select 1 from journal j where not exists (select from journal_seal s where s.journal_id = j.id)',
        )
      ).length === 0,
  )
  expect((await auditor.get(path())).body).toMatch(/本卷留痕 \d+ 条逐条核对，与封存一致/)
  await auditor.post(path())
  await until(async () => (await auditor.get(path())).body.includes('全部留痕 · 链条完整'))
  const [row] = await here.query<{ id: number }>(
    `select id from journal where subject = $1 and act = 'hold.released'`,
    [hold],
  )
  const owner = openPool(here.database.ownerConfig, 1, () => undefined)
  await owner.query('alter table journal disable trigger user')
  await owner.query(`update journal set actor = 'p-other' where id = $1`, [row?.id])
  await owner.query('alter table journal enable trigger user')
  await owner.end()
  expect((await auditor.get(path())).body).toContain(`本卷留痕与封存时不符：第 ${row?.id} 号`)
  await auditor.post(path())
  await until(async () => (await auditor.get(path())).body.includes(`（留痕第 ${row?.id} 号）`))
})

test('an auditor finds it by its serial, and the newest without asking', async () => {
  const link = `href="/desk/quakes/${quake}/dossier"`
  expect((await auditor.get('/desk/dossiers')).body).toContain(link)
  const [lineage] = await here.query<{ serial: string }>('select serial from lineage')
  expect((await auditor.get(`/desk/dossiers?find=${encodeURIComponent(lineage?.serial ?? '')}`)).body).toContain(link)
  expect((await auditor.get('/desk/dossiers?find=nothing')).body).toContain('没有这个编号或文号')
})
