// In: a real installation, liaisons and a system of another organisation that send what no page of the desk would. Out: proof that it is
// refused by name or kept as the text it is: no fault of the house, nothing done twice, nothing that cannot be seen, no markup, no formula.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signWebhook } from '../../channels/webhook/sign.ts'
import type { OrganisationKind, Role } from '../../src/core/people/roles.ts'
import { done, idOf, press } from './answerers.ts'
import { startInstallation, type Installation } from './installation.ts'
import type { Page, Visitor } from './officers.ts'
import { openSeat, unitOf } from './seats.ts'

let here: Installation
let wang: Visitor
let li: Visitor
let sun: Visitor
let qian: Visitor
let line = { receives: '', token: '' }
/** Page of a case that the cyberspace office and the police see. */
let shared = ''
let desk = ''

const seat = (login: string, name: string, kind: OrganisationKind, role: Role): Promise<Visitor> =>
  openSeat(here, { login, name, role, unit: unitOf(kind) })

beforeAll(async () => {
  here = await startInstallation()
  desk = `http://127.0.0.1:${here.config.deskPort}`
  wang = await seat('wang', '王小明', 'bureau', 'duty')
  li = await seat('li', '李处', 'bureau', 'lead')
  sun = await seat('sun', '孙网', 'cac', 'liaison-cac')
  qian = await seat('qian', '钱警', 'police', 'liaison-police')
  const admin = await seat('xitong', '系统员', 'bureau', 'system-admin')
  await admin.get('/desk/agencies')
  const set = await admin.post('/desk/agencies', { organisation: 'cac', url: '' })
  const [, receives = ''] = set.body.match(/whsec_[A-Za-z0-9+/]+=*/g) ?? []
  await li.get('/desk/agencies')
  await done(li.post('/desk/agencies/cac/run'))
  await sun.get('/desk/agencies')
  const made = await sun.post('/desk/agencies/tokens', { name: '平台' })
  line = { receives, token: /qd_[A-Za-z0-9_-]{43}/.exec(made.body)?.[0] ?? '' }
  shared = (await tell(wang, '海原的水库裂了，快跑', { contact: '13900139009' })).claim
  for (const event of ['take', 'check']) await done(press(wang, shared, 'steps', { event }))
  for (const organisation of ['cac', 'police'])
    await done(press(wang, shared, 'grants', { organisation, level: 'case', hours: '', reason: '协查' }))
}, 120_000)
afterAll(() => here.close(), 60_000)

async function tell(by: Visitor, text: string, more = {}): Promise<{ page: Page; claim: string }> {
  await by.get('/desk/rumours/new')
  const page = await by.post('/desk/rumours', { route: 'phone', text, ...more })
  return { page, claim: /\/desk\/rumours\/c-[0-9a-f]+/.exec(page.body)?.[0] ?? '' }
}
/** As the office's system sends it, signed and in 孙网's name. */
async function send(act: string, given: unknown, id = `m-${crypto.randomUUID()}`) {
  const body = typeof given === 'string' ? given : JSON.stringify(given)
  const signed = signWebhook([line.receives], id, here.clock.realNow(), body)
  const headers = { ...signed, authorization: `Bearer ${line.token}`, 'content-type': 'application/json' }
  const reply = await fetch(`${desk}/api/v1/agencies/cac/${act}`, { method: 'POST', headers, body })
  return { status: reply.status, body: (await reply.json()) as { rule?: string; refused?: object[] } }
}

describe('over the doors of other organisations’ systems', () => {
  test.each(['%00/sign', 'cac%00/sign', 'cac/sign%00', '%00/sightings', 'cac%00/sightings'])(
    'a stranger at %s is told that nothing is here: no fault of the house, no word of its database',
    async (path) => {
      const reply = await fetch(`${desk}/api/v1/agencies/${path}`, { method: 'POST', body: '{}' })
      expect([reply.status, await reply.json()]).toEqual([404, { error: 'nothing is here', rule: 'not-found' }])
    },
  )

  test.each<[string, string, unknown]>([
    ['a claim that no record holds', 'acknowledge', { claim: 'c-\u0000', version: 1 }],
    ['a notice that no record holds', 'noted', { notice: '\u0000' }],
    ['an id that is a sentence', 'object', { claim: 'c-1 or 1=1', version: 1, reason: '理由' }],
    ['a list', 'noted', []],
    ['nothing', 'noted', null],
    ['a field that is none of the act’s', 'noted', { notice: 'n-1', organisation: 'police' }],
    ['a version that is no number', 'acknowledge', { claim: 'c-1', version: '1' }],
    ['depth without end', 'noted', '['.repeat(30_000)],
  ])('%s is no shape of the act', async (_what, act, given) => {
    const { status, body } = await send(act, given)
    expect([status, ['shape', 'json'].includes(body.rule ?? '')]).toEqual([422, true])
  })

  test('a report is refused where nothing of it can be seen, or its time is none; its neighbours are on record', async () => {
    const rows = [
      { text: '泾源的桥塌了' },
      { text: '\u3164\u2800\u3164\u200b\u0301' },
      { text: '彭阳的桥塌了', seenAt: '0000-01-01T00:00:00Z' },
      { text: '彭阳的路断了', seenAt: '9999-12-31T23:59:59Z' },
      { text: '\u0000' },
    ]
    expect(await send('sightings', { sightings: rows })).toMatchObject({
      status: 202,
      body: {
        accepted: [{ row: 0 }],
        refused: [
          { row: 1, rule: 'empty' },
          { row: 2, rule: 'seenAt' },
          { row: 3, rule: 'future' },
          { row: 4, rule: 'empty' },
        ],
      },
    })
  })

  test.each(['\u3164', '\u2800', '\ufe0f', '\u115f', '\u{e0100}', '\u200b'])(
    'a report with %j between all its signs is the same report, and names nobody either',
    async (between) => {
      const plain = '原州区明天凌晨三点有7级大地震，赶紧跑，电话13800138000'
      const { claim } = await tell(wang, plain)
      const given = { text: Array.from(plain).join(between), url: `https://x.example/${between.codePointAt(0)}` }
      expect((await send('sightings', { sightings: [given] })).body.refused).toEqual([])
      const rows = await here.query<{ claim: string; shown: string }>(
        'select l.claim_id as claim, s.shown from sighting s join sighting_link l on l.sighting_id = s.id where s.url = $1',
        [given.url],
      )
      expect(rows).toEqual([{ claim: idOf(claim), shown: plain.replace(/\d{11}/, '［手机号］') }])
    },
  )

  test('one signed message that comes many times at once is done once', async () => {
    const given = { claim: idOf(shared), version: 3 }
    const answers = await Promise.all([1, 2, 3, 4].map(() => send('acknowledge', given, 'm-many')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(await here.query('select words from claim_note')).toEqual([{ words: '已收悉（接口）' }])
    expect(await send('acknowledge', given, 'm-many')).toEqual({ status: 200, body: { repeated: true } })
    // Another message is another word.
    expect((await send('acknowledge', given)).status).toBe(200)
    expect(await here.query('select from claim_note')).toHaveLength(2)
  })
})

describe('at the desk', () => {
  test.each(['1e20', '1.5', '9223372036854775808', '-1', 'x', '999999999'])(
    'a number %s that no row has is nobody’s, and no fault of the house',
    async (number) => {
      for (const [by, path, form] of [
        [qian, `${shared}/contacts/${number}/open`, {}],
        [li, `${shared}/contacts/${number}/answer`, { do: 'agree' }],
        [wang, `${shared}/proposals/${number}`, { do: 'agree' }],
        [wang, `/desk/senders/${number}/shadow`, { reason: '理由' }],
        [wang, `/desk/flags/${number}`, { why: '理由' }],
      ] as const) {
        await by.get('/desk/account')
        expect([path, (await by.post(path, form)).status]).toEqual([path, 409])
      }
    },
  )

  test('a liaison tells the desk as an organisation or a patrol, whatever a form of theirs says', async () => {
    for (const route of ['phone', 'wechat', 'patrol']) await tell(sun, `西吉的大桥塌了，好多车${route}`, { route })
    const rows = await here.query<{ route: string }>(
      `select distinct route from sighting where taken_by = 'p-sun' order by route`,
    )
    expect(rows.map(({ route }) => route)).toEqual(['agency', 'patrol'])
  })

  test('what the police were asked no other organisation answers, by the desk or over its line; the police do', async () => {
    const { claim } = await tell(wang, '泾源县公安局被盗了，听说还死了3人')
    for (const event of ['take', 'check']) await done(press(wang, claim, 'steps', { event }))
    await done(press(wang, claim, 'grants', { organisation: 'cac', level: 'case', hours: '', reason: '协查' }))
    await done(press(wang, claim, 'steps', { event: 'ask-agency', whom: 'liaison-police', reason: '请核实' }))
    const answer = { event: 'answer', reason: '没有这回事' }
    const refused = await press(sun, claim, 'steps', answer)
    expect([refused.status, refused.body.includes('由被请求的单位答复')]).toEqual([409, true])
    const version = Number(/第 (\d+) 步/.exec((await sun.get(claim)).body)?.[1])
    const sent = await send('answer', { claim: idOf(claim), version, words: '没有这回事' })
    expect([sent.status, sent.body.rule]).toEqual([409, 'is-asked'])
    expect(
      [(await sun.get(claim)).body, (await qian.get(claim)).body].map((body) => body.includes('答复协查')),
    ).toEqual([false, true])
    await done(press(qian, claim, 'steps', answer))
  })

  test('words that nobody can see are none', async () => {
    for (const words of ['\u3164', '\u2800 \u2800', '\u202e\u2066', '\u0301\u0301'])
      expect([words, (await press(sun, shared, 'notes', { words })).status]).toEqual([words, 409])
    for (const platform of ['\u3164', '\u200b'])
      expect((await press(sun, shared, 'platform', { platform, action: 'label', state: 'done' })).status).toBe(409)
    expect((await press(sun, shared, 'notes', { words: '大'.repeat(30_000) })).status).toBe(413)
  })

  test.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'https://a b', 'http://', 'http://[::1'])(
    'a link %s is none',
    async (url) => {
      const platform = { platform: '微博', action: 'label', state: 'done', url }
      expect((await press(sun, shared, 'platform', platform)).status).toBe(409)
      expect((await press(sun, shared, 'spreaders', { platform: '微博', role: 'origin', url })).status).toBe(409)
      const item = { kind: 'link', title: '网页', text: '', method: '抄录', shows: 'nobody', url }
      expect((await press(qian, shared, 'evidence/text', item)).status).toBe(409)
      expect((await tell(sun, '某处停水', { route: 'agency', url })).page.status).toBe(409)
    },
  )

  test('markup and formulas stand as the text they are, on every page and in the month’s file', async () => {
    const evil = `"><script>alert(1)</script>{{ 7 | times: 7 }}{% raw %}'<img src=x onerror=1>`
    await done(press(sun, shared, 'notes', { words: evil }))
    const deed = { action: 'label', state: 'done', platform: evil, words: evil, receipt: evil }
    expect((await press(sun, shared, 'platform', deed)).status).toBe(303)
    expect((await press(sun, shared, 'spreaders', { platform: evil, account: evil, role: 'origin' })).status).toBe(303)
    const item = { kind: 'text', title: evil, text: evil, method: evil, tool: evil, shows: 'nobody' }
    expect((await press(qian, shared, 'evidence/text', item)).status).toBe(303)
    const [row] = await here.query<{ id: string }>('select sighting_id as id from sighting_link where claim_id = $1', [
      idOf(shared),
    ])
    const asked = { sighting: row?.id ?? '', reason: evil, number: evil, basis: evil, officer: evil }
    expect((await press(qian, shared, 'contacts', asked)).status).toBe(303)
    const { claim } = await tell(sun, `${evil}隆德的桥断了`, { route: 'agency', region: evil })
    const sum = (await tell(sun, '=HYPERLINK("http://x.example","看") 隆德停水', { route: 'agency' })).claim
    const wide = (await tell(sun, '＝1+1 隆德停电', { route: 'agency' })).claim
    const paths = [
      shared,
      `${shared}/handover`,
      claim,
      '/desk',
      '/desk/rumours',
      '/desk/rumours/monthly',
      '/desk/journal',
    ]
    for (const by of [wang, li, sun, qian])
      for (const path of paths) {
        const { body } = await by.get(path)
        expect([path, /<script>alert|<img src=x|\b49\{%/.exec(body)?.[0]]).toEqual([path, undefined])
      }
    expect((await wang.get(`${shared}/handover`)).body).toContain('&lt;script&gt;alert(1)')
    const file = (await wang.get('/desk/rumours/monthly.csv')).body.split('\r\n')
    const titleOf = (page: string): string =>
      file.find((one) => one.startsWith(idOf(page)))?.slice(idOf(page).length + 1) ?? ''
    expect(titleOf(sum)).toMatch(/^"'=HYPERLINK/)
    expect(titleOf(wide)).toMatch(/^'＝1\+1/)
  })
})
