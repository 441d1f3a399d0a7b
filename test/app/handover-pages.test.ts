// In: a real installation, staff of the bureau, the cyberspace office and the police. Out: proof that evidence, packages, platform
// actions and contacts go through the desk's pages as each role has them, and that a page shows nobody more.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { done, press } from './answerers.ts'
import { startInstallation, type Installation } from './installation.ts'
import type { Visitor } from './officers.ts'
import { seatOf } from './seats.ts'

let here: Installation
let wang: Visitor
let zhao: Visitor
let li: Visitor
let sun: Visitor
let qian: Visitor
let zhou: Visitor

beforeAll(async () => {
  here = await startInstallation()
  wang = await seatOf(here, 'wang', '王小明', 'bureau', 'duty')
  zhao = await seatOf(here, 'zhao', '赵宣', 'bureau', 'publicity')
  li = await seatOf(here, 'li', '李处', 'bureau', 'lead')
  sun = await seatOf(here, 'sun', '孙网', 'cac', 'liaison-cac')
  qian = await seatOf(here, 'qian', '钱警', 'police', 'liaison-police')
  zhou = await seatOf(here, 'zhou', '周教', 'other', 'liaison-unit')
}, 120_000)
afterAll(() => here.close(), 60_000)

/** A claim that is being checked, shared with the cyberspace office, the police and a unit. */
async function begin(text: string, contact = ''): Promise<string> {
  await wang.get('/desk/rumours/new')
  const { body } = await wang.post('/desk/rumours', { route: 'phone', text, contact })
  const claim = /\/desk\/rumours\/c-[0-9a-f]+/.exec(body)?.[0] ?? ''
  await done(press(wang, claim, 'steps', { event: 'take' }))
  await done(press(wang, claim, 'steps', { event: 'check' }))
  for (const organisation of ['cac', 'police', 'other'])
    await done(press(wang, claim, 'grants', { organisation, level: 'case', hours: '24', reason: '协查' }))
  return claim
}

/** Puts a file in as the browser's form would. */
async function keepFile(by: Visitor, claim: string, bytes: string, fields: Record<string, string>): Promise<Response> {
  const base = `http://127.0.0.1:${here.config.deskPort}`
  const { body } = await by.get(`${claim}/handover`)
  const action = /action="([^"]+\/evidence\/file\?word=[^"]+)"/.exec(body)?.[1] ?? `${claim}/evidence/file`
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  form.set('file', new Blob([bytes], { type: 'text/html' }), '../../x.html')
  const { name, value } = by.cookie()
  const headers = { cookie: `${name}=${value}`, origin: base }
  return fetch(`${base}${action}`, { method: 'POST', headers, body: form, redirect: 'manual' })
}
/** What a button gives as a file. */
async function fetchFile(by: Visitor, path: string): Promise<Response> {
  const base = `http://127.0.0.1:${here.config.deskPort}`
  const { body } = await by.get('/desk/account')
  const csrf = /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? ''
  const { name, value } = by.cookie()
  const headers = {
    cookie: `${name}=${value}`,
    origin: base,
    'content-type': 'application/x-www-form-urlencoded',
  }
  return fetch(`${base}${path}`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ csrf }).toString(),
    redirect: 'manual',
  })
}

test('evidence goes in by a form, comes out by a button as it went in, never as a page, and each time is written down', async () => {
  const claim = await begin('听说甲庄有12人受伤了大家小心')
  const html = '<script>alert(1)</script>'
  const given = { title: '朋友圈截图', method: '截图', tool: '', shows: 'nobody', url: '', collected: '', original: '' }
  expect((await keepFile(wang, claim, html, given)).status).toBe(303)
  expect((await keepFile(zhao, claim, html, given)).status).toBe(403)
  await wang.get(`${claim}/handover`)
  await done(
    wang.post(`${claim}/evidence/text`, {
      ...given,
      kind: 'link',
      url: 'https://m.weibo.cn/status/x',
      text: '<b>原文</b>',
      title: '网页',
    }),
  )
  const shown = (await wang.get(`${claim}/handover`)).body
  expect(shown).toContain('证据（2 件）')
  const [, item = ''] = /朋友圈截图[\s\S]*?(evidence\/e-[0-9a-f]+\/open)/.exec(shown) ?? []
  const got = await fetchFile(sun, `${claim}/${item}`)
  expect(got.status).toBe(200)
  expect(await got.text()).toBe(html)
  expect(got.headers.get('content-type')).toBe('application/octet-stream')
  expect(got.headers.get('content-disposition')).toMatch(/^attachment; filename="e-[0-9a-f]+\.bin"$/)
  expect(got.headers.get('content-security-policy')).toContain('sandbox')
  const after = (await wang.get(`${claim}/handover`)).body
  expect(after).toContain('保管记录（3 条）')
  expect(after).toContain('孙网')
  expect((await zhou.get(`${claim}/handover`)).status).toBe(403)
  expect((await fetchFile(zhou, `${claim}/${item}`)).status).toBe(403)
  const theirs = (await sun.get(`${claim}/handover`)).body
  for (const hidden of ['王小明', '制作移送材料', '收存文件', '保管记录（', '申请查看联系方式'])
    expect(theirs).not.toContain(hidden)
  expect((await wang.get('/desk/rumours/c-none/handover')).body).toContain('没有这件传言')
})

test('a package goes from the officer on duty over the lead to the police, who give a number and later say what came of it', async () => {
  const claim = await begin('听说乙庄有13人受伤了大家小心', '13900139000')
  const given = { title: '截图', method: '截图', tool: '', shows: 'nobody', url: '', collected: '', original: '' }
  await keepFile(wang, claim, '截图一', given)
  await wang.get(`${claim}/handover`)
  await done(wang.post(`${claim}/packages`, { reason: '首发账号多次发布' }))
  const built = (await wang.get(`${claim}/handover`)).body
  const one = /packages\/(k-[0-9a-f]+)\/open/.exec(built)?.[1] ?? ''
  expect(built).toContain('待带班领导批准')
  expect((await qian.get(`${claim}/handover`)).body).not.toContain(one)
  expect((await fetchFile(qian, `${claim}/packages/${one}/open`)).status).toBe(409)
  await li.get(`${claim}/handover`)
  await done(li.post(`${claim}/packages/${one}/answer`, { do: 'approve', words: '' }))
  const carried = await fetchFile(qian, `${claim}/packages/${one}/open`)
  expect([carried.status, carried.headers.get('content-disposition')]).toEqual([
    200,
    `attachment; filename="${one}.tar"`,
  ])
  const bytes = Buffer.from(await carried.arrayBuffer())
  expect(bytes.includes('13900139000')).toBe(false)
  if (['tar', 'sha256sum'].every((name) => spawnSync(name, ['--version']).status === 0)) {
    const folder = mkdtempSync(join(tmpdir(), 'quakedesk-carried-'))
    writeFileSync(join(folder, 'k.tar'), bytes)
    expect(spawnSync('tar', ['-xf', 'k.tar'], { cwd: folder }).status).toBe(0)
    expect(spawnSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: folder }).status).toBe(0)
    rmSync(folder, { recursive: true })
  }
  expect((await sun.get(`${claim}/handover`)).body).not.toContain(one)
  await qian.get(`${claim}/handover`)
  await done(qian.post(`${claim}/packages/${one}/receipt`, { number: '受〔2026〕7号' }))
  await done(qian.post(`${claim}/packages/${one}/outcomes`, { code: 'educated', words: '已约谈' }))
  const told = (await wang.get(claim)).body
  expect(told).toContain('已移送公安，文书或回执编号：受〔2026〕7号')
  expect(told).toContain('王小明（值班员），李处同意')
  expect((await wang.get(`${claim}/handover`)).body).toContain('<b>教育</b> 已约谈')
  const office = (await sun.get(`${claim}/handover`)).body
  expect(office).toContain('受〔2026〕7号')
  for (const hidden of ['已约谈', '首发账号多次发布']) expect(office).not.toContain(hidden)
  expect((await zhao.get(`${claim}/handover`)).body).not.toContain('移送公安</h2>')
})

test('the office logs what platforms did and who spread it; the officer on duty reads the one, and sees the other masked', async () => {
  const claim = await begin('听说丙庄有14人受伤了大家小心')
  await sun.get(`${claim}/handover`)
  await done(
    sun.post(`${claim}/platform`, {
      platform: '微博',
      url: 'https://weibo.com/1/AbC',
      action: 'remove',
      state: 'done',
      receipt: 'WB-1',
      words: '',
    }),
  )
  await done(sun.post(`${claim}/spreaders`, { platform: '微博', account: '@震惊小李', url: '', role: 'origin' }))
  expect((await wang.post(`${claim}/platform`, { platform: '微博' })).status).toBe(403)
  const duty = (await wang.get(`${claim}/handover`)).body
  expect(duty).toContain('WB-1')
  expect(duty).toContain('震＊＊＊')
  expect(duty).not.toContain('小李')
  expect((await li.get(`${claim}/handover`)).body).toContain('@震惊小李')
  expect((await zhao.get(`${claim}/handover`)).body).not.toContain('震＊＊＊')
  const named = await here.query('select from page where position($1::bytea in body) > 0', [Buffer.from('震惊小李')])
  expect(named).toEqual([])
})

test('a contact stands on one page, once, after another has agreed', async () => {
  const claim = await begin('听说丁庄有15人受伤了大家小心', '13900139009')
  const page = (await wang.get(`${claim}/handover`)).body
  const sighting = /<option value="(r-[0-9a-f]+)">举报人 #/.exec(page)?.[1] ?? ''
  await done(wang.post(`${claim}/contacts`, { sighting, reason: '核实现场', number: '', basis: '', officer: '' }))
  const request = /contacts\/(\d+)\/answer/.exec((await li.get(`${claim}/handover`)).body)?.[1] ?? ''
  await done(li.post(`${claim}/contacts/${request}/answer`, { do: 'agree' }))
  expect((await wang.get(`${claim}/handover`)).body).toContain('查看（只显示一次）')
  const once = await wang.post(`${claim}/contacts/${request}/open`)
  expect([once.status, once.body.includes('13900139009')]).toEqual([200, true])
  const twice = await wang.post(`${claim}/contacts/${request}/open`)
  expect([twice.status, twice.body.includes('13900139009')]).toEqual([409, false])
  expect((await wang.get(`${claim}/handover`)).body).not.toContain('13900139009')
})

test('of a claim that was not shared every route says what it says of one that is not there', async () => {
  await wang.get('/desk/rumours/new')
  const told = await wang.post('/desk/rumours', {
    route: 'phone',
    text: '听说戊庄有16人受伤了大家小心',
    contact: '13900139008',
  })
  const claim = /\/desk\/rumours\/c-[0-9a-f]+/.exec(told.body)?.[0] ?? ''
  for (const event of ['take', 'check']) await done(press(wang, claim, 'steps', { event }))
  const given = { title: '截图', method: '截图', tool: '', shows: 'nobody', url: '', collected: '', original: '' }
  await keepFile(wang, claim, '截图二', given)
  await wang.get(`${claim}/handover`)
  await done(wang.post(`${claim}/packages`, { reason: '移送' }))
  const { body } = await wang.get(`${claim}/handover`)
  const item = /evidence\/(e-[0-9a-f]+)\/open/.exec(body)?.[1] ?? ''
  const one = /packages\/(k-[0-9a-f]+)\/open/.exec(body)?.[1] ?? ''
  const sighting = /<option value="(r-[0-9a-f]+)">/.exec(body)?.[1] ?? ''
  const tries: readonly (readonly [Visitor, string, Record<string, string>])[] = [
    [sun, `evidence/${item}/open`, {}],
    [sun, 'platform', { platform: '微博', action: 'remove', state: 'done' }],
    [sun, 'spreaders', { platform: '微博', account: '某' }],
    [qian, 'evidence/text', { ...given, kind: 'text', text: '原文' }],
    [qian, `evidence/${item}/open`, {}],
    [qian, `packages/${one}/open`, {}],
    [qian, `packages/${one}/receipt`, { number: '受9' }],
    [qian, `packages/${one}/outcomes`, { code: 'educated' }],
    [qian, 'spreaders', { platform: '微博', account: '某' }],
    [qian, 'contacts', { sighting, reason: '核实', number: '1', basis: '2', officer: '3' }],
    [qian, 'contacts/1/open', {}],
  ]
  for (const [by, path, fields] of tries) {
    const [hidden, none] = [
      await by.post(`${claim}/${path}`, fields),
      await by.post(`/desk/rumours/c-none/${path}`, fields),
    ]
    expect([path, hidden.status, hidden.body === none.body]).toEqual([path, 404, true])
  }
  for (const by of [sun, qian])
    expect((await by.get(`${claim}/handover`)).body).toBe((await by.get('/desk/rumours/c-none/handover')).body)
})
