// In: a real installation, claims that are shared with one organisation and not with another, a word of their own in every text of them.
// Out: proof that what is not shared is, by every route and for every act, as if it were not there: no title, count, suggestion, merge
// target, old story, found word, month's row, alarm or picture of it leaves its organisation; and of a summary nothing but the summary.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WHO_MAY, type DeskAct, type OrganisationKind, type Role } from '../../src/core/people/roles.ts'
import { wordFor, type DeskRoute } from '../../src/web/desk/door.ts'
import { listHandoverRoutes } from '../../src/web/desk/rumours/handover/routes.ts'
import { listRumourRoutes } from '../../src/web/desk/rumours/routes.ts'
import { startInstallation, until, type Installation } from './installation.ts'
import type { Page, Visitor } from './officers.ts'
import { openSeat } from './seats.ts'

/** Who comes from where: two units, so that one sees nothing of what the other does. */
const PEOPLE = [
  ['wang', '王小明', 'bureau', 'bureau', 'duty'],
  ['chen', '陈二', 'bureau', 'bureau', 'duty'],
  ['li', '李处', 'bureau', 'bureau', 'lead'],
  ['sun', '孙网', 'wangxin', 'cac', 'liaison-cac'],
  ['qian', '钱警', 'gongan', 'police', 'liaison-police'],
  ['zhou', '周教', 'jiaoyu', 'other', 'liaison-unit'],
  ['wu', '吴观', 'jiaoyu', 'other', 'observer'],
  ['zheng', '郑急', 'yingji', 'other', 'liaison-unit'],
  ['feng', '冯看', 'bureau', 'bureau', 'observer'],
] as const satisfies readonly (readonly [string, string, string, OrganisationKind, Role])[]
type Login = (typeof PEOPLE)[number][0]
const GUESTS = ['sun', 'qian', 'zhou', 'wu', 'zheng', 'feng'] as const satisfies readonly Login[]

/** Words that stand in no other text of the house, one for each claim and for each place where words are kept. */
const MARKS = {
  hidden: '墨竹',
  police: '青岚',
  summary: '紫藤',
  shared: '苍鹭',
  mergedIn: '白鹇',
  old: '丹鹤',
} as const
const INNER = {
  note: '内注石榴',
  finding: '查见枇杷',
  hold: '缓由芍药',
  evidence: '证物海棠',
  reason: '享由木槿',
} as const

let here: Installation
const seats = {} as Record<Login, Visitor>
const claims = {} as Record<keyof typeof MARKS | 'merged' | 'again', string>
/** Ids beside the hidden claim's: its sighting, its piece of evidence, what waits for a second person. */
const parts = { sighting: '', item: '', proposal: '' }

beforeAll(async () => {
  here = await startInstallation()
  await sitDown()
  await fill()
}, 180_000)
afterAll(() => here.close(), 60_000)

async function sitDown(): Promise<void> {
  for (const [login, name, organisation, kind, role] of PEOPLE) {
    const unit = { id: organisation, name: `试验${organisation}`, kind }
    seats[login] = await openSeat(here, { login, name, role, unit })
    await seats[login].get('/desk/rumours')
  }
}

async function tell(text: string, by: Login = 'wang'): Promise<string> {
  await seats[by].get('/desk/rumours/new')
  const { body } = await seats[by].post('/desk/rumours', {
    route: 'patrol',
    text,
    url: `https://example.com/${text.slice(0, 2)}`,
  })
  return /\/desk\/rumours\/(c-[0-9a-f]+)/.exec(body)?.[1] ?? ''
}
async function press(by: Login, id: string, act: string, fields: Record<string, string> = {}): Promise<Page> {
  const { body } = await seats[by].get(`/desk/rumours/${id}`)
  return seats[by].post(`/desk/rumours/${id}/${act}`, { seen: /第 (\d+) 步/.exec(body)?.[1] ?? '', ...fields })
}
const done = async (page: Promise<Page>): Promise<void> => {
  const { status, body } = await page
  expect([status, /role="alert">([^<]*)/.exec(body)?.[1] ?? '']).toEqual([303, ''])
}
const share = (id: string, organisation: string, level: 'summary' | 'case'): Promise<void> =>
  done(press('wang', id, 'grants', { organisation, level, hours: '24', reason: INNER.reason }))

/** All that a claim can hold, with the inner words everywhere. */
async function enrich(id: string): Promise<void> {
  await done(press('wang', id, 'steps', { event: 'take' }))
  await done(press('wang', id, 'steps', { event: 'check' }))
  await done(press('wang', id, 'checks', { source: '水务局', outcome: 'contradicts', words: INNER.finding }))
  await done(press('wang', id, 'notes', { words: INNER.note, private: 'yes' }))
  await done(press('wang', id, 'notes', { words: `${INNER.note}公开` }))
  await seats.wang.get(`/desk/rumours/${id}/handover`)
  const item = { kind: 'text', title: INNER.evidence, text: INNER.evidence, method: '抄录', shows: 'nobody' }
  await done(seats.wang.post(`/desk/rumours/${id}/evidence/text`, item))
  await done(press('wang', id, 'steps', { event: 'hold', reason: INNER.hold, minutes: '60' }))
}

async function fill(): Promise<void> {
  const reservoir = (mark: string): string => `刚听说${mark}水库裂缝了，下游的人赶紧跑`
  // All of one template: each is what the others may be taken for.
  for (const name of ['hidden', 'police', 'summary', 'shared', 'mergedIn'] as const) {
    claims[name] = await tell(reservoir(MARKS[name]))
    await enrich(claims[name])
  }
  await share(claims.police, 'gongan', 'case')
  await share(claims.summary, 'wangxin', 'summary')
  for (const organisation of ['wangxin', 'jiaoyu']) await share(claims.shared, organisation, 'case')
  // One that the cyberspace office sees goes into one that it does not see.
  claims.merged = await tell('听说昨天苍鹭小学有11人受伤，老师说的')
  await share(claims.merged, 'wangxin', 'case')
  await done(press('wang', claims.merged, 'steps', { event: 'merge', target: claims.mergedIn, reason: '同一件' }))
  // An old story, told again in the same words: the cyberspace office sees the new one.
  claims.old = await tell(`听说${MARKS.old}镇的井水冒泡了，要地震`)
  await done(press('wang', claims.old, 'steps', { event: 'dismiss', reason: INNER.hold }))
  claims.again = await tell(`听说${MARKS.old}镇的井水冒泡了，要地震！！`)
  await here.query(`update claim set title = $2 where id = $1`, [claims.again, '听说某镇的井水冒泡了'])
  await here
    .query(
      `update sighting s set shown = '井水冒泡了' from sighting_link l where l.sighting_id = s.id and l.claim_id = $1`,
      [claims.again],
    )
    .catch(() => undefined)
  await done(press('wang', claims.again, `suggestions/${claims.old}`, { do: 'old' }))
  const { hidden } = claims
  await done(press('wang', hidden, 'proposals', { event: 'refer', reason: INNER.hold, receipt: '公受〔2026〕1号' }))
  parts.sighting = await one('select sighting_id as v from sighting_link where claim_id = $1', hidden)
  parts.item = await one('select id as v from evidence where claim_id = $1', hidden)
  parts.proposal = await one('select id::text as v from claim_proposal where claim_id = $1', hidden)
  // Every clock passes, and rings with the title.
  here.clock.skip(2 * 3_600_000)
  await here.app.settle()
  await sitDown()
  await until(
    async () =>
      (await here.query(`select from alarm where kind = 'rumour' and subject like $1`, [`${hidden}%`])).length > 0,
  )
}
const one = async (text: string, id: string): Promise<string> =>
  (await here.query<{ v: string }>(text, [id]))[0]?.v ?? ''

const nothing = {} as never
const ROUTES: readonly DeskRoute[] = [...listRumourRoutes(nothing), ...listHandoverRoutes(nothing)]
const rolesOf = (login: Login): Role => PEOPLE.find(([name]) => name === login)?.[4] ?? 'observer'
const comesIn = (login: Login, { act }: DeskRoute): boolean => (WHO_MAY[act as DeskAct] ?? []).includes(rolesOf(login))

/** The route's address about the hidden claim, or about one that is not there. */
function fillPath(path: string, isThere: boolean): string {
  const none = { id: 'c-00000000000000000000', sighting: 'r-00000000000000000000', item: 'e-00000000000000000000' }
  const ids: Readonly<Record<string, string>> = {
    id: path.startsWith('/sightings') ? (isThere ? parts.sighting : none.sighting) : isThere ? claims.hidden : none.id,
    sighting: isThere ? parts.sighting : none.sighting,
    item: isThere ? parts.item : none.item,
    target: isThere ? claims.shared : none.id,
    proposal: isThere ? parts.proposal : '999999',
    organisation: 'gongan',
    clock: 'first-line',
    package: 'k-none',
    request: '1',
    answer: 'a-none',
  }
  return `/desk${path.replace(/:(\w+)/g, (_all, name: string) => ids[name] ?? 'none')}`
}

/** Every field that any of the forms has, so that nothing is refused for want of one. */
const FORMS: readonly Record<string, string>[] = [
  ...['take', 'hold', 'merge', 'answer', 'correct', 'release', 'ask-agency'].map((event) => ({ event })),
  { do: 'agree' },
  { do: 'same' },
].map((more) => ({
  seen: '5',
  reason: '理由',
  words: '说明',
  why: '说明',
  minutes: '10',
  whom: 'liaison-police',
  risk: '2',
  source: '依据',
  outcome: 'contradicts',
  organisation: 'gongan',
  level: 'case',
  hours: '24',
  scope: 'facts',
  hash: 'a'.repeat(64),
  platform: '微博',
  action: 'label',
  state: 'asked',
  account: '账号',
  url: 'https://example.com/',
  kind: 'text',
  title: '题',
  text: '文',
  method: '截图',
  shows: 'nobody',
  number: '1',
  basis: '依据',
  officer: '李警官',
  code: 'education',
  private: 'yes',
  ...more,
}))

describe('a claim that is not shared', () => {
  const about = ROUTES.filter(
    ({ path }) => /:(id|sighting)/.test(path) && !path.startsWith('/quakes') && !path.startsWith('/questions'),
  )

  test.each(GUESTS)('is by every address and for every act of %s as if it were not there', async (login) => {
    const asked: string[] = []
    for (const route of about.filter((each) => comesIn(login, each))) {
      const forms = route.method === 'POST' ? (route.path.endsWith('/steps') ? FORMS : FORMS.slice(-2)) : [{}]
      for (const form of forms) {
        const [there, none] = [fillPath(route.path, true), fillPath(route.path, false)]
        const target = (isThere: boolean) => ({
          target: isThere ? claims.police : 'c-00000000000000000000',
          sighting: isThere ? parts.sighting : 'r-0',
        })
        const answers = [
          await ask(login, route, there, { ...form, ...target(true) }),
          await ask(login, route, none, { ...form, ...target(false) }),
        ]
        const [a, b] = answers.map(({ status, to, body }) => ({
          status,
          to,
          body: body.replaceAll(/[cre]-[0-9a-f]{20}/g, 'x'),
        }))
        expect([route.method, route.path, a]).toEqual([route.method, route.path, b])
        expect([route.path, a?.status]).toEqual([route.path, 404])
        asked.push(`${route.method} ${route.path}`)
      }
    }
    expect(new Set(asked).size).toBeGreaterThan(rolesOf(login) === 'observer' ? 1 : 5)
    const [row] = await here.query<{ version: number; notes: number }>(
      `select c.version, (select count(*)::int from claim_note n where n.claim_id = c.id) as notes from claim c where id = $1`,
      [claims.hidden],
    )
    expect(row).toMatchObject({ notes: 2 })
  })

  test.each(GUESTS)('leaves no word, count or address of it on any page that %s can open', async (login) => {
    const opened = await crawl(login)
    expect(opened.get('/desk/rumours')).toContain('传言处置')
    expect(opened.size).toBeGreaterThan(20)
    for (const [path, body] of opened) {
      expect([path, body.includes(MARKS.hidden)]).toEqual([path, false])
      expect([path, body.includes(claims.hidden)]).toEqual([path, false])
      if (login !== 'qian')
        expect([path, body.includes(MARKS.police) || body.includes(claims.police)]).toEqual([path, false])
      for (const mark of [MARKS.mergedIn, MARKS.old]) expect([path, body.includes(mark)]).toEqual([path, false])
      for (const id of [claims.mergedIn, claims.old]) expect([path, body.includes(id)]).toEqual([path, false])
      // Private notes, reasons of sharing, people of the bureau.
      expect([
        path,
        body.includes(INNER.reason) || body.replaceAll(`${INNER.note}公开`, '').includes(INNER.note),
      ]).toEqual([path, false])
      if (login !== 'feng') expect([path, /王小明|陈二|李处/.test(body)]).toEqual([path, false])
    }
  })
})

async function ask(login: Login, route: DeskRoute, path: string, form: Record<string, string>): Promise<Page> {
  const seat = seats[login]
  if (route.method === 'GET') return seat.get(path)
  if (!route.file) return seat.post(path, form)
  const { body } = await seat.get('/desk/account')
  const csrf = /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? ''
  const data = new FormData()
  for (const name of ['title', 'method', 'shows', 'url']) data.set(name, form[name] ?? '')
  data.set('file', new Blob(['x'], { type: 'text/plain' }), 'x.txt')
  const base = `http://127.0.0.1:${here.config.deskPort}`
  const { name, value } = seat.cookie()
  const headers = { cookie: `${name}=${value}`, origin: base }
  const reply = await fetch(`${base}${path}?word=${wordFor(csrf, path)}`, {
    method: 'POST',
    headers,
    body: data,
    redirect: 'manual',
  })
  return { status: reply.status, body: await reply.text(), to: reply.headers.get('location') ?? '' }
}

/** Every page of the desk that somebody reaches by following addresses from where they may begin. */
async function crawl(login: Login): Promise<Map<string, string>> {
  const begin = [
    '/desk',
    '/desk/parts/board',
    '/desk/rumours',
    '/desk/parts/rumours',
    '/desk/rumours/new',
    '/desk/rumours/prepared',
    '/desk/rumours/monthly',
    '/desk/rumours/monthly?month=2026',
    '/desk/rumours/monthly.csv',
    '/desk/rumours/monthly.csv?month=2026',
    '/desk/facts',
    '/desk/agencies',
    '/desk/account',
    '/desk/questions',
    '/desk/senders',
    '/desk/forecasts',
    '/desk/journal',
    '/desk/journal.csv',
    '/desk/dossiers',
    '/desk/drafts',
    '/desk/cards',
    '/desk/channels',
    ...[...Object.values(MARKS), ...Object.values(INNER)].map((word) => `/desk/rumours?q=${encodeURIComponent(word)}`),
    ...[claims.hidden, '水库', '%', '_', '\\'].map((word) => `/desk/parts/rumours?q=${encodeURIComponent(word)}`),
  ]
  const found = new Map<string, string>()
  const waiting = [...begin]
  while (waiting.length > 0 && found.size < 400) {
    const path = waiting.shift() ?? ''
    if (found.has(path)) continue
    const { status, body } = await seats[login].get(path)
    // What somebody looks for stands in their own form.
    found.set(path, body.replace(/name="q"[^>]*>/, '').replace(/data-live="[^"]*"/, ''))
    if (status !== 200) continue
    for (const [, to = ''] of body.matchAll(/href="(\/desk[^"#]*)"/g))
      if (!to.includes('month=')) waiting.push(to.replaceAll('&amp;', '&'))
  }
  return found
}

test('of a summary nothing is shown but the summary: by no page, no found word, no act', async () => {
  const opened = await crawl('sun')
  for (const [path, body] of opened) {
    if (!body.includes(claims.summary) || body.includes(claims.shared)) continue
    for (const inner of Object.values(INNER)) expect([path, body.includes(inner)]).toEqual([path, false])
  }
  const page = (await seats.sun.get(`/desk/rumours/${claims.summary}`)).body
  expect(page).toContain(MARKS.summary)
  for (const inner of [...Object.values(INNER), '下游的人赶紧跑</p>', '登记</p>', 'example.com'])
    expect([inner, page.includes(inner)]).toEqual([inner, false])
  expect((await seats.sun.get(`/desk/rumours/${claims.summary}/handover`)).status).toBe(404)
  const before = await one('select version::text as v from claim where id = $1', claims.summary)
  for (const [act, status] of [
    ['steps', 409],
    ['notes', 409],
    ['sign', 409],
    ['object', 409],
    ['platform', 404],
    ['spreaders', 404],
  ] as const)
    expect([
      act,
      (await seats.sun.post(`/desk/rumours/${claims.summary}/${act}`, { ...FORMS[0], seen: before })).status,
    ]).toEqual([act, status])
  expect(await one('select version::text as v from claim where id = $1', claims.summary)).toBe(before)
  expect(await here.query('select from claim_note where claim_id = $1', [claims.summary])).toHaveLength(2)
})

test('an observer of an organisation that has the whole case sees the summary of it', async () => {
  const [whole, summary] = [
    (await seats.zhou.get(`/desk/rumours/${claims.shared}`)).body,
    (await seats.wu.get(`/desk/rumours/${claims.shared}`)).body,
  ]
  expect(whole).toContain(INNER.finding)
  for (const inner of [INNER.finding, INNER.note, INNER.hold, INNER.evidence])
    expect([inner, summary.includes(inner)]).toEqual([inner, false])
  expect((await seats.wu.get(`/desk/rumours?q=${encodeURIComponent('赶紧跑')}`)).body.includes(claims.shared)).toBe(
    summary.includes('赶紧跑'),
  )
})

test('that a story is an old one is not said to whoever does not see the old one, nor that there is none', async () => {
  const found = async (login: Login, id: string): Promise<[boolean, boolean]> => {
    const { body } = await seats[login].get(`/desk/rumours/${id}`)
    return [body.includes('旧闻'), body.includes('以往传言')]
  }
  await share(claims.again, 'wangxin', 'case')
  expect(await found('wang', claims.again)).toEqual([true, true])
  expect(await found('wang', claims.shared)).toEqual([false, true])
  for (const id of [claims.again, claims.shared]) expect(await found('sun', id)).toEqual([false, false])
  await done(
    press('wang', claims.old, 'grants', { organisation: 'wangxin', level: 'summary', hours: '1', reason: '协查' }),
  )
  expect(await found('sun', claims.again)).toEqual([true, true])
  await done(press('wang', claims.old, 'grants/wangxin/end'))
  expect(await found('sun', claims.again)).toEqual([false, false])
})

test('who looks for a word finds what they may read, counted; of the rest they do not learn that it is there', async () => {
  const look = async (login: Login, words: string) => {
    const { body } = await seats[login].get(`/desk/rumours?q=${encodeURIComponent(words)}`)
    return { open: Number(/在办（(\d+)）/.exec(body)?.[1]), rested: Number(/已并案（(\d+)）/.exec(body)?.[1] ?? 0) }
  }
  expect(await look('wang', '水库裂缝')).toEqual({ open: 5, rested: 0 })
  expect(await look('sun', '水库裂缝')).toEqual({ open: 2, rested: 0 })
  expect(await look('qian', '水库裂缝')).toEqual({ open: 1, rested: 0 })
  expect(await look('zheng', '水库裂缝')).toEqual({ open: 0, rested: 0 })
  expect(await look('sun', MARKS.hidden)).toEqual(await look('sun', '无此一词'))
  // In a report's words, where reports are theirs to read.
  await here.query(
    `insert into claim_note (claim_id, organisation_id, private, words, by, at) values ($1, 'bureau', false, 'x', 'p-wang', now())`,
    [claims.shared],
  )
  expect(await look('wang', '老师说的')).toMatchObject({ rested: 1 })
  expect(await look('sun', '老师说的')).toMatchObject({ rested: 1 })
  expect(await look('qian', '老师说的')).toMatchObject({ rested: 0 })
  expect(await look('wang', '%')).toEqual({ open: 0, rested: 0 })
})

test('the bureau’s own people see all of it', async () => {
  for (const login of ['wang', 'chen', 'li'] as const) {
    const page = (await seats[login].get(`/desk/rumours/${claims.hidden}`)).body
    for (const inner of [INNER.note, INNER.finding, INNER.hold]) expect(page).toContain(inner)
    expect((await seats[login].get('/desk')).body).toContain(MARKS.hidden)
  }
  expect((await seats.wang.get(`/desk/rumours/${claims.again}`)).body).toContain(MARKS.old)
})
