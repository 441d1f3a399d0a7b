// In: a real installation, a cyberspace office with a system of its own. Out: proof that the office is told over its line what it is to
// sign, signs it over the line in a person's name, and sees at the desk no more than is its own.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signWebhook } from '../../channels/webhook/sign.ts'
import { verifySignature } from '../../src/feeds/signature.ts'
import { answerClaim, done, draftAnswer, idOf, lookInto, press, step, tell, untilOut, WORDS } from './answerers.ts'
import { startInstallation, until, type Installation } from './installation.ts'
import type { Visitor } from './officers.ts'
import { seatOf } from './seats.ts'

let here: Installation
let wang: Visitor
let chen: Visitor
let li: Visitor
let zhao: Visitor
let sun: Visitor
let admin: Visitor
let hook: Server
const heard: { headers: Record<string, string | string[] | undefined>; body: string }[] = []

beforeAll(async () => {
  here = await startInstallation()
  wang = await seatOf(here, 'wang', '王小明', 'bureau', 'duty')
  chen = await seatOf(here, 'chen', '陈二', 'bureau', 'duty')
  li = await seatOf(here, 'li', '李处', 'bureau', 'lead')
  zhao = await seatOf(here, 'zhao', '赵宣', 'bureau', 'publicity')
  sun = await seatOf(here, 'sun', '孙网', 'cac', 'liaison-cac')
  admin = await seatOf(here, 'xitong', '系统员', 'bureau', 'system-admin')
  hook = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      heard.push({ headers: request.headers, body: Buffer.concat(parts).toString('utf8') })
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
}, 120_000)
afterAll(async () => {
  await here.close()
  await new Promise((resolve) => hook.close(resolve))
}, 60_000)

interface Word {
  type: string
  claim: { id: string }
  notice: { id: string; code: string; kind: string; title: string; url: string }
}

/** The line: entered by one, let in by another; the token made by its owner. */
async function openLine(): Promise<{ sends: string; receives: string; token: string }> {
  const { port } = hook.address() as AddressInfo
  await admin.get('/desk/agencies')
  const set = await admin.post('/desk/agencies', { organisation: 'cac', url: `http://127.0.0.1:${port}/hook` })
  const [sends = '', receives = ''] = set.body.match(/whsec_[A-Za-z0-9+/]+=*/g) ?? []
  await li.get('/desk/agencies')
  await done(li.post('/desk/agencies/cac/run'))
  await sun.get('/desk/agencies')
  const made = await sun.post('/desk/agencies/tokens', { name: '网信平台' })
  return { sends, receives, token: /qd_[A-Za-z0-9_-]{43}/.exec(made.body)?.[0] ?? '' }
}

async function sendAs(
  { receives, token }: { receives: string; token: string },
  act: string,
  given: object,
): Promise<Response> {
  const text = JSON.stringify(given)
  const signed = signWebhook([receives], `m-${Math.random().toString(36).slice(2)}`, here.clock.realNow(), text)
  const headers = { ...signed, authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return fetch(`http://127.0.0.1:${here.config.deskPort}/api/v1/agencies/cac/${act}`, {
    method: 'POST',
    headers,
    body: text,
  })
}

test('the office is told what waits for its signature, and signs over its line in the name of its liaison', async () => {
  expect((await li.get('/desk/agencies')).status).toBe(200)
  expect((await wang.get('/desk/agencies')).status).toBe(403)
  await admin.get('/desk/agencies')
  const bad = await admin.post('/desk/agencies', { organisation: 'cac', url: 'https://10.0.0.7/hook' })
  expect([bad.status, bad.body.includes('地址须以 https:// 开头')]).toEqual([409, true])
  const line = await openLine()
  const { sends, token } = line
  expect(line.receives).not.toBe('')
  expect((await admin.get('/desk/agencies')).body).not.toContain('whsec_')
  expect((await sun.get('/desk/agencies')).body).not.toContain(token)

  // A claim of risk 4, its text sent round.
  const claim = await tell(wang, '固原明天要发生7级大地震，大家赶紧转发')
  await lookInto(wang, claim)
  await draftAnswer(wang, claim, { ...WORDS, claim: '固原明天要发生7级大地震' })
  await done(press(wang, claim, 'submit', { factual: 'yes' }))

  type Told = {
    type: string
    claim: { id: string; version: number }
    signature: { scope: string; hash: string; heading: string }
  }
  await until(() => heard.some(({ body }) => body.includes('signature.wanted')))
  const message = heard.find((one) => one.body.includes('signature.wanted'))
  if (!message) throw new Error('nothing was heard')
  const told = JSON.parse(message.body) as Told
  expect(told).toMatchObject({ type: 'signature.wanted', signature: { scope: 'cac-wording', heading: WORDS.heading } })
  const verified = verifySignature(message.headers, Buffer.from(message.body), [sends], here.clock.realNow())
  expect(verified.ok).toBe(true)

  const send = (act: string, given: object, bearer = token): Promise<Response> =>
    sendAs({ ...line, token: bearer }, act, given)
  const { id, version } = told.claim
  const { scope, hash } = told.signature
  const signature = { claim: id, version, scope, hash }
  expect((await send('sign', { ...signature, hash: 'a'.repeat(64) })).status).toBe(409)
  expect((await send('sign', { ...signature, scope: 'facts' })).status).toBe(409)
  expect((await send('sign', signature, `qd_${'x'.repeat(43)}`)).status).toBe(401)
  const signed = await send('sign', signature)
  expect([signed.status, await signed.json()]).toEqual([200, { claim: id, state: 'signoff', version: version + 1 }])
  expect((await send('sign', signature)).status).toBe(409)
  const [row] = await here.query<{ account: string; scope: string }>(
    'select account, scope from claim_signature where claim_id = $1',
    [id],
  )
  expect(row).toEqual({ account: 'p-sun', scope: 'cac-wording' })
  await done(press(chen, claim, 'sign', { scope: 'facts' }))
  await done(press(li, claim, 'sign', { scope: 'lead' }))
  expect((await here.query<{ state: string }>('select state from claim where id = $1', [id]))[0]?.state).toBe(
    'approved',
  )
  await until(() => heard.some((one) => one.body.includes('"state":"approved"')))

  // What its system has seen it reports over the same line, row by row, in nobody's name.
  const reported = await send('sightings', { sightings: [{ text: '彭阳的桥塌了' }, {}] }, '')
  expect([reported.status, await reported.json()]).toMatchObject([
    202,
    { accepted: [{ row: 0 }], refused: [{ row: 1, rule: 'text' }] },
  ])
  expect(await here.query(`select taken_by from sighting where shown = '彭阳的桥塌了'`)).toEqual([
    { taken_by: 'agency cac' },
  ])

  // Whoever has no line learns nothing, in the same words.
  const stranger = await fetch(`http://127.0.0.1:${here.config.deskPort}/api/v1/agencies/none/sign`, {
    method: 'POST',
    body: '{}',
  })
  const forged = await fetch(`http://127.0.0.1:${here.config.deskPort}/api/v1/agencies/police/sign`, {
    method: 'POST',
    body: '{}',
  })
  expect([stranger.status, await stranger.text()]).toEqual([401, await forged.text()])
}, 90_000)

test('whoever was told an answer is told when it is corrected or taken back, whatever is shared by then, and says over the line that it knows', async () => {
  const line = await openLine()
  const claim = await tell(wang, '石嘴山好多蛤蟆上街，老人说是地震前兆')
  await done(press(li, claim, 'grants', { organisation: 'cac', level: 'summary', hours: '24', reason: '通报' }))
  await lookInto(wang, claim)
  const words = {
    heading: '关于蛤蟆上街的说明',
    summary: '网传蛤蟆上街是地震前兆的说法没有依据。',
    body: '台网监测没有发现异常。',
    claim: '蛤蟆上街是地震前兆',
    verdict: '不实',
    evidence: '中国地震台网目录',
  }
  await answerClaim({ wang, chen, zhao }, claim, words)
  await untilOut(here, claim)
  const told = (type: string) => heard.map(({ body }) => JSON.parse(body) as Word).filter((one) => one.type === type)
  expect(told('word.corrected')).toEqual([])
  await done(step(zhao, claim, 'correct', { reason: '依据有误' }))
  await done(press(li, claim, 'grants/cac/end'))
  await answerClaim({ wang, chen, zhao }, claim, { ...words, verdict: '缺乏依据', body: '未见异常，现场仍在核查。' })
  await until(() => told('word.corrected').length > 0)
  const [corrected] = told('word.corrected')
  expect(corrected).toMatchObject({
    claim: { id: idOf(claim) },
    notice: { kind: 'rebuttal', title: '【更正】关于蛤蟆上街的说明' },
  })
  // The public word alone.
  expect(Object.keys(corrected ?? {}).toSorted()).toEqual(['at', 'claim', 'id', 'notice', 'type'])
  expect(corrected?.notice.url).toContain(`/n/${corrected?.notice.code}`)

  const notice = corrected?.notice.id ?? ''
  expect((await sun.get('/desk/rumours')).body).toContain('更正和撤回，请转告')
  const noted = await sendAs(line, 'noted', { notice })
  expect([noted.status, await noted.json()]).toEqual([200, { notice, noted: true }])
  expect((await sun.get('/desk/rumours')).body).not.toContain('更正和撤回，请转告')
  expect((await sendAs(line, 'noted', { notice })).status).toBe(409)
  expect((await sendAs(line, 'noted', { notice: 'n-none' })).status).toBe(409)

  await untilOut(here, claim)
  await wang.get(`/desk/notices/${notice}/withdraw`)
  expect((await wang.post(`/desk/notices/${notice}/withdraw`, { reason: 'sent-in-error' })).status).toBe(303)
  await until(() => told('word.withdrawn').length > 0)
  expect(told('word.withdrawn')).toMatchObject([{ claim: { id: idOf(claim) }, notice: { kind: 'withdrawal' } }])
  expect(told('word.corrected')).toHaveLength(1)
}, 90_000)
