// In: a real installation, lines to two organisations' systems, a claim that was shared with all that a case can hold and then taken
// back. Out: proof that from then on neither a page, a file, a line, an open desk nor a figure says more of it than of none at all.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signWebhook } from '../../channels/webhook/sign.ts'
import { WHO_MAY, type DeskAct, type OrganisationKind, type Role } from '../../src/core/people/roles.ts'
import { wordFor, type DeskRoute } from '../../src/web/desk/door.ts'
import { listHandoverRoutes } from '../../src/web/desk/rumours/handover/routes.ts'
import { listRumourRoutes } from '../../src/web/desk/rumours/routes.ts'
import { startInstallation, until, type Installation } from './installation.ts'
import type { Page, Visitor } from './officers.ts'
import { openSeat } from './seats.ts'

const PEOPLE = [
  ['wang', '王小明', 'bureau', 'bureau', 'duty'],
  ['li', '李处', 'bureau', 'bureau', 'lead'],
  ['xitong', '系统员', 'bureau', 'bureau', 'system-admin'],
  ['sun', '孙网', 'wangxin', 'cac', 'liaison-cac'],
  ['qian', '钱警', 'gongan', 'police', 'liaison-police'],
  ['zhou', '周教', 'jiaoyu', 'other', 'liaison-unit'],
  ['wu', '吴观', 'jiaoyu', 'other', 'observer'],
] as const satisfies readonly (readonly [string, string, string, OrganisationKind, Role])[]
type Login = (typeof PEOPLE)[number][0]
const LIAISONS = ['sun', 'qian', 'zhou'] as const satisfies readonly Login[]

let here: Installation
let hook: Server
const seats = {} as Record<Login, Visitor>
/** What each organisation's system was sent. */
const heard: Record<string, string[]> = { wangxin: [], gongan: [] }
const lines: Record<string, { receives: string; token: string }> = {}

beforeAll(async () => {
  here = await startInstallation()
  hook = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      heard[request.url?.slice(1) ?? '']?.push(Buffer.concat(parts).toString('utf8'))
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
  await sitDown()
  for (const [organisation, login] of [
    ['wangxin', 'sun'],
    ['gongan', 'qian'],
  ] as const)
    lines[organisation] = await openLine(organisation, login)
  await fill()
}, 180_000)
afterAll(async () => {
  await here.close()
  await new Promise((resolve) => hook.close(resolve))
}, 60_000)

async function sitDown(): Promise<void> {
  for (const [login, name, organisation, kind, role] of PEOPLE) {
    const unit = { id: organisation, name: `试验${organisation}`, kind }
    seats[login] = await openSeat(here, { login, name, role, unit })
    await seats[login].get('/desk/account')
  }
}
async function openLine(organisation: string, login: Login): Promise<{ receives: string; token: string }> {
  const { port } = hook.address() as AddressInfo
  await seats.xitong.get('/desk/agencies')
  const url = `http://127.0.0.1:${port}/${organisation}`
  const set = await seats.xitong.post('/desk/agencies', { organisation, url })
  const [, receives = ''] = set.body.match(/whsec_[A-Za-z0-9+/]+=*/g) ?? []
  await seats.li.get('/desk/agencies')
  await done(seats.li.post(`/desk/agencies/${organisation}/run`))
  await seats[login].get('/desk/agencies')
  const made = await seats[login].post('/desk/agencies/tokens', { name: '平台' })
  return { receives, token: /qd_[A-Za-z0-9_-]{43}/.exec(made.body)?.[0] ?? '' }
}
const done = async (page: Promise<Page>): Promise<void> => {
  const { status, body } = await page
  expect([status, /role="alert">([^<]*)/.exec(body)?.[1] ?? '']).toEqual([303, ''])
}
async function tell(text: string, contact = ''): Promise<string> {
  await seats.wang.get('/desk/rumours/new')
  const { body } = await seats.wang.post('/desk/rumours', { route: 'phone', text, contact })
  return /\/desk\/rumours\/(c-[0-9a-f]+)/.exec(body)?.[1] ?? ''
}
async function press(by: Login, id: string, act: string, fields: Record<string, string> = {}): Promise<Page> {
  const { body } = await seats[by].get(`/desk/rumours/${id}`)
  return seats[by].post(`/desk/rumours/${id}/${act}`, { seen: /第 (\d+) 步/.exec(body)?.[1] ?? '', ...fields })
}
const share = (id: string, organisation: string, level = 'case', hours = ''): Promise<void> =>
  done(press('wang', id, 'grants', { organisation, level, hours, reason: '协查' }))
const one = async (text: string, id: string): Promise<string> =>
  (await here.query<{ v: string }>(text, [id]))[0]?.v ?? ''

const MARK = '墨竹'
const claims = { gone: '', spent: '', open: '', summary: '', hidden: '' }
const ids = { sighting: '', item: '', package: '', request: '' }
const NONE = {
  id: 'c-00000000000000000000',
  sighting: 'r-00000000000000000000',
  item: 'e-00000000000000000000',
  package: 'k-00000000000000000000',
  request: '999999',
}

/** A case with evidence, a package, a contact that was agreed to, platforms' deeds: shared, used, and taken back. */
async function fill(): Promise<void> {
  const gone = await tell(`刚听说${MARK}水库裂缝了，下游的人赶紧跑`, '13900139009')
  for (const event of ['take', 'check']) await done(press('wang', gone, 'steps', { event }))
  await seats.wang.get(`/desk/rumours/${gone}/handover`)
  const item = { kind: 'text', title: `${MARK}截图`, text: MARK, method: '抄录', shows: 'nobody' }
  await done(seats.wang.post(`/desk/rumours/${gone}/evidence/text`, item))
  for (const organisation of ['wangxin', 'gongan', 'jiaoyu']) await share(gone, organisation)
  await done(seats.wang.post(`/desk/rumours/${gone}/packages`, { reason: `${MARK}移送` }))
  ids.item = await one('select id as v from evidence where claim_id = $1', gone)
  ids.package = await one('select id as v from police_package where claim_id = $1', gone)
  ids.sighting = await one('select sighting_id as v from sighting_link where claim_id = $1', gone)
  await seats.li.get(`/desk/rumours/${gone}/handover`)
  await done(seats.li.post(`/desk/rumours/${gone}/packages/${ids.package}/answer`, { do: 'approve' }))
  await seats.qian.get(`/desk/rumours/${gone}/handover`)
  const asked = { sighting: ids.sighting, reason: '核实', number: '一号', basis: '某法', officer: '李警官' }
  await done(seats.qian.post(`/desk/rumours/${gone}/contacts`, asked))
  ids.request = await one('select id::text as v from contact_request where claim_id = $1', gone)
  await done(seats.li.post(`/desk/rumours/${gone}/contacts/${ids.request}/answer`, { do: 'agree' }))
  claims.gone = gone
  claims.spent = await tell(`听说${MARK}小学有11人受伤，老师说的`)
  await share(claims.spent, 'wangxin', 'case', '1')
  claims.open = await tell('固原的桥塌了，过不去了')
  await share(claims.open, 'wangxin')
  claims.summary = await tell('听说隆德县停水了，水厂坏了')
  claims.hidden = await tell(`听说${MARK}镇的井水冒泡了，要地震`)
  await done(press('wang', claims.hidden, 'steps', { event: 'take' }))
  await quiet()
  // An hour passes: what was shared for an hour is over; the rest is taken back by hand.
  here.clock.skip(61 * 60_000)
  await sitDown()
  for (const organisation of ['wangxin', 'gongan', 'jiaoyu'])
    await done(press('wang', gone, `grants/${organisation}/end`))
  for (const event of ['take', 'check']) await done(press('wang', claims.summary, 'steps', { event }))
  await share(claims.summary, 'wangxin', 'summary')
  await share(claims.summary, 'jiaoyu')
  const given = { event: 'refer', reason: '移送缘由', receipt: '公受七号' }
  await done(press('wang', claims.summary, 'proposals', given))
  const proposal = await one('select id::text as v from claim_proposal where claim_id = $1', claims.summary)
  await seats.li.get(`/desk/rumours/${claims.summary}`)
  await done(seats.li.post(`/desk/rumours/${claims.summary}/proposals/${proposal}`, { do: 'agree' }))
  await done(press('wang', claims.summary, 'steps', { event: 'ask-agency', whom: 'liaison-police', reason: '请核实' }))
  await here.app.settle()
}

/** Every message is sent or left out. */
const quiet = (): Promise<void> =>
  until(async () => (await here.query(`select from agency_message where state = 'queued'`)).length === 0)

const nothing = {} as never
const ROUTES: readonly DeskRoute[] = [...listRumourRoutes(nothing), ...listHandoverRoutes(nothing)]
const roleOf = (login: Login): Role => PEOPLE.find(([name]) => name === login)?.[4] ?? 'observer'
const comesIn = (login: Login, { act }: DeskRoute): boolean => WHO_MAY[act as DeskAct].includes(roleOf(login))
const fillPath = (path: string, given: typeof NONE): string =>
  `/desk${path.replace(/:(\w+)/g, (_all, name: keyof typeof NONE) => (path.startsWith('/sightings') ? given.sighting : given[name]) ?? 'none')}`
/** Nothing is refused for want of a field. */
const FORM = {
  event: 'hold',
  reason: '理由',
  words: '说明',
  minutes: '10',
  kind: 'text',
  title: '题',
  text: '文',
  method: '截图',
  shows: 'nobody',
  platform: '微博',
  action: 'label',
  state: 'asked',
  account: '账号',
  number: '1',
  basis: '依据',
  officer: '李警官',
  code: 'educated',
  scope: 'facts',
  hash: 'a'.repeat(64),
  private: 'yes',
  target: '',
}

async function ask(login: Login, route: DeskRoute, path: string, form: Record<string, string>): Promise<Page> {
  const seat = seats[login]
  const body = (page: Page): Page => ({ ...page, body: page.body.replaceAll(/[cerk]-[0-9a-f]{20}/g, 'x') })
  if (route.method === 'GET') return body(await seat.get(path))
  if (!route.file) return body(await seat.post(path, form))
  const csrf = /name="csrf" value="([^"]+)"/.exec((await seat.get('/desk/account')).body)?.[1] ?? ''
  const data = new FormData()
  for (const name of ['title', 'method', 'shows'] as const) data.set(name, FORM[name])
  data.set('file', new Blob(['x'], { type: 'text/plain' }), 'x.txt')
  const origin = `http://127.0.0.1:${here.config.deskPort}`
  const { name, value } = seat.cookie()
  const headers = { cookie: `${name}=${value}`, origin }
  const sent = { method: 'POST', headers, body: data, redirect: 'manual' } as const
  const reply = await fetch(`${origin}${path}?word=${wordFor(csrf, path)}`, sent)
  return body({ status: reply.status, body: await reply.text(), to: '' })
}

describe('a case that was shared and taken back', () => {
  test.each(LIAISONS)(
    'is by every address, with the true ids of all that is in it, as if it were not there for %s',
    async (login) => {
      const about = ROUTES.filter(({ path }) => /:(id|sighting)/.test(path) && !/^\/(quakes|questions)/.test(path))
      const asked: string[] = []
      for (const route of about.filter((each) => comesIn(login, each)))
        for (const id of login === 'sun' ? [claims.gone, claims.spent] : [claims.gone]) {
          const seen = await one('select version::text as v from claim where id = $1', id)
          const [there, none] = [
            await ask(login, route, fillPath(route.path, { ...ids, id }), { ...FORM, seen, sighting: ids.sighting }),
            await ask(login, route, fillPath(route.path, NONE), { ...FORM, seen, sighting: NONE.sighting }),
          ]
          expect([route.method, route.path, there]).toEqual([route.method, route.path, none])
          expect([route.path, there.status]).toEqual([route.path, 404])
          asked.push(route.path)
        }
      expect(new Set(asked).size).toBeGreaterThan(5)
      expect(await here.query('select from contact_request where opened_at is not null')).toEqual([])
      expect(await here.query(`select from custody_entry where act in ('opened', 'transferred')`)).toEqual([])
    },
  )

  test('is not reached by its ids under a claim that is shared either', async () => {
    const given = [
      ['qian', `evidence/${ids.item}/open`, `evidence/${NONE.item}/open`],
      ['qian', `packages/${ids.package}/open`, `packages/${NONE.package}/open`],
      ['qian', `packages/${ids.package}/receipt`, `packages/${NONE.package}/receipt`],
      ['qian', `packages/${ids.package}/outcomes`, `packages/${NONE.package}/outcomes`],
      ['qian', `contacts/${ids.request}/open`, `contacts/${NONE.request}/open`],
      ['sun', `evidence/${ids.item}/open`, `evidence/${NONE.item}/open`],
    ] as const
    for (const [login, path, none] of given) {
      // The police see this one since they were asked about it; the office another.
      const page = `/desk/rumours/${login === 'qian' ? claims.summary : claims.open}`
      const [there, missing] = [
        await seats[login].post(`${page}/${path}`, FORM),
        await seats[login].post(`${page}/${none}`, FORM),
      ]
      expect([path, there]).toEqual([path, missing])
      expect([path, there.status]).toEqual([path, 409])
    }
    const contacts = [ids.sighting, NONE.sighting].map((sighting) =>
      seats.qian.post(`/desk/rumours/${claims.summary}/contacts`, { ...FORM, sighting }),
    )
    const [there, missing] = await Promise.all(contacts)
    expect(there).toEqual(missing)
  })

  test('is no row of the month, no found word, no suggestion and no line on any list', async () => {
    for (const login of [...LIAISONS, 'wu'] as const)
      for (const path of [
        '/desk',
        '/desk/parts/board',
        '/desk/rumours',
        '/desk/parts/rumours',
        '/desk/rumours/monthly',
        '/desk/rumours/monthly?figure=referred',
        '/desk/rumours/monthly.csv',
        '/desk/rumours/prepared',
        '/desk/facts',
        '/desk/agencies',
        `/desk/rumours/${claims.open}`,
        `/desk/rumours?q=${encodeURIComponent('裂缝')}`,
        `/desk/rumours?q=${claims.gone}`,
      ]) {
        const { body } = await seats[login].get(path)
        const bare = body.replace(/name="q"[^>]*>/, '').replace(/data-live="[^"]*"/, '')
        for (const word of [MARK, claims.gone, claims.spent, claims.hidden, ids.package])
          expect([login, path, word, bare.includes(word)]).toEqual([login, path, word, false])
      }
  })
})

/** What a guest's own pages say, without the words of a form. */
const read = async (login: Login, path: string): Promise<string> =>
  (await seats[login].get(path)).body.replaceAll(/name="csrf" value="[^"]*"/g, '')

test('an account that goes to another organisation leaves behind what the first one sees, at the desk and over its line', async () => {
  const given = { organisation: 'qita', name: '试验qita', kind: 'cac' as const }
  await openSeat(here, { login: 'meng', name: '孟他', role: 'liaison-cac', unit: { id: given.organisation, ...given } })
  expect((await seats.sun.get(`/desk/rumours/${claims.open}`)).status).toBe(200)
  const note = {
    claim: claims.open,
    version: Number(await one('select version::text as v from claim where id = $1', claims.open)),
  }
  await here.query(`update account set organisation_id = 'qita' where id = 'p-sun'`)
  const [page, none] = [
    await seats.sun.get(`/desk/rumours/${claims.open}`),
    await seats.sun.get(`/desk/rumours/${NONE.id}`),
  ]
  expect([page, page.status]).toEqual([none, 404])
  expect((await seats.sun.get('/desk/rumours')).body).not.toContain(claims.open)
  expect((await seats.sun.get('/desk/agencies')).body).not.toContain('试验wangxin')
  expect((await send('wangxin', 'acknowledge', note)).status).toBe(401)
  await here.query(`update account set organisation_id = 'wangxin' where id = 'p-sun'`)
  expect((await seats.sun.get(`/desk/rumours/${claims.open}`)).status).toBe(200)
})

describe('when a claim moves that is not shared', () => {
  const MOVES = [
    () => press('wang', claims.hidden, 'steps', { event: 'check' }),
    () => press('wang', claims.gone, 'steps', { event: 'hold', reason: '等待', minutes: '60' }),
    () => press('wang', claims.spent, 'steps', { event: 'take' }),
  ]

  test('an open desk of another organisation is told that something changed, as always, and finds its page as it was', async () => {
    const before = await read('sun', '/desk/parts/rumours')
    const origin = `http://127.0.0.1:${here.config.deskPort}`
    const { name, value } = seats.sun.cookie()
    const headers = { cookie: `${name}=${value}` }
    const line = `${origin}/desk/live/?EIO=4&transport=polling`
    const { sid } = JSON.parse((await (await fetch(line, { headers })).text()).slice(1)) as { sid: string }
    await fetch(`${line}&sid=${sid}`, { method: 'POST', headers, body: '40' })
    const said: string[] = []
    const listen = async (): Promise<void> => {
      while (!said.some((text) => text.includes('changed')))
        said.push(await (await fetch(`${line}&sid=${sid}`, { headers })).text())
    }
    const listening = listen()
    await until(() => said.length > 0)
    for (const move of MOVES) await done(move())
    await listening
    const words = said.flatMap((text) => text.split('\u001e'))
    for (const word of words) expect(word).toMatch(/^(2|40\{"sid":"[\w-]+"\}|42\["changed"\])$/)
    expect(await read('sun', '/desk/parts/rumours')).toBe(before)
  })

  test('its system is told nothing, and the page of its line stays as it was, before and after the message was left out', async () => {
    await quiet()
    const before = { wangxin: await read('sun', '/desk/agencies'), gongan: await read('qian', '/desk/agencies') }
    const sent = { wangxin: heard['wangxin']?.length, gongan: heard['gongan']?.length }
    await done(press('wang', claims.hidden, 'steps', { event: 'hold', reason: '等待', minutes: '60' }))
    await done(press('wang', claims.gone, 'steps', { event: 'release', reason: '继续' }))
    await done(press('wang', claims.spent, 'steps', { event: 'check' }))
    for (const wait of [async () => undefined, quiet]) {
      await wait()
      expect(await read('sun', '/desk/agencies')).toBe(before.wangxin)
      expect(await read('qian', '/desk/agencies')).toBe(before.gongan)
    }
    expect({ wangxin: heard['wangxin']?.length, gongan: heard['gongan']?.length }).toEqual(sent)
    expect(heard['wangxin']?.some((body) => body.includes(claims.open))).toBe(true)
    for (const body of Object.values(heard).flat()) expect(body).not.toContain(claims.hidden)
    for (const body of heard['gongan'] ?? []) expect(body).not.toContain(claims.spent)
  })
})

describe('of what the police have', () => {
  test('a unit that sees the case learns neither the number nor the step; whoever deals with it does', async () => {
    const [unit, police, bureau] = await Promise.all(
      (['zhou', 'qian', 'wang'] as const).map((login) => read(login, `/desk/rumours/${claims.summary}`)),
    )
    for (const word of ['公受七号', '移送缘由', '移送公安'])
      expect([word, unit?.includes(word), police?.includes(word), bureau?.includes(word)]).toEqual([
        word,
        false,
        true,
        true,
      ])
    expect(unit).toContain('经过')
  })

  test('a summary says nothing, nor who was asked: not on its page, not in the queue, not in the month', async () => {
    const page = await read('sun', `/desk/rumours/${claims.summary}`)
    expect(page).toContain('水厂坏了')
    const queue = await read('sun', '/desk/rumours')
    const lineOf = (body: string): string =>
      new RegExp(`<li class="claim(?:(?!<li).)*${claims.summary}`, 's').exec(body)?.[0] ?? ''
    expect(lineOf(queue)).toContain('等待')
    expect(lineOf(await read('wang', '/desk/rumours'))).toContain('公安')
    for (const text of [page, lineOf(queue)])
      for (const word of ['公受', '公安', '移送']) expect([word, text.includes(word)]).toEqual([word, false])
    const rowOf = async (login: Login): Promise<string> =>
      (await read(login, '/desk/rumours/monthly.csv')).split('\r\n').find((line) => line.startsWith(claims.summary)) ??
      ''
    const [theirs, ours] = [(await rowOf('sun')).split(','), (await rowOf('wang')).split(',')]
    expect([theirs[9], theirs[10], new Set(theirs.slice(13))]).toEqual(['', '', new Set([''])])
    expect([ours[9], ours[10], new Set(ours.slice(13)).size > 1]).toEqual(['1', '否', true])
    const filtered = '/desk/rumours/monthly?figure=referred'
    expect((await read('wang', filtered)).includes(claims.summary)).toBe(true)
    expect((await read('sun', filtered)).includes(claims.summary)).toBe(false)
    expect((await read('sun', '/desk/rumours/monthly?figure=open')).includes(claims.summary)).toBe(true)
  })
})

async function send(organisation: string, act: string, given: object): Promise<{ status: number; body: string }> {
  const { receives, token } = lines[organisation] ?? { receives: '', token: '' }
  const text = JSON.stringify(given)
  const signed = signWebhook([receives], `m-${crypto.randomUUID()}`, here.clock.realNow(), text)
  const headers = { ...signed, authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const url = `http://127.0.0.1:${here.config.deskPort}/api/v1/agencies/${organisation}/${act}`
  const reply = await fetch(url, { method: 'POST', headers, body: text })
  return { status: reply.status, body: await reply.text() }
}

describe('over a line', () => {
  test.each(['wangxin', 'gongan'])(
    '%s does nothing to a case that is not shared, nor learns that it is there',
    async (organisation) => {
      for (const claim of [claims.gone, claims.spent, claims.hidden]) {
        const version = Number(await one('select version::text as v from claim where id = $1', claim))
        const acts: readonly (readonly [string, object])[] = [
          ['acknowledge', { version }],
          ['answer', { version, words: '说明' }],
          ['sign', { version, scope: 'cac-wording', hash: 'a'.repeat(64) }],
          ['object', { version, reason: '理由' }],
          ['platform', { platform: '微博', action: 'label', state: 'asked' }],
          ['receipt', { package: ids.package, number: '受1' }],
        ]
        for (const [act, more] of acts) {
          const [there, none] = [
            await send(organisation, act, { claim, ...more }),
            await send(organisation, act, {
              claim: NONE.id,
              ...more,
              ...('package' in more ? { package: NONE.package } : {}),
            }),
          ]
          expect([act, there]).toEqual([act, none])
          expect([act, [403, 409].includes(there.status)]).toEqual([act, true])
        }
      }
      expect(await here.query('select from police_package where receipt is not null')).toEqual([])
      expect(await here.query('select from claim_note')).toEqual([])
    },
  )

  test('is not told whether the same was said before, of claims that it may not know of', async () => {
    const rule = `select from claim_check where claim_id = $1 and rule = 'recurrence'`
    await until(async () => (await here.query(rule, [claims.open])).length > 0)
    const before = heard['wangxin']?.length ?? 0
    await done(press('wang', claims.open, 'checks', { source: '交通局', outcome: 'contradicts', words: '桥还在' }))
    await done(press('wang', claims.open, 'steps', { event: 'take' }))
    await until(() => (heard['wangxin']?.length ?? 0) > before)
    const body = heard['wangxin']?.at(-1)
    expect([body?.includes('交通局'), body?.includes('以往传言')]).toEqual([true, false])
  })

  test('what is wrong with the police’s clock is no news for an observer of another organisation', async () => {
    const body = '{}'
    const late = here.clock.realNow() - 40 * 60_000
    const headers = {
      ...signWebhook([lines['gongan']?.receives ?? ''], 'm-late', late, body),
      'content-type': 'application/json',
    }
    const url = `http://127.0.0.1:${here.config.deskPort}/api/v1/agencies/gongan/sightings`
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(401)
    const [board, theirs] = [await read('wang', '/desk'), await read('wu', '/desk')]
    expect([board.includes('试验gongan'), theirs.includes('试验gongan')]).toEqual([true, false])
  })
})
