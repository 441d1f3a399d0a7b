// In: a real installation, a drill of rumours inside it, people of the bureau and of the cyberspace office. Out: proof that a drill's
// rumours are answered in the drill lane alone, as real ones are; and that a real one of the same words is answered beside it, untouched.
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPublic, type PublicProcess } from '../../src/app/public.ts'
import { DRILL_PATH } from '../../src/store/pages.ts'
import { withClient } from '../../src/store/postgres/start.ts'
import { runInstallationDrill } from '../../src/app/drill.ts'
import { writeDrill, type DrillResult } from '../../src/app/drill-result.ts'
import { loadScenario } from '../../src/app/scenario-files.ts'
import { claimPort } from '../../src/town/port.ts'
import { done, draftAnswer, lookInto, press, readState } from './answerers.ts'
import { readTown, startInstallation, until, type Installation } from './installation.ts'
import type { Visitor } from './officers.ts'
import { seatOf } from './seats.ts'

const SCENARIO = 'alxa-2017-rumour'
/** In no template, no real text: whatever the drill says can be found by it. */
const MARKER = '演标甲乙丙'
const DRILL_WORDS = {
  level: 'ordinary',
  // Somebody who names a real account in a drill gets none.
  outlet: ['drill-weibo-main', 'drill-wechat-main', 'weibo-main', 'wechat-main'],
  heading: `网传地震消息不实${MARKER}`,
  summary: '网传近期有大地震的消息没有依据，请以地震部门发布的信息为准。',
  body: '地震台网记录显示，本次地震为5.0级。地震预报由省级以上人民政府发布，本省没有发布过地震预报。',
  claim: '网传今晚有大地震',
  verdict: '缺乏依据',
  evidence: '中国地震台网目录；《地震预报管理条例》',
}
const REAL_WORDS = {
  ...DRILL_WORDS,
  outlet: ['weibo-main', 'wechat-main'],
  heading: '关于网传地震消息的说明',
}

let here: Installation
let site: PublicProcess
let told: string[]
const people = {} as Record<'wang' | 'chen' | 'zhao' | 'li' | 'sun', Visitor>
let ticking: NodeJS.Timeout

beforeAll(async () => {
  here = await startInstallation()
  const seats = [
    ['wang', '王小明', 'bureau', 'duty'],
    ['chen', '陈二', 'bureau', 'duty'],
    ['zhao', '赵宣', 'bureau', 'publicity'],
    ['li', '李处', 'bureau', 'lead'],
    ['sun', '孙网', 'cac', 'liaison-cac'],
  ] as const
  for (const [login, name, kind, role] of seats) people[login] = await seatOf(here, login, name, kind, role)
  told = (await loadScenario(SCENARIO)).tells.map(({ text }) => text)
  const { host, port, user, password, database } = here.database.appConfig
  const address = `postgresql://${user}:${encodeURIComponent(password)}@/${database}?host=${encodeURIComponent(host)}&port=${port}`
  const config = { ...here.config, databaseUrl: address, port: await claimPort(), host: '127.0.0.1' }
  site = await startPublic(config, pino({ level: 'silent' }))
  // Ten times the wall's pace: nobody needs a minute here to press a button.
  ticking = setInterval(() => here.clock.skip(1_000), 100)
}, 120_000)
afterAll(async () => {
  clearInterval(ticking)
  await site.stop()
  await here.close()
}, 60_000)

interface ClaimRow {
  id: string
  class: string
  title: string
  state: string
  spread: number
  published_at: Date | null
}
const listClaims = (lane: string): Promise<ClaimRow[]> =>
  here.query<ClaimRow>(
    `select c.id, c.class, c.title, c.state, c.published_at, (select count(*)::int from sighting_link l join sighting s on s.id = l.sighting_id
       where l.claim_id = c.id and l.ended_at is null and s.stance <> 'deny') as spread
     from claim c where c.class = $1 order by c.opened_at, c.id`,
    [lane],
  )
/** From the queue to the desk of whoever lets it out. */
async function answer(claim: string, words: Record<string, string | string[]>): Promise<void> {
  const { wang, chen, zhao, li, sun } = people
  await lookInto(wang, claim)
  await draftAnswer(wang, claim, words)
  await done(press(wang, claim, 'submit', { factual: 'yes' }))
  await done(press(chen, claim, 'sign', { scope: 'facts' }))
  await done(press(li, claim, 'sign', { scope: 'lead' }))
  await done(press(sun, claim, 'sign', { scope: 'cac-wording' }))
  await done(press(zhao, claim, 'publish'))
  await until(async () => (await readState(here, claim)) === 'published')
}

/** Everything that anybody outside can read, by its address. */
async function readPublic(): Promise<Map<string, string>> {
  const listed = await here.query<{ path: string }>(`select path from page where path not like $1`, [`${DRILL_PATH}%`])
  const asked = ['/rumours', '/api/v1/notices?limit=100', '/api/v1/rebuttals', '/api/v1/quakes', '/feeds/notices.json']
  const paths = [...new Set([...listed.map(({ path }) => path).filter((path) => path.startsWith('/')), ...asked])]
  const read = paths.map(async (path) => [path, await (await fetch(`${site.url}${path}`)).text()] as const)
  return new Map(await Promise.all(read))
}

let drill = ''
let real = ''
let drilled = ''

test('what the scenario’s people tell becomes claims of the drill, apart from a real one of the very same words', async () => {
  const { wang, li } = people
  // A line that is open: it is told of what is real and of nothing else.
  await here.query(
    `insert into agency_line (organisation_id, url, intranet, sends, receives, state, set_by, set_at, decided_by, decided_at)
     values ('cac', 'http://127.0.0.1:9/hook', false, '\\x00', '\\x00', 'running', 'p-li', now(), 'p-wang', now())`,
  )
  await wang.get('/desk/rumours/new')
  const { body } = await wang.post('/desk/rumours', { route: 'phone', text: told[1] ?? '' })
  real = /\/desk\/rumours\/c-[0-9a-f]+/.exec(body)?.[0] ?? ''

  await li.get('/desk/drills')
  const goals = ['acknowledge', 'decide', 'speak', 'carry', 'withdraw'].map((goal) => [`goal-${goal}`, '600'] as const)
  const planned = await li.post('/desk/drills', {
    scenario: SCENARIO,
    at: '2026-03-04T10:00',
    acts: 'people',
    who: ['p-wang', 'p-li'],
    ...Object.fromEntries(goals),
  })
  drill = planned.to
  const page = await li.get(drill)
  expect(page.body).toContain('传言线索陆续到达')
  expect(await li.post(`${drill}/start`)).toMatchObject({ status: 303 })
  await until(async () => (await here.query(`select from sighting where class = 'drill'`)).length === told.length)
  await until(async () => (await here.query('select from sighting_waiting')).length === 0)

  const claims = await listClaims('drill')
  expect(claims.map(({ spread }) => spread).toSorted((a, b) => a - b)).toEqual([1, 1, 9])
  expect(await listClaims('actual')).toMatchObject([{ id: real.split('/').at(-1), spread: 1, state: 'new' }])
  drilled = `/desk/rumours/${claims.find(({ spread }) => spread === 9)?.id}`
  const crossed = await here.query(
    `select from claim_suggestion g join sighting s on s.id = g.sighting_id join claim c on c.id = g.claim_id where c.class <> s.class`,
  )
  expect(crossed).toEqual([])
}, 120_000)

test('the queue shows them apart under the drill’s mark, and so does the page of each', async () => {
  const { wang } = people
  const queue = (await wang.get('/desk/rumours')).body
  const [actual = '', part = ''] = queue.split('id="drill"')
  expect(actual).toContain('在办（1）')
  expect(actual).not.toContain(drilled)
  expect(part).toContain('【演练】在办（3）')
  expect(part.split('<b class="drill-word">演练</b>')).toHaveLength(4)
  expect(part).toContain(drilled)
  expect(part).not.toContain(real)
  expect((await wang.get(drilled)).body).toContain('演练 · 以下内容不是真实地震')
  expect((await wang.get(real)).body).not.toContain('mark-drill')
})

test('another organisation learns nothing of a drilled claim that is not shared with it, in the queue, by a word or by its address', async () => {
  const { sun } = people
  const none = await sun.get('/desk/rumours/c-00000000000000000000')
  for (const { id, title } of await listClaims('drill')) {
    expect(await sun.get(`/desk/rumours/${id}`)).toEqual(none)
    for (const query of ['', `?q=${id}`, `?q=${encodeURIComponent(title.slice(0, 6))}`]) {
      const { body } = await sun.get(`/desk/rumours${query}`)
      expect([query, body.includes('id="drill"'), body.includes(`/desk/rumours/${id}`)]).toEqual([query, false, false])
    }
  }
})

test('nothing of it can be said on the public page: neither a first line nor an address of its own', async () => {
  const { wang } = people
  await press(wang, drilled, 'line', { place: '' })
  const id = drilled.split('/').at(-1)
  expect(await here.query('select from claim_line where claim_id = $1', [id])).toEqual([])
  await expect(here.query('select open_claim_page($1, now())', [id])).rejects.toThrow(/of a drill/)
})

test('its package for the police says at both ends of its cover, in its case and in its name that it is a drill’s', async () => {
  const { wang, li } = people
  const other = (await listClaims('drill')).find(({ title }) => title.includes('震感'))
  const claim = `/desk/rumours/${other?.id}`
  await done(press(wang, claim, 'steps', { event: 'take' }))
  await done(press(wang, claim, 'steps', { event: 'check' }))
  await wang.get(`${claim}/handover`)
  await done(wang.post(`${claim}/packages`, { reason: '首发账号多次发布' }))
  const built = (await wang.get(`${claim}/handover`)).body
  expect(built).toContain('演练 · 以下内容不是真实地震')
  const one = /packages\/(k-[0-9a-f]+)\/open/.exec(built)?.[1] ?? ''
  await li.get(`${claim}/handover`)
  await done(li.post(`${claim}/packages/${one}/answer`, { do: 'approve', words: '' }))
  const { name, value } = wang.cookie()
  const base = `http://127.0.0.1:${here.config.deskPort}`
  const csrf = /name="csrf" value="([^"]+)"/.exec((await wang.get('/desk/account')).body)?.[1] ?? ''
  const carried = await fetch(`${base}${claim}/packages/${one}/open`, {
    method: 'POST',
    headers: { cookie: `${name}=${value}`, origin: base, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ csrf }).toString(),
  })
  expect(carried.headers.get('content-disposition')).toBe(`attachment; filename="drill-${one}.tar"`)
  const tar = Buffer.from(await carried.arrayBuffer()).toString('utf8')
  expect(tar).toContain('"class": "drill"')
  // Twice on the page, twice in the plain text; the page's title besides.
  expect(tar.match(/【演练】本材料是演练内容/g)).toHaveLength(4)
})

test('signed by all whom its risk asks for, its answer goes out once on the drill’s outlets, marked at both ends, and nowhere else', async () => {
  const { zhao } = people
  const before = readTown(here.town).filter((text) => !/次提醒|^alarm\n/.test(text))
  await answer(drilled, DRILL_WORDS)
  const said = readTown(here.drillTown).filter((text) => text.includes(MARKER))
  expect(said).toHaveLength(2)
  for (const text of said) expect(text.match(/【演练】/g)?.length ?? 0, text).toBeGreaterThanOrEqual(2)
  expect(readTown(here.town).filter((text) => !/次提醒|^alarm\n/.test(text))).toEqual(before)

  const [notice] = await here.query<{ id: string; class: string; serial: string; issued: Date; outlets: string[] }>(
    `select n.id, n.class, l.serial, n.issued_at as issued,
       array(select distinct d.outlet_id from delivery d where d.notice_id = n.id order by 1) as outlets
     from notice n join lineage l on l.id = n.lineage_id where n.kind = 'rebuttal'`,
  )
  expect(notice).toMatchObject({
    class: 'drill',
    outlets: ['drill-site', 'drill-weibo-main', 'drill-wechat-main'].toSorted(),
  })
  expect(notice?.serial).toMatch(/^银震信演〔2017〕/)
  expect(new Date(notice?.issued ?? 0).getUTCFullYear()).toBe(2017)
  // The claim goes by the desk's clock, the notice by the scenario's.
  const [claim] = (await listClaims('drill')).filter(({ id }) => drilled.endsWith(id))
  expect(new Date(claim?.published_at ?? 0).getUTCFullYear()).toBe(2026)

  expect(await here.query('select from claim_public')).toEqual([])
  for (const [path, body] of await readPublic())
    for (const word of [MARKER, '演练】', drilled.split('/').at(-1) ?? '', notice?.id ?? ''])
      expect(body, `${path} says ${word}`).not.toContain(word)
  const told_ = await here.query(
    `select from agency_message m join claim c on c.id = m.claim_id where c.class <> 'actual'`,
  )
  expect(told_).toEqual([])
  const { body: month } = await zhao.get('/desk/rumours/monthly.csv?month=2026-03')
  expect(month.split('\r\n').filter((line) => line.includes('8级'))).toHaveLength(1)
}, 60_000)

test('a delivery of it to a real outlet is refused by the database, whichever class the row claims', async () => {
  const insert = `insert into delivery (id, notice_id, class, outlet_id, leg, priority, state, content, due_at, changed_at)
    select $1, n.id, $2::traffic_class, 'weibo-main', 'post', 3, 'queued', '{"text": "x"}', now(), now()
    from notice n where n.kind = 'rebuttal' and n.class = 'drill'`
  await expect(here.query(insert, ['d-hand-1', 'drill'])).rejects.toThrow(/foreign key/)
  await expect(here.query(insert, ['d-hand-2', 'actual'])).rejects.toThrow(/foreign key/)
})

test('the real one is answered on the real outlets without a word of the drill, and ends the drill', async () => {
  expect(await listClaims('actual')).toMatchObject([{ spread: 1, state: 'new' }])
  await answer(real, REAL_WORDS)
  const said = readTown(here.town).filter((text) => text.includes(REAL_WORDS.heading))
  expect(said).toHaveLength(2)
  for (const text of said) expect(text).not.toContain('演')
  expect(readTown(here.drillTown).filter((text) => text.includes(REAL_WORDS.heading))).toEqual([])
  const shared = await here.query(
    `select from agency_message m join claim c on c.id = m.claim_id where c.class = 'actual'`,
  )
  expect(shared.length).toBeGreaterThan(0)
  await until(async () => (await fetch(`${site.url}/rumours`)).status === 200)
  await until(async () => (await (await fetch(`${site.url}/rumours`)).text()).includes(REAL_WORDS.heading))
  await until(async () => (await here.query(`select from drill where state = 'running'`)).length === 0)
}, 60_000)

test('after its end the queue knows no drill; what was told is only read, and the next drill meets no old acquaintance', async () => {
  const { wang, li } = people
  const queue = (await wang.get('/desk/rumours')).body
  expect(queue).not.toContain('id="drill"')
  const left = (await listClaims('drill')).find(({ title }) => title.includes('吴忠'))
  const claim = `/desk/rumours/${left?.id}`
  const page = (await wang.get(claim)).body
  expect(page).toContain('演练已经结束，本件只供查阅')
  expect(page).not.toContain('name="event"')
  for (const [act, fields] of [
    ['steps', { event: 'take' }],
    ['checks', { source: '地震目录', outcome: 'contradicts', words: '没有记录' }],
    ['notes', { words: '备注' }],
    ['risk', { risk: '2', reason: '理由' }],
  ] as const)
    expect((await press(wang, claim, act, fields)).body, act).toContain('演练已经结束，这件传言只供查阅')
  await expect(
    withClient(here.database.ownerConfig, (client) =>
      client.query(`update claim set title = 'x' where id = $1`, [left?.id]),
    ),
  ).rejects.toThrow()

  const before = new Set((await listClaims('drill')).map(({ id }) => id))
  await li.get('/desk/drills')
  const planned = await li.post('/desk/drills', {
    scenario: SCENARIO,
    at: '2026-03-04T11:00',
    acts: 'scenario',
    ...Object.fromEntries(
      ['acknowledge', 'decide', 'speak', 'carry', 'withdraw'].map((goal) => [`goal-${goal}`, '600']),
    ),
  })
  await li.get(planned.to)
  await li.post(`${planned.to}/start`)
  await until(async () => (await here.query(`select from sighting where class = 'drill'`)).length === 2 * told.length)
  await until(async () => (await here.query('select from sighting_waiting')).length === 0)
  const next = (await listClaims('drill')).filter(({ id }) => !before.has(id))
  expect(next.map(({ spread }) => spread).toSorted((a, b) => a - b)).toEqual([1, 1, 9])
  await li.get(planned.to)
  await li.post(`${planned.to}/end`)
  await until(
    async () => (await here.query(`select from claim where class = 'drill' and retired_at is null`)).length === 0,
  )
}, 120_000)

test('the command line plays it without people, prints what came of it and leaves nothing open', async () => {
  const answered = await runInstallationDrill(here.app, here.config, SCENARIO, '王工')
  expect(answered).toMatchObject({ ok: true, result: { left: [] } })
  const printed = writeDrill((answered as { result: DrillResult }).result)
  expect(printed).toMatch(/\[predict\] .*银川.* 9/)
  expect(printed).toMatch(/\[predict\] .*吴忠.* 1/)
  expect(await here.query(`select from claim where class = 'drill' and retired_at is null`)).toEqual([])
  expect(await here.query(`select from draft where state not in ('released', 'discarded')`)).toEqual([])
}, 60_000)
