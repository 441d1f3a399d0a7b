// In: a real installation into which strangers, and even its database's owner, have written markup wherever a page shows text. Out:
// proof that every page of the desk and of the public shows it as text, that no header, cache or address helps, and that nobody
// brings the desk down with too much.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rowShape, writePayload } from '../../src/town/payloads.ts'
import { openDesk } from '../support/open-desk.ts'
import { drip, FORM, hire, send, type Attack, type Officer, type Sent } from './attacker.ts'
import { openBureau, type Bureau } from './bureau.ts'
import { hireThree, openFirst, passSeated, PASSWORD, type Visitor } from './officers.ts'

let bureau: Bureau
let admin: Visitor
let wang: Officer
let li: Officer
let guest: Officer
let endless: Promise<{ seconds: number; said: string }[]>
const SESSION = 'quakedesk'
const DEVICE = 'quakedesk-device'
const PLANTED = 'A'.repeat(43)
/** Ends an attribute, opens a tag, and would be 77919 where a template is filled twice. */
const EVIL = `"'><x-evil onx=1>{{7|append:7919}}`

const attack = (method: string, path: string, more: Attack = {}): Promise<Sent> =>
  send(bureau.deskPort, method, path, more)

beforeAll(async () => {
  bureau = await openBureau('words')
  await bureau.start()
  const { deskPort } = bureau
  const post = `POST /desk/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nContent-Length: 5000\r\n\r\n`
  endless = Promise.all([drip(deskPort, post), drip(deskPort, 'GET /desk HTTP/1.1\r\nX-Long: ')])
  admin = await openFirst(bureau)
  ;({ wang, li, guest } = await hireThree((person) => hire(bureau, admin, person)))
}, 180_000)
afterAll(() => bureau.close(), 60_000)
beforeEach(() => passSeated(bureau, 2 * 60_000, [wang, li, guest]))

describe('headers, caches, addresses to go on to', () => {
  test('nothing of the desk is kept by a cache, and no answer lets another site’s script or frame in', async () => {
    const paths = ['/desk', '/desk/account', '/desk/journal', '/desk/people', '/desk/quakes/none', '/desk/sign-in']
    for (const path of [...paths, '/desk/journal.csv', '/desk/parts/board', '/desk/nowhere', '/desk/code'])
      for (const one of [await li.get(path), await attack('GET', path)]) {
        expect([path, one.headers['cache-control']]).toEqual([path, 'no-store'])
        expect(one.headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
        expect(one.headers['content-security-policy']).not.toMatch(/unsafe|\*/)
        expect(one.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' })
        expect(one.headers['access-control-allow-origin']).toBeUndefined()
      }
  })

  test('whoever signs in goes on within the desk, and no header can be written by an address', async () => {
    for (const to of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      '/desk//evil.example',
      '/desk/../..//evil.example',
      '/desk/\t/evil.example',
      'javascript:alert(1)',
      '/desk/x\r\nSet-Cookie: quakedesk=1',
      `/desk/${'x'.repeat(400)}`,
    ]) {
      const sent = await attack('POST', '/desk/sign-in', { body: { login: 'gast', password: PASSWORD, to } })
      expect([to, sent.status, sent.headers['location']]).toEqual([to, 303, '/desk/code?to=%2Fdesk'])
      expect(sent.set).toHaveLength(1)
    }
    const asked = await attack('GET', '/desk/quakes/%0d%0aSet-Cookie:%20x=1?a=%0d%0ab')
    expect(asked.headers['location']).toBe(
      '/desk/sign-in?to=%2Fdesk%2Fquakes%2F%250d%250aSet-Cookie%3A%2520x%3D1%3Fa%3D%250d%250ab',
    )
    expect(asked.set).toEqual([])
    const wrong = await attack('GET', '/desk', { headers: { host: 'evil.example' } })
    expect(wrong.headers['location']).toBe('/desk/sign-in')
  })
})

describe('too much', () => {
  test('a form too long, with too many fields, or a password of a megabyte is refused before it costs anything', async () => {
    expect(
      (await attack('POST', '/desk/sign-in', { body: { login: 'wang', password: 'x'.repeat(1 << 20) } })).status,
    ).toBe(413)
    expect((await wang.post('/desk/handovers', { words: '字'.repeat(30_000) })).status).toBe(413)
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`f${i}`, 'x']))
    expect((await wang.post('/desk/handovers', many)).status).toBe(400)
    const long = await attack('GET', `/desk?${'x'.repeat(40_000)}`)
    expect(long.status).toBe(431)
    expect((await wang.get('/desk')).status).toBe(200)
  })

  test('who begins a request and never ends it is let go: a head within seconds, a body within half a minute', async () => {
    const [body, head] = await endless
    expect(head?.seconds).toBeLessThan(body?.seconds ?? 0)
    for (const one of [body, head]) expect(one?.said).toMatch(/^HTTP\/1\.1 408/)
  }, 120_000)

  test('the open line takes nobody without a session, nor another origin, nor a word from anyone', async () => {
    for (const cookie of ['', `${SESSION}=${PLANTED}`, `${DEVICE}=${wang.jar.get(DEVICE)}`])
      await expect(openDesk(bureau.deskPort, cookie)).rejects.toThrow('the desk takes no line')
    const line = '/desk/live/?EIO=4&transport=polling'
    expect((await attack('GET', line)).status).toBe(403)
    const foreign = { cookie: guest.header(), origin: 'https://evil.example' }
    expect((await attack('GET', line, { headers: foreign })).status).toBe(403)
    const opened = await attack('GET', line, { headers: { cookie: guest.header() } })
    const sid = /"sid":"([^"]+)"/.exec(opened.body)?.[1] ?? ''
    expect((await attack('POST', `${line}&sid=${sid}`, { body: '4'.repeat(5_000) })).status).toBe(413)
    // A hint is all that an observer hears, and whatever an observer says is nobody's act.
    const page = await openDesk(bureau.deskPort, guest.header())
    await page.quiet()
    page.close()
  }, 60_000)
})

/** What a page must never hold: the mark as it was written, or an address that is a script. */
const findEvil = (body: string): string | null =>
  /<x-evil|"'>|\son\w+=1>|77919|(?:href|src|action)="\s*(?:javascript|data|vbscript):/i.exec(body)?.[0] ?? null

/** Every page that a browser can come to from the first ones, by its links; forms are not sent. */
async function crawl(get: (path: string) => Promise<Sent>, first: readonly string[]) {
  const seen = new Map<string, string>()
  const open = [...first]
  while (open.length > 0 && seen.size < 120) {
    const path = open.pop() ?? ''
    if (seen.has(path)) continue
    const { body, headers } = await get(path)
    // Data is no page: no browser reads it as one.
    if (/^(application\/(feed\+|geo\+)?json|text\/csv)/.test(String(headers['content-type']))) {
      expect([path, headers['x-content-type-options']]).toEqual([path, 'nosniff'])
      continue
    }
    // Bytes as they came are kept by the browser, never shown.
    if (String(headers['content-type']).startsWith('application/octet-stream')) {
      const kept = [headers['x-content-type-options'], String(headers['content-disposition']).split(';')[0]]
      expect([path, ...kept]).toEqual([path, 'nosniff', 'attachment'])
      continue
    }
    seen.set(path, body)
    for (const [, to = ''] of body.matchAll(/(?:href|data-live)="(\/[^"#]*)"/g))
      if (!/\.(css|js|svg|png|woff2|webmanifest)$/.test(to)) open.push(to.replaceAll('&amp;', '&'))
  }
  return seen
}

describe('markup in whatever is written by others', () => {
  test('is refused or text when it comes by a feed, field by field', async () => {
    await bureau.pass(10 * 60_000)
    await bureau.untilMoved()
    const base = {
      code: 'AU',
      latitude: 37.98,
      longitude: 103.59,
      magnitude: 7.1,
      place: '内蒙古阿拉善盟阿拉善左旗',
    }
    const time = new Date(bureau.recent()).toISOString()
    const list = JSON.parse(writePayload('cenc-web', [rowShape.parse({ ...base, time })]).body) as {
      data: Record<string, unknown>[]
    }
    const [row = {}] = list.data
    const fields = Object.keys(row)
    expect(fields.length).toBeGreaterThan(8)
    for (const [i, field] of fields.entries()) {
      const body = JSON.stringify({ ...list, data: [{ ...row, [field]: `${String(row[field])}${EVIL}` }] })
      expect(await bureau.push(`words-${i}`, body)).toBeLessThan(500)
    }
    expect(
      await bureau.push('words-all', JSON.stringify({ ...list, data: [{ ...row, locName: EVIL }], [EVIL]: EVIL })),
    ).toBe(202)
    expect(
      await bureau.push(`words-${EVIL}`, writePayload('cenc-web', [rowShape.parse({ ...base, time })]).body),
    ).toBeLessThan(500)
  })

  test('is refused or text when it comes by a form, field by field', async () => {
    await admin.get('/desk/people')
    const person = { login: 'zhao', name: '赵', organisation: 'bureau', role: 'duty' }
    for (const field of Object.keys(person)) {
      const { status, body } = await admin.post('/desk/people', { ...person, [field]: EVIL })
      expect([field, status, findEvil(body)]).toEqual([field, 400, null])
    }
    const place = { id: 'xx', name: '某局', kind: 'other' }
    for (const field of ['id', 'name']) {
      const { status, body } = await admin.post('/desk/organisations', { ...place, [field]: EVIL })
      expect([field, status, findEvil(body)]).toEqual([field, 400, null])
    }
    expect(
      findEvil((await attack('POST', '/desk/sign-in', { body: { login: EVIL, password: 'x', to: EVIL } })).body),
    ).toBeNull()
    await wang.get('/desk/roster')
    expect((await wang.post('/desk/handovers', { words: EVIL })).status).toBe(303)
    const shift = { who: EVIL, begins: EVIL, ends: EVIL }
    const said = await wang.post('/desk/roster', shift)
    expect([said.status, findEvil(said.body)]).toEqual([409, null])
    const board = await wang.get('/desk')
    const hold = /\/desk\/holds\/([\w-]+)/.exec(board.body)?.[1] ?? ''
    expect((await wang.post('/desk/switches', { outlet: 'partner', on: '1', why: EVIL })).status).toBe(303)
    expect((await wang.post('/desk/switches', { outlet: EVIL, on: '1', why: EVIL })).status).toBe(409)
    const done = await wang.post(`/desk/holds/${hold}/publish`, {})
    const quake = await wang.get(String(done.headers['location']))
    const notice = /\/desk\/notices\/([\w-]+)\/withdraw/.exec(quake.body)?.[1] ?? ''
    const given = { reason: 'no-quake', from: EVIL, to: EVIL, area: EVIL, floor: EVIL, cause: EVIL }
    const refused = await wang.post(`/desk/notices/${notice}/withdraw`, given)
    expect([refused.status, findEvil(refused.body)]).toEqual([409, null])
    expect(refused.body).toContain('&lt;x-evil')
    for (const field of ['actor', 'act', 'subject', 'from', 'to', 'before']) {
      const { body } = await li.get(`/desk/journal?${new URLSearchParams({ [field]: EVIL }).toString()}`)
      expect([field, findEvil(body)]).toEqual([field, null])
    }
  })

  test('is text on every page of the desk and of the public, even where the database’s owner wrote it past every check', async () => {
    const db = await bureau.database()
    const mark = `'${EVIL.replaceAll("'", "''")}'`
    const columns = {
      account: ['name'],
      organisation: ['name'],
      handover: ['words'],
      alarm: ['message', 'subject'],
      hold: ['reason', 'gate', 'closed_why'],
      notice: ['title', 'text'],
      delivery: ['reason'],
      report: ['place', 'agency', 'source_event_id'],
      journal: ['subject'],
    }
    const client = await db.connect()
    await client.query('set session_replication_role = replica')
    await client.query('alter table account drop constraint account_name_check')
    await client.query('alter table organisation drop constraint organisation_name_check')
    for (const [table, names] of Object.entries(columns))
      for (const name of names) await client.query(`update ${table} set ${name} = coalesce(${name}, '') || ${mark}`)
    await client.query(`update delivery set url = 'javascript:alert(1)' where url is not null`)
    await client.query(
      `update report set body = body || jsonb_build_object('place', ${mark}, 'agency', ${mark}, 'sourceEventId', ${mark})`,
    )
    await client.query(`update decision set gates = coalesce((select jsonb_agg(g || jsonb_build_object('reason', ${mark}))
      from jsonb_array_elements(gates) g), '[]')`)
    await client.query(`update journal set detail = detail || jsonb_build_object('why', ${mark})`)
    await client.query('set session_replication_role = origin')
    client.release()
    // What is in memory is read again from what was written.
    await bureau.stop()
    await bureau.start()
    const seat = `${admin.cookie().name}=${admin.cookie().value}`
    const seats: [string, (path: string) => Promise<Sent>, string[]][] = [
      [
        'lead',
        (path) => li.get(path),
        ['/desk', '/desk/journal', '/desk/journal?act=report.', '/desk/roster', '/desk/account'],
      ],
      ['admin', (path) => attack('GET', path, { headers: { cookie: seat } }), ['/desk/people', '/desk/account']],
      ['public', (path) => send(bureau.port, 'GET', path), ['/', '/screen', '/feeds/notices.atom', '/feeds/cap.atom']],
    ]
    for (const [who, get, first] of seats) {
      const pages = await crawl(get, first)
      expect(pages.size).toBeGreaterThan(3)
      for (const [path, body] of pages) expect([who, path, findEvil(body)]).toEqual([who, path, null])
      // It was there to be seen.
      if (who !== 'public')
        expect([...pages.values()].filter((body) => body.includes('&lt;x-evil')).length).toBeGreaterThan(0)
    }
  }, 120_000)
})
