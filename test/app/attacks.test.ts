// In: a real installation, its officers, and somebody who sends what no browser would. Out: proof that each attack is refused and
// that nothing of it is on record: planted sessions, foreign forms, replays, guessed ids.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FORM, hire, send, type Attack, type Officer, type Sent } from './attacker.ts'
import { openBureau, writeDetermination, type Bureau } from './bureau.ts'
import { hireThree, openFirst, passSeated, PASSWORD, type Visitor } from './officers.ts'

let bureau: Bureau
let admin: Visitor
let wang: Officer
let li: Officer
let guest: Officer
let count = 0
const SESSION = 'quakedesk'
const DEVICE = 'quakedesk-device'
/** Of the right shape, and nobody's. */
const PLANTED = 'A'.repeat(43)

const attack = (method: string, path: string, more: Attack = {}): Promise<Sent> =>
  send(bureau.deskPort, method, path, more)
const ask = async <R extends object>(sql: string, values: unknown[] = []): Promise<R[]> =>
  (await (await bureau.database()).query<R>(sql, values)).rows

beforeAll(async () => {
  bureau = await openBureau('attacks')
  await bureau.start()
  admin = await openFirst(bureau)
  ;({ wang, li, guest } = await hireThree((person) => hire(bureau, admin, person)))
}, 180_000)
afterAll(() => bureau.close(), 60_000)
// A new code for everybody's authenticator, and nobody is idle for so long that the desk shows them out.
beforeEach(() => passSeated(bureau, 2 * 60_000, [wang, li, guest]))

/** An automatic determination of M 7.1: held for a person. @returns the hold's id */
async function hearGreat(): Promise<string> {
  count += 1
  await bureau.pass(10 * 60_000)
  await bureau.untilMoved()
  expect(await bureau.push(`attack-${count}`, writeDetermination('AU', bureau.recent(), { magnitude: 7.1 }))).toBe(202)
  return (
    (await ask<{ id: string }>(`select id from hold where state = 'open' order by since desc limit 1`))[0]?.id ?? ''
  )
}
const stateOf = async (hold: string): Promise<string> =>
  (await ask<{ state: string }>('select state from hold where id = $1', [hold]))[0]?.state ?? ''

describe('a planted cookie', () => {
  test('is worth nothing: whoever signs in gets a session of their own, at the password and again at the code', async () => {
    await wang.post('/desk/sign-out', {})
    wang.jar.set(SESSION, PLANTED)
    wang.jar.set(DEVICE, PLANTED)
    const half = await wang.post('/desk/sign-in', { login: 'wang', password: PASSWORD })
    expect(half.status).toBe(303)
    const before = wang.jar.get(SESSION)
    await wang.get('/desk/code')
    expect((await wang.post('/desk/code', { code: wang.code() })).status).toBe(303)
    const after = wang.jar.get(SESSION)
    expect(new Set([PLANTED, before, after]).size).toBe(3)
    expect(wang.jar.get(DEVICE)).not.toBe(PLANTED)
    for (const token of [PLANTED, before, wang.jar.get(DEVICE), '', 'x'.repeat(9_000)])
      for (const path of ['/desk', '/desk/code', '/desk/account'])
        expect(
          (await attack('GET', path, { headers: { cookie: `${SESSION}=${token}` } })).headers['location'] ?? '431',
        ).toMatch(/^\/desk\/sign-in|^431$/)
  })

  test('an attacker’s own half-way session in the officer’s browser does not become the officer’s', async () => {
    const half = await attack('POST', '/desk/sign-in', { body: { login: 'gast', password: PASSWORD } })
    const planted = half.set[0]?.split(';')[0] ?? ''
    const [, token = ''] = planted.split('=')
    await li.post('/desk/sign-out', {})
    li.jar.set(SESSION, token)
    expect((await li.enter()).status).toBe(303)
    expect((await attack('GET', '/desk', { headers: { cookie: planted } })).status).toBe(303)
    expect((await li.get('/desk/account')).body).toContain('李处')
  })

  test('cookies are out of scripts’ reach, sent from this site alone, and end with the browser, save the one that opens nothing', async () => {
    const half = await attack('POST', '/desk/sign-in', { body: { login: 'gast', password: PASSWORD } })
    expect(half.set).toEqual([expect.stringMatching(/^quakedesk=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)])
    await guest.post('/desk/sign-out', {})
    expect((await guest.enter()).set).toEqual([
      expect.stringMatching(/^quakedesk=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
      expect.stringMatching(/^quakedesk-device=[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Strict$/),
    ])
    await guest.get('/desk/account')
    expect((await guest.post('/desk/sign-out', {})).set).toEqual([expect.stringMatching(/^quakedesk=; Max-Age=0;/)])
    await bureau.pass(60_000)
    await bureau.untilMoved()
    await guest.enter()
  })
})

describe('a form that the officer did not send', () => {
  test('changes nothing, whatever it carries', async () => {
    const hold = await hearGreat()
    await wang.get(`/desk/holds/${hold}`)
    const old = wang.csrf
    await wang.post('/desk/sign-out', {})
    await bureau.pass(60_000)
    await bureau.untilMoved()
    await wang.enter()
    await wang.get(`/desk/holds/${hold}`)
    await li.get(`/desk/holds/${hold}`)
    expect(wang.csrf).not.toBe(old)
    const origin = `http://127.0.0.1:${bureau.deskPort}`
    const own = { cookie: wang.header(), origin, 'content-type': FORM }
    const body = `csrf=${wang.csrf}`
    const boundary = 'multipart/form-data; boundary=x'
    const parts = `--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n${wang.csrf}\r\n--x--\r\n`
    const tries: [string, string, Attack][] = [
      ['no word', 'POST', { headers: own }],
      ['an old session’s word', 'POST', { headers: own, body: `csrf=${old}` }],
      ['another’s word', 'POST', { headers: own, body: `csrf=${li.csrf}` }],
      ['the word in the address', 'POST', { headers: own, body: '' }],
      ['another origin', 'POST', { headers: { ...own, origin: 'https://evil.example' }, body }],
      ['another port’s origin', 'POST', { headers: { ...own, origin: `http://127.0.0.1:${bureau.port}` }, body }],
      ['an opaque origin', 'POST', { headers: { ...own, origin: 'null' }, body }],
      ['a name that begins alike', 'POST', { headers: { ...own, origin: `${origin}.evil.example` }, body }],
      ['JSON', 'POST', { headers: { ...own, 'content-type': 'application/json' }, body: `{"csrf":"${wang.csrf}"}` }],
      ['plain text', 'POST', { headers: { ...own, 'content-type': 'text/plain' }, body }],
      ['parts', 'POST', { headers: { ...own, 'content-type': boundary }, body: parts }],
      ['no type', 'POST', { headers: { cookie: wang.header(), origin }, body }],
      ['GET', 'GET', { headers: own }],
      ['HEAD', 'HEAD', { headers: own }],
      ['PUT', 'PUT', { headers: own, body }],
      ['DELETE', 'DELETE', { headers: own, body }],
      ['a method in a header', 'GET', { headers: { ...own, 'x-http-method-override': 'POST' } }],
      ['a method in the form', 'PUT', { headers: own, body: `${body}&_method=POST` }],
    ]
    for (const [what, method, more] of tries) {
      const { status } = await attack(method, `/desk/holds/${hold}/publish?csrf=${wang.csrf}`, more)
      expect([what, status]).toEqual([what, expect.toSatisfy((n: number) => [400, 403, 404, 415].includes(n))])
    }
    const crossSite = { cookie: wang.header(), 'content-type': FORM, 'sec-fetch-site': 'cross-site' }
    expect((await attack('POST', `/desk/holds/${hold}/publish`, { headers: crossSite, body })).status).toBe(403)
    expect(await stateOf(hold)).toBe('open')
    // The same form from its own page is taken: it was not for another reason that the others were refused.
    expect((await attack('POST', `/desk/holds/${hold}/publish`, { headers: own, body })).status).toBe(303)
    expect(await stateOf(hold)).toBe('released')
  })
})

describe('what was used once', () => {
  test('a code, a recovery code, a link and a session that has ended open nothing a second time', async () => {
    const [code, recovery] = [wang.code(), wang.codes[0] ?? '']
    const seat = wang.header()
    await wang.post('/desk/sign-out', {})
    expect((await attack('GET', '/desk', { headers: { cookie: seat } })).status).toBe(303)
    const enterWith = async (given: string): Promise<number> => {
      await wang.post('/desk/sign-in', { login: 'wang', password: PASSWORD })
      await wang.get('/desk/code')
      return (await wang.post('/desk/code', { code: given })).status
    }
    expect(await enterWith(code)).toBe(303)
    expect(await enterWith(code)).toBe(401)
    expect(await enterWith(recovery)).toBe(303)
    expect(await enterWith(recovery)).toBe(401)
    await bureau.pass(60_000)
    await bureau.untilMoved()
    expect(await enterWith(wang.code())).toBe(303)
    await admin.get('/desk/people')
    const shown = await admin.post('/desk/people', { login: 'zhao', name: '赵', organisation: 'bureau', role: 'duty' })
    const link = /\/desk\/invitation\/[\w-]+/.exec(shown.body)?.[0] ?? ''
    const given = { password: PASSWORD, again: PASSWORD }
    expect((await attack('POST', link, { body: given })).status).toBe(303)
    expect((await attack('POST', link, { body: given })).status).toBe(410)
    expect((await attack('GET', link)).status).toBe(410)
  })

  test('the same form sent fifty times at once publishes one word', async () => {
    const hold = await hearGreat()
    await wang.get(`/desk/holds/${hold}`)
    const answers = await Promise.all(Array.from({ length: 50 }, () => wang.post(`/desk/holds/${hold}/publish`, {})))
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(49)
    const said = 'select n.id from notice n join hold h on h.quake_id = n.quake_id where h.id = $1'
    expect(await ask(said, [hold])).toHaveLength(1)
  }, 60_000)
})

describe('ids and names that are not one’s own', () => {
  test('an officer is nobody’s administrator, an observer decides nothing, and nobody acts under another’s name', async () => {
    const hold = await hearGreat()
    const [lead] = await ask<{ id: string; version: number }>(`select id, version from account where login = 'li'`)
    await wang.get('/desk')
    const grab = { version: String(lead?.version), name: '王', organisation: 'bureau', role: 'security-admin' }
    expect((await wang.get(`/desk/people/${lead?.id}`)).status).toBe(403)
    for (const path of [
      `/desk/people/${lead?.id}`,
      `/desk/people/${lead?.id}/reset`,
      '/desk/people',
      '/desk/organisations',
    ])
      expect((await wang.post(path, grab)).status).toBe(403)
    await guest.get('/desk/account')
    for (const path of [`/desk/holds/${hold}/publish`, `/desk/holds/${hold}/dismiss`, '/desk/switches', '/desk/roster'])
      expect((await guest.post(path, { outlet: '*', on: '1' })).status).toBe(403)
    expect(await stateOf(hold)).toBe('open')
    expect(await ask('select from kill_switch where is_on')).toEqual([])
    await wang.get(`/desk/holds/${hold}`)
    await wang.post(`/desk/holds/${hold}/dismiss`, { as: lead?.id ?? '', actor: lead?.id ?? '', why: '测试' })
    const [closed] = await ask<{ login: string }>(
      'select a.login from hold h join account a on a.id = h.closed_by where h.id = $1',
      [hold],
    )
    expect(closed).toEqual({ login: 'wang' })
    expect(await ask(`select from account where login = 'wang' and roles = '{duty}'`)).toHaveLength(1)
  })

  test('ids that are none, from elsewhere, or written to lead elsewhere, are told so', async () => {
    await wang.get('/desk')
    const ids = [
      'h-0',
      `' or 1=1--`,
      '../../people',
      '..%2f..%2fpeople',
      '%00',
      '%252e%252e',
      'constructor',
      '__proto__',
      'x'.repeat(2_000),
      '\u202e',
    ]
    for (const id of ids.map((raw) => (raw.includes('%') ? raw : encodeURIComponent(raw))))
      for (const [method, path] of [
        ['GET', `/desk/holds/${id}`],
        ['GET', `/desk/quakes/${id}`],
        ['GET', `/desk/notices/${id}/withdraw`],
        ['GET', `/desk/notices/${id}/progress`],
        ['POST', `/desk/holds/${id}/publish`],
        ['POST', `/desk/alarms/${id}/acknowledge`],
        ['POST', `/desk/handovers/${id}/read`],
        ['POST', `/desk/roster/${id}/remove`],
      ] as const) {
        const { status } = method === 'GET' ? await wang.get(path) : await wang.post(path, {})
        expect([path, status]).toEqual([path, expect.toSatisfy((n: number) => n < 500 && n !== 200)])
      }
    for (const path of [
      '/desk/../../etc/passwd',
      '/desk/assets/../door.ts',
      '/desk/assets/..%2fdesk.js',
      '/desk//people',
    ])
      expect([path, (await attack('GET', path)).status]).toEqual([path, expect.toSatisfy((n: number) => n >= 400)])
  })
})
