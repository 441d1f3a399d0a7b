// In: a real installation with its feeds, staff and a liaison. Out: proof that a claim's page shows what the rules found and by which rows,
// that an official forecast takes two, that a quake's facts follow its notices, and that a new quake marks the texts it overtakes.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatOffset, MINUTE } from '../../src/core/instant.ts'
import { rowShape } from '../../src/town/payloads.ts'
import { writeField } from '../../src/web/desk/roster-view.ts'
import { tell } from './answerers.ts'
import { startInstallation, until, type Installation } from './installation.ts'
import type { Visitor } from './officers.ts'
import { openSeat } from './seats.ts'

let here: Installation
let wang: Visitor
let chen: Visitor
let li: Visitor
let sun: Visitor

beforeAll(async () => {
  here = await startInstallation()
  wang = await openSeat(here, { login: 'wang', name: '王小明', role: 'duty' })
  chen = await openSeat(here, { login: 'chen', name: '陈二', role: 'duty' })
  li = await openSeat(here, { login: 'li', name: '李处', role: 'lead' })
  const unit = { id: 'wangxin', name: '试验网信办', kind: 'cac' } as const
  sun = await openSeat(here, { login: 'sun', name: '孙网', role: 'liaison-cac', unit })
}, 120_000)
afterAll(() => here.close(), 60_000)

/** A determination of the national network, half a minute ago. */
async function shake(code: 'AU' | 'CC', magnitude: number, agoMs = 30_000): Promise<void> {
  const row = rowShape.parse({
    code,
    time: formatOffset(here.clock.now('actual') - agoMs),
    latitude: 38.3,
    longitude: 106.2,
    magnitude,
    place: '宁夏银川市永宁县',
  })
  here.hear({ at: 0, feed: 'cenc', rows: [row], add: false, down: false, dateOffSeconds: 0, forged: false })
  await here.poll('cenc')
}

test('a claim’s page shows each finding with its rows; staff ask again, and another organisation sees no claim but its own', async () => {
  const claim = await tell(wang, '吴忠明天10时15分要发生7.3级大地震，国家地震预报中心通知')
  await until(async () => (await wang.get(claim)).body.includes('地震预报法规'))
  const { body } = await wang.get(claim)
  for (const shown of [
    '与传言不符',
    '《中华人民共和国防震减灾法》第二十九条',
    '时间精确到分钟',
    '“国家地震预报中心”',
    '自动核对于',
  ])
    expect(body).toContain(shown)
  await wang.get(claim)
  expect((await wang.post(`${claim}/recheck`)).status).toBe(303)
  expect((await sun.get(claim)).status).toBe(404)
  await li.get(claim)
  const grant = { organisation: 'wangxin', hours: '24', reason: '通报', level: 'case' }
  expect((await li.post(`${claim}/grants`, grant)).status).toBe(303)
  const seen = (await sun.get(claim)).body
  expect(seen).toContain('地震预报法规')
  for (const hidden of ['重新核查', '记录一项核对', '王小明']) expect(seen).not.toContain(hidden)
  expect((await sun.post(`${claim}/recheck`)).status).toBe(403)
})

test('an official forecast is on record when two have read it, one of whom leads; another organisation does not see the register', async () => {
  expect((await sun.get('/desk/forecasts')).status).toBe(403)
  expect((await wang.get('/desk/forecasts')).body).toContain('登记为空')
  const now = here.clock.now('actual')
  const given = {
    kind: 'short-term',
    issuer: '甘肃省人民政府',
    document: '试验公告',
    published: writeField(now - MINUTE),
    area: '甘肃省',
    from: writeField(now),
    until: writeField(now + 20 * 24 * 60 * MINUTE),
    low: '5',
    high: '6',
    words: '原文<b>如此</b>',
  }
  const wrong = await wang.post('/desk/forecasts', { ...given, issuer: '某某研究会' })
  expect([wrong.status, wrong.body.includes('第十四、十五条'), wrong.body.includes('value="某某研究会"')]).toEqual([
    409,
    true,
    true,
  ])
  expect((await wang.post('/desk/forecasts', given)).status).toBe(303)
  const own = (await wang.get('/desk/forecasts')).body
  expect([own.includes('待第二人确认'), own.includes('/decide'), own.includes('<b>如此')]).toEqual([true, false, false])
  const path = /\/desk\/forecasts\/of-[0-9a-f]+/.exec((await chen.get('/desk/forecasts')).body)?.[0] ?? ''
  const twoOnDuty = await chen.post(`${path}/decide`, { do: 'agree' })
  expect([twoOnDuty.status, /role="alert">([^<]*)/.exec(twoOnDuty.body)?.[1]]).toEqual([409, '两人中须有一名带班领导'])
  await li.get('/desk/forecasts')
  expect((await li.post(`${path}/decide`, { do: 'agree' })).status).toBe(303)
  expect((await li.get('/desk/forecasts')).body).toContain('在效')
})

test('a quake’s facts are there with its notice, follow the formal one, and a text that a new quake overtakes is marked until somebody has looked', async () => {
  const claim = await tell(wang, '固原明天要发生7级大地震，大家赶紧转发')
  const id = claim.split('/').at(-1)
  const text = { bodyHash: 'a'.repeat(64), author: 'p-wang', submittedAt: here.clock.now('actual') }
  await here.query(
    `insert into draft (id, kind, level, outlets, fields, version, hash, state, hands, created_at, edited_by, edited_at, claim_id)
     values ('w-1', 'rebuttal', 'ordinary', '{}', '{}', 1, $1, 'review', '{p-wang}', now(), 'p-wang', now(), $2)`,
    [text.bodyHash, id],
  )
  await here.query(`update claim set state = 'signoff', text = $2 where id = $1`, [id, JSON.stringify(text)])
  here.clock.skip(MINUTE)
  await shake('AU', 4.3)
  await until(async () => (await here.query(`select 1 from fact_sheet_version`)).length > 0)
  const [row] = await here.query<{ quake: string }>('select quake_id as quake from fact_sheet')
  const facts = `/desk/quakes/${row?.quake}/facts`
  const first = (await wang.get(facts)).body
  for (const shown of ['4.3级左右', '中国地震台网自动测定', '参数为自动测定', '第 1 版']) expect(first).toContain(shown)
  expect((await wang.get('/desk/facts')).body).toContain(facts)
  // At once: by the ledger's own word, not at the schedule's next turn.
  await until(async () => (await wang.get(claim)).body.includes('有新情况，须重新核对'))
  expect((await wang.get('/desk/rumours')).body).toContain('新的官方测定')
  expect((await wang.get('/desk')).body).toContain('须重新核对')
  here.clock.skip(8 * MINUTE)
  await shake('CC', 4.4, 8 * MINUTE + 28_000)
  await until(async () => (await here.query(`select 1 from fact_sheet_version`)).length > 1)
  const second = (await wang.get(facts)).body
  for (const shown of ['4.4级', '正式测定', '第 2 版', '第 1 版']) expect(second).toContain(shown)
  const line = {
    seen: '2',
    at: writeField(here.clock.now('actual') - MINUTE),
    source: '市指挥部',
    words: '没有接到人员伤亡报告',
  }
  expect((await wang.post(facts, { ...line, words: '今晚不会再有地震' })).status).toBe(409)
  expect((await wang.post(facts, line)).status).toBe(303)
  expect((await sun.get(facts)).body).toContain('没有接到人员伤亡报告')
  expect((await sun.post(facts, line)).status).toBe(403)
  const flag = /\/desk\/flags\/\d+/.exec((await wang.get(claim)).body)?.[0] ?? ''
  expect((await wang.post(flag, { why: ' ' })).status).toBe(409)
  expect((await wang.post(flag, { why: '与固原无关，仍然成立' })).to).toBe(claim)
  expect((await wang.get(claim)).body).not.toContain('有新情况，须重新核对')
  expect((await wang.post(flag, { why: '再次' })).status).toBe(409)
  expect((await wang.get('/desk/quakes/none/facts')).status).toBe(404)
}, 60_000)
