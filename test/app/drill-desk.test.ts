// A drill as the desk runs it: planned, played beside the real lane by a clock that people are timed by, given up when a real
// quake comes, kept for ever. One process, both lanes at a town of their own; its clock ticks as the wall's does.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { writeTimed } from '../../src/app/drill-result.ts'
import { sweepDrill } from '../../src/store/drills.ts'
import { openPool } from '../../src/store/pool.ts'
import type { DrillReport } from '../../src/web/desk/drill-report.ts'
import { rowShape } from '../../src/town/payloads.ts'
import { readTown, startInstallation, until, type Installation } from './installation.ts'
import type { Visitor } from './officers.ts'
import { openSeat } from './seats.ts'

const GOALS = {
  'goal-acknowledge': '600',
  'goal-decide': '600',
  'goal-speak': '10',
  'goal-carry': '600',
  'goal-withdraw': '600',
}
const OUTLETS = ['drill-duty', 'drill-partner', 'drill-site', 'drill-wechat-main', 'drill-weibo-main']

let here: Installation
let wang: Visitor
let li: Visitor
let ticking: NodeJS.Timeout

beforeAll(async () => {
  here = await startInstallation()
  wang = await openSeat(here, { login: 'wang', name: '王小明', role: 'duty' })
  li = await openSeat(here, { login: 'li', name: '李处', role: 'lead' })
  ticking = setInterval(() => here.clock.skip(100), 100)
}, 60_000)
afterAll(async () => {
  await here.close()
  clearInterval(ticking)
}, 60_000)
/** One test's drill is no other's obstacle. */
afterEach(async () => {
  for (const { id } of await here.query<{ id: string }>(`select id from drill where state = 'running'`)) {
    await li.get(`/desk/drills/${id}`)
    await li.post(`/desk/drills/${id}/abort`)
  }
})

const plan = async (scenario: string, more: Record<string, string | string[]> = {}): Promise<string> => {
  await li.get('/desk/drills')
  const at = '2026-03-04T10:00'
  const shown = await li.post('/desk/drills', {
    scenario,
    at,
    acts: 'people',
    who: ['p-wang', 'p-li'],
    ...GOALS,
    ...more,
  })
  expect([shown.status, shown.body]).toEqual([303, ''])
  return shown.to.replace('/desk/drills/', '')
}
const start = async (id: string): Promise<void> => {
  await li.get(`/desk/drills/${id}`)
  expect(await li.post(`/desk/drills/${id}/start`)).toMatchObject({ status: 303, to: `/desk/drills/${id}` })
}
const reportOf = async (id: string): Promise<DrillReport & { state: string; endedWhy: string; class: string }> =>
  JSON.parse((await li.get(`/desk/drills/${id}/report.json`)).body) as never
const findPath = async (who: Visitor, pattern: RegExp): Promise<string> => {
  let found = ''
  await until(async () => {
    found = pattern.exec((await who.get('/desk')).body)?.[0] ?? ''
    return found !== ''
  })
  return found
}

test('a plan that cannot be carried out is refused with the reason, and nothing is kept of it', async () => {
  await li.get('/desk/drills')
  const ask = async (more: Record<string, string | string[]>): Promise<string> => {
    const given = { scenario: 'alxa-2017', at: '2026-03-04T10:00', acts: 'people', who: 'p-wang', ...GOALS, ...more }
    const { status, body } = await li.post('/desk/drills', given)
    expect(status).toBe(409)
    return body
  }
  expect(await ask({ scenario: '../../etc/passwd' })).toContain('请从列表中选择演练情景')
  expect(await ask({ scenario: 'power-cut' })).toContain('请从列表中选择演练情景')
  expect(await ask({ who: [] })).toContain('请选择参加演练的人员')
  expect(await ask({ who: 'p-nobody' })).toContain('参加人员中有不可用的账号')
  expect(await ask({ 'goal-carry': '0' })).toContain('1 至 3600 秒')
  expect(await ask({ 'goal-carry': '1e3' })).toContain('1 至 3600 秒')
  expect(await ask({ at: '明天' })).toContain('请填写演练时间')
  expect(await ask({ who: [], note: '<script>alert(1)</script>' })).not.toContain('<script>alert')
  expect(await here.query('select 1 from drill')).toEqual([])
})

test('from the alarm to the published hold, and withdrawn: each step is timed under the name of who did it', async () => {
  const id = await plan('released-by-a-person', { note: '夜班联合演练' })
  await start(id)
  expect((await wang.get('/desk')).body).toContain('演练正在进行')

  const acknowledge = await findPath(wang, /\/desk\/alarms\/[\w-]+\/acknowledge/)
  await wang.post(acknowledge)
  const hold = await findPath(wang, /\/desk\/holds\/[\w-]+(?=")/)
  const asked = await wang.get(hold)
  expect(asked.body).toContain('演练 · 以下内容不是真实地震')
  const quake = (await wang.post(`${hold}/publish`)).to
  // The formal determination comes after a stretch that nobody has to sit through; it is the head that is withdrawn.
  let address = ''
  await until(async () => {
    const { body } = await wang.get(quake)
    address = /\/desk\/notices\/[\w-]+\/withdraw/.exec(body)?.[0] ?? ''
    return body.includes('正式速报')
  })
  expect((await wang.get(quake)).body).toContain('演练 · 以下内容不是真实地震')
  await wang.get(address)
  expect((await wang.post(address, { reason: 'sent-in-error' })).status).toBe(303)
  await until(async () => (await reportOf(id)).steps.some(({ what, mark }) => what === '各渠道撤回' && mark === 'good'))
  await li.get(`/desk/drills/${id}`)
  expect((await li.post(`/desk/drills/${id}/end`)).status).toBe(303)

  const report = await reportOf(id)
  expect(report).toMatchObject({
    state: 'ended',
    class: 'drill',
    missed: 0,
    participants: ['王小明（银川市地震局）', '李处（银川市地震局）'],
  })
  const did = (what: string): DrillReport['steps'][number] | undefined =>
    report.steps.find((step) => step.what === what)
  for (const what of ['告警确认', '核实后发布'])
    expect(did(what)).toMatchObject({
      by: '王小明（银川市地震局）',
      mark: 'good',
      tookMs: expect.any(Number) as number,
    })
  expect(did('各渠道撤回')).toMatchObject({ goal: '撤回到各渠道全部撤回', mark: 'good' })
  expect(did('各渠道撤回')?.channels).toHaveLength(2)
  expect(did('各渠道发出')?.channels.filter(({ seenMs }) => seenMs !== null)).toHaveLength(1)
  const page = await li.get(`/desk/drills/${id}`)
  for (const word of ['做得好', '超时或未完成（0）', '夜班联合演练', '演练 · 以下内容不是真实地震'])
    expect(page.body).toContain(word)
  const { body: csv } = await li.get(`/desk/drills/${id}/report.csv`)
  expect(csv).toContain('告警确认')
  expect(csv.split('\r\n')[0]).toContain('演练：')

  for (const text of readTown(here.drillTown)) expect(text).toContain('【演练】')
  expect(readTown(here.town)).toEqual([])
  expect(await here.query(`select 1 from notice where class = 'actual'`)).toEqual([])
  expect(await here.query(`select 1 from hold where state in ('open', 'veto', 'waiting')`)).toEqual([])
  const acts = await here.query<{ act: string; actor: string }>(
    'select act, actor from journal where subject = $1 order by id',
    [id],
  )
  expect(acts).toEqual(['planned', 'started', 'ended'].map((act) => ({ act: `drill.${act}`, actor: 'p-li' })))
}, 120_000)

test('what nobody decided until the end is missed, and said so', async () => {
  const id = await plan('luzhou-2021')
  await start(id)
  await findPath(wang, /\/desk\/holds\/[\w-]+(?=")/)
  await li.get(`/desk/drills/${id}`)
  await li.post(`/desk/drills/${id}/end`)
  const report = await reportOf(id)
  expect(report.steps.filter(({ mark }) => mark === 'missed').map(({ goal }) => goal)).toEqual([
    '告警到确认',
    '待核到决定',
  ])
  expect((await li.get(`/desk/drills/${id}`)).body).toContain('超时或未完成（2）')
}, 60_000)

test('the scenario’s own acts are played where nobody takes part: a withdrawal is drilled by one command, its seconds printed', async () => {
  const token = await readFile(join(here.config.dataFolder, 'desk.token'), 'utf8')
  const reply = await fetch(`${here.app.deskUrl}/desk/command/drill`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ scenario: 'withdrawn-by-the-officer', timed: true, as: '李工' }),
  })
  const answer = (await reply.json()) as { ok: boolean; result: DrillReport }
  expect(answer).toMatchObject({ ok: true, result: { startedBy: '李工', left: [], missed: 0 } })
  const withdrawn = answer.result.steps.find(({ what }) => what === '各渠道撤回')
  expect(withdrawn?.tookMs).toEqual(expect.any(Number))
  expect(withdrawn?.channels.map(({ state }) => state)).toEqual(Array(OUTLETS.length).fill('已发布'))
  expect(writeTimed(answer.result)).toMatch(/各渠道撤回 {2}\d+\.\d s {2}(达标|超时)（目标 10 秒以内）/)
}, 120_000)

test('a second drill waits for the first, and a report that was frozen is changed by nobody', async () => {
  const [first, second] = [await plan('luzhou-2021'), await plan('luzhou-2021')]
  await start(first)
  await li.get(`/desk/drills/${second}`)
  const refused = await li.post(`/desk/drills/${second}/start`)
  expect(refused).toMatchObject({ status: 409, body: expect.stringContaining('另一场演练正在进行') as string })
  await li.post(`/desk/drills/${first}/abort`, { why: '<b>停电</b>' })
  expect((await li.get(`/desk/drills/${first}`)).body).toContain('已中止：&lt;b&gt;停电')
  await expect(here.query(`update drill set report = '{}' where id = $1`, [first])).rejects.toThrow(/append-only/)
  await expect(here.query(`delete from drill where id = $1`, [first])).rejects.toThrow(/permission denied/)
  await li.get(`/desk/drills/${second}`)
  expect((await li.post(`/desk/drills/${second}/cancel`)).status).toBe(303)
}, 60_000)

test('a real quake ends the drill at once and goes out on its own outlets, untouched', async () => {
  const id = await plan('luzhou-2021')
  await start(id)
  await findPath(wang, /\/desk\/holds\/[\w-]+(?=")/)
  // Felt in the bureau's city, a minute ago.
  const row = rowShape.parse({
    code: 'AU',
    time: new Date(here.clock.now('actual') - 60_000).toISOString().replace(/\.\d+/, ''),
    latitude: 38.3,
    longitude: 106.2,
    magnitude: 4.3,
    place: '宁夏银川市永宁县',
  })
  here.hear({ at: 0, feed: 'cenc', rows: [row], add: false, down: false, dateOffSeconds: 0, forged: false })
  await here.poll('cenc')
  await until(async () => (await reportOf(id)).state !== 'running' && (await reportOf(id)).state !== 'planned')
  expect(await reportOf(id)).toMatchObject({ state: 'aborted', endedWhy: '有真实地震事项，演练自动中止' })
  await until(() => readTown(here.town).some((text) => text.includes('4.3级左右') && text.includes('/n/')))
  expect(readTown(here.town).filter((text) => text.includes('演练'))).toEqual([])
  expect(await here.query(`select 1 from hold where class = 'drill' and state in ('open', 'veto', 'waiting')`)).toEqual(
    [],
  )
  expect((await wang.get('/desk')).body).not.toContain('演练正在进行')
}, 60_000)

test('a drill that another node has closed on record is played on by nobody, and the next may begin', async () => {
  const id = await plan('luzhou-2021')
  await start(id)
  await findPath(wang, /\/desk\/holds\/[\w-]+(?=")/)
  await here.query(`update drill set state = 'aborted', ended_at = now(), ended_why = '别处' where id = $1`, [id])
  expect(await reportOf(id)).toMatchObject({ state: 'aborted', endedWhy: '别处' })
  const next = await plan('luzhou-2021')
  // As soon as this node has noticed it.
  await until(async () => {
    await li.get(`/desk/drills/${next}`)
    return (await li.post(`/desk/drills/${next}/start`)).status === 303
  })
  await li.get(`/desk/drills/${next}`)
  await li.post(`/desk/drills/${next}/abort`)
}, 60_000)

test('a drill whose process died is closed on record, and its report is read from what there is', async () => {
  const id = await plan('alxa-2017')
  await here.query(
    `update drill set state = 'running', run = '0123abcd', started_by = 'p-li', started_at = now() where id = $1`,
    [id],
  )
  const pool = openPool(here.database.appConfig, 2, () => undefined)
  await sweepDrill(pool, here.clock.realNow())
  await pool.end()
  expect(await reportOf(id)).toMatchObject({ state: 'aborted', endedWhy: '演练中断，未及了结', steps: [] })
})
