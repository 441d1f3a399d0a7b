// In: lines to other organisations' systems, and what happens to claims. Out: proof that each system is told what its grant shows and
// no more, signed, until it is taken; and that what it sends is done in the name of one of its people, or refused.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { signWebhook } from '../../channels/webhook/sign.ts'
import { OUT_OF_REACH, type HttpCall, type HttpReply } from '../../src/core/channel.ts'
import { DAY, HOUR, MINUTE } from '../../src/core/instant.ts'
import { verifySignature } from '../../src/feeds/signature.ts'
import type { AgencyContext } from '../../src/rumour/agencies/context.ts'
import { answerAgency, type AgencyAnswer } from '../../src/rumour/agencies/door.ts'
import { answerLine, endAgencyToken, makeAgencyToken, proposeLine } from '../../src/rumour/agencies/lines.ts'
import { sendMessages } from '../../src/rumour/agencies/messages.ts'
import { answerPackage, buildPackage } from '../../src/rumour/handover/package.ts'
import { checkClaim, noteClaim, unshareClaim } from '../../src/rumour/beside.ts'
import type { Person } from '../../src/rumour/context.ts'
import { stepClaim } from '../../src/rumour/steps.ts'
import { listAlarms } from '../../src/store/alarms.ts'
import { listNotes } from '../../src/store/rumours/beside.ts'
import { findClaim } from '../../src/store/rumours/claims.ts'
import { listPlatformRows } from '../../src/store/rumours/handover/platform.ts'
import { openHandoverDesk, type HandoverDesk } from './handover-desk.ts'

let desk: HandoverDesk
let context: AgencyContext
let calls: HttpCall[] = []
let reply: HttpReply
const OK: HttpReply = { got: 'reply', status: 204, headers: {}, body: '' }
const ADMIN: Person = { account: 'p-xitong', organisation: 'bureau', roles: ['system-admin'] }

beforeAll(async () => {
  desk = await openHandoverDesk()
  context = {
    ...desk.handover,
    // Signing a rebuttal needs a whole installation: test/app/agency-line.test.ts has one.
    writing: {} as never,
    http: async (call) => {
      calls.push(call)
      return reply
    },
    deskUrl: 'https://desk.example',
    sign: (secret, id, at, body) => signWebhook([secret], id, at, body),
    verify: (headers, body, secret) => verifySignature(headers, body, [secret], desk.context.now()),
    react: (status) =>
      status < 300
        ? { kind: 'taken' }
        : status < 500
          ? { kind: 'refused', why: '对方拒收' }
          : { kind: 'again', afterMs: null },
    checkAddress: (url) => (url.startsWith('https://') ? null : '地址须以 https:// 开头'),
  }
}, 60_000)
beforeEach(async () => {
  reply = OK
  await sendMessages(context)
  calls = []
})
afterAll(() => desk.close())

let secrets = { sends: '', receives: '' }
async function openLine(organisation: string, url = 'https://agency.example/hook'): Promise<void> {
  const proposed = await proposeLine(context, { organisation, url, intranet: false }, ADMIN)
  if (!proposed.ok) throw new Error(proposed.reason)
  secrets = proposed.secrets
  expect(await answerLine(context, organisation, 'running', desk.people.li)).toEqual({ ok: true })
}
const bodies = (): { type: string; level: string; claim: { id: string; state: string }; case?: object }[] =>
  calls.map(({ body }) => JSON.parse(String(body)) as ReturnType<typeof bodies>[number])

describe('a line to another organisation’s system', () => {
  test('is entered by the system administrator, let in by the lead, and its secrets are shown once', async () => {
    const given = { organisation: 'wangxin', url: 'https://agency.example/hook', intranet: false }
    expect(await proposeLine(context, given, desk.people.li)).toMatchObject({ rule: 'not-yours' })
    expect(await proposeLine(context, { ...given, organisation: 'bureau' }, ADMIN)).toMatchObject({
      rule: 'organisation',
    })
    expect(await proposeLine(context, { ...given, url: 'http://agency.example' }, ADMIN)).toMatchObject({ rule: 'url' })
    const proposed = await proposeLine(context, given, ADMIN)
    expect(proposed).toMatchObject({ ok: true })
    expect(await answerLine(context, 'wangxin', 'running', ADMIN)).toMatchObject({ rule: 'not-yours' })
    const own = { ...ADMIN, roles: ['system-admin', 'lead'] as const }
    expect(await answerLine(context, 'wangxin', 'running', own)).toMatchObject({ rule: 'second-person' })
    const { claim } = await desk.begin()
    await desk.share(claim, 'wangxin')
    await sendMessages(context)
    expect(calls).toEqual([])
    expect(await answerLine(context, 'wangxin', 'running', desk.people.li)).toEqual({ ok: true })
    expect(await answerLine(context, 'wangxin', 'stopped', ADMIN)).toEqual({ ok: true })
    expect(await answerLine(context, 'none', 'running', desk.people.li)).toMatchObject({ rule: 'unknown' })
    const stored = await desk.query<{ text: string }>('select l::text as text from agency_line l')
    if (!proposed.ok) throw new Error('refused')
    for (const secret of Object.values(proposed.secrets))
      for (const { text } of stored) expect(text).not.toContain(Buffer.from(secret).toString('hex'))
  })

  test('is told of what is shared with it, and of nothing else; signed, by its own secret', async () => {
    await openLine('wangxin')
    const [shared, other] = [(await desk.begin()).claim, (await desk.begin()).claim]
    await noteClaim(context, shared, { words: '内部备注', private: true }, desk.people.wang)
    await desk.share(shared, 'wangxin')
    await stepClaim(context, other, { event: 'hold', seen: 3, reason: '等待', holdMinutes: 10 }, desk.people.wang)
    await sendMessages(context)
    expect(bodies().map(({ type, claim }) => [type, claim.id])).toContainEqual(['claim.shared', shared])
    expect(JSON.stringify(bodies())).not.toContain(other)
    const [call] = calls
    if (!call) throw new Error('nothing was sent')
    expect(call.within).toBe('public')
    expect(
      verifySignature(call.headers ?? {}, Buffer.from(String(call.body)), [secrets.sends], desk.context.now()).ok,
    ).toBe(true)
    expect(
      verifySignature(call.headers ?? {}, Buffer.from(String(call.body)), [secrets.receives], desk.context.now()).ok,
    ).toBe(false)
    for (const hidden of ['内部备注', '王小明', 'p-wang', 'reporter']) expect(String(call.body)).not.toContain(hidden)
    calls = []
    await stepClaim(context, shared, { event: 'hold', seen: 3, reason: '等待', holdMinutes: 10 }, desk.people.wang)
    await sendMessages(context)
    expect(bodies()).toMatchObject([{ type: 'claim.changed', level: 'case', claim: { id: shared, state: 'hold' } }])
  })

  test('of a summary it is told a summary; taken back before it was sent, nothing', async () => {
    await openLine('wangxin')
    const [summary, back] = [(await desk.begin()).claim, (await desk.begin()).claim]
    await checkClaim(
      context,
      summary,
      { source: '地震目录', outcome: 'contradicts', words: '没有记录' },
      desk.people.wang,
    )
    await desk.share(summary, 'wangxin', 'summary')
    await desk.share(back, 'wangxin')
    expect(await unshareClaim(context, back, 'wangxin', desk.people.li)).toMatchObject({ ok: true })
    await sendMessages(context)
    const told = bodies().filter(({ claim }) => claim.id === summary)
    expect(new Set(told.map(({ level }) => level))).toEqual(new Set(['summary']))
    for (const one of told) expect(one).not.toHaveProperty('case')
    expect(JSON.stringify(told)).not.toContain('没有记录')
    expect(JSON.stringify(bodies())).not.toContain(back)
  })

  test('of the police is told of a package once it is approved, and under which hash they know it again', async () => {
    await openLine('gongan')
    await openLine('wangxin')
    const { claim } = await desk.begin()
    await desk.share(claim, 'wangxin')
    const built = await buildPackage(desk.handover, claim, { reason: '移送' }, desk.people.wang)
    if (!built.ok) throw new Error(built.reason)
    await sendMessages(context)
    expect(JSON.stringify(bodies())).not.toContain(built.one.id)
    calls = []
    const yes = { agrees: true, words: '' }
    expect(await answerPackage(desk.handover, claim, built.one.id, yes, desk.people.li)).toMatchObject({ ok: true })
    await sendMessages(context)
    const told = bodies().filter(({ type }) => type === 'package.ready')
    const { id, sha256, size } = built.one
    expect(told).toMatchObject([{ level: 'case', claim: { id: claim }, package: { id, number: 1, sha256, size } }])
    // Of the office's line not even the number.
    expect(bodies().filter((one) => JSON.stringify(one).includes(id))).toEqual(told)
  })

  test.each([
    ['drill', 0],
    ['actual', 1],
  ] as const)('of a package in a case of class %s the police’s line is told %i times', async (lane, times) => {
    await openLine('gongan')
    const id = `c-of-${lane}`
    await desk.query(
      `insert into claim (id, class, title, kind, family_id, risk, state, opened_at, changed_at)
       values ($1, $2, '传言', 'predict', $1, 2, 'verifying', now(), now())`,
      [id, lane],
    )
    await desk.query(
      `insert into police_package (id, claim_id, number, reason, evidence, size, sha256, built_by, built_at)
       values ($1, $2, 1, '移送', '{}', 1, repeat('a', 64), 'p-wang', now())`,
      [`k-${lane}`, id],
    )
    await desk.query(
      `update police_package set decided = 'approved', decided_by = 'p-li', decided_at = now() where id = $1`,
      [`k-${lane}`],
    )
    expect(await desk.query('select from agency_message where claim_id = $1', [id])).toHaveLength(times)
  })

  test('that does not answer is tried again under the same id, and rung for after a day', async () => {
    await openLine('wangxin')
    const { claim } = await desk.begin()
    await desk.share(claim, 'wangxin')
    reply = { got: 'nothing', sent: true, reason: 'UND_ERR_SOCKET' }
    await sendMessages(context)
    expect(calls).toHaveLength(1)
    await sendMessages(context)
    expect(calls).toHaveLength(1)
    desk.pass(MINUTE)
    await sendMessages(context)
    expect(calls).toHaveLength(2)
    expect(calls[1]?.headers?.['webhook-id']).toBe(calls[0]?.headers?.['webhook-id'])
    desk.pass(25 * HOUR)
    await sendMessages(context)
    const rung = (await listAlarms(desk.pool)).filter(({ kind }) => kind === 'agency')
    expect(rung.map(({ subject, message }) => [subject, message.includes('一天内未能送达')])).toEqual([
      ['wangxin', true],
    ])
    reply = OK
    await desk.share(claim, 'wangxin', 'summary')
    await sendMessages(context)
    expect((await listAlarms(desk.pool)).filter(({ kind }) => kind === 'agency')).toEqual([])
  })

  test('whose system is silent is asked once a turn, however much waits for it; when it answers, it is told all', async () => {
    await openLine('wangxin')
    const claims = [await desk.begin(), await desk.begin(), await desk.begin()].map(({ claim }) => claim)
    for (const claim of claims) await desk.share(claim, 'wangxin')
    reply = { got: 'nothing', sent: true, reason: 'timeout' }
    await sendMessages(context)
    expect(calls).toHaveLength(1)
    reply = OK
    calls = []
    desk.pass(MINUTE)
    await sendMessages(context)
    expect(bodies().map(({ claim }) => claim.id)).toEqual(expect.arrayContaining(claims))
    expect(new Set(calls.map(({ headers }) => headers?.['webhook-id'])).size).toBe(calls.length)
  })

  test.each([
    ['refuses it', { got: 'reply', status: 403, headers: {}, body: '' }, '对方拒收'],
    ['stands where nobody may be called', { got: 'nothing', sent: false, reason: OUT_OF_REACH }, '内部地址'],
  ] as const)('that %s is rung for at once', async (_what, said, words) => {
    await openLine('wangxin')
    const { claim } = await desk.begin()
    await desk.share(claim, 'wangxin')
    reply = said
    await sendMessages(context)
    const [alarm] = (await listAlarms(desk.pool)).filter(({ kind }) => kind === 'agency')
    expect(alarm?.message).toContain(words)
    const tried = calls.length
    desk.pass(HOUR)
    await sendMessages(context)
    expect(calls).toHaveLength(tried)
  })
})

describe('what another organisation’s system sends', () => {
  let token = ''
  const send = async (
    act: string,
    given: object,
    more: { organisation?: string; token?: string; secret?: string; id?: string; at?: number } = {},
  ): Promise<AgencyAnswer> => {
    const body = Buffer.from(JSON.stringify(given))
    const id = more.id ?? `msg_${randomBytes(8).toString('hex')}`
    const headers = {
      ...signWebhook([more.secret ?? secrets.receives], id, more.at ?? desk.context.now(), body),
      authorization: `Bearer ${more.token ?? token}`,
    }
    return answerAgency(context, { organisation: more.organisation ?? 'wangxin', act, headers, body })
  }
  beforeAll(async () => {
    await openLine('wangxin')
    const made = await makeAgencyToken(context, '网信平台', desk.people.sun)
    if (!made.ok) throw new Error(made.reason)
    token = made.token
  })

  test('is done under the name of the person whose token came with it', async () => {
    const { claim } = await desk.begin()
    await desk.share(claim, 'wangxin')
    const version = (await findClaim(desk.pool, claim))?.version ?? 0
    expect(await send('acknowledge', { claim, version })).toMatchObject({
      status: 200,
      body: { claim, state: 'verifying' },
    })
    expect(await listNotes(desk.pool, claim, 'bureau')).toMatchObject([{ organisation: 'wangxin', by: 'p-sun' }])
    const asked = { event: 'ask-agency', seen: version, reason: '请核查', askedOf: 'liaison-cac' } as const
    await stepClaim(context, claim, asked, desk.people.wang)
    const answered = await send('answer', { claim, version: version + 1, words: '首发账号在外省' })
    expect(answered).toMatchObject({ status: 200, body: { state: 'verifying', version: version + 2 } })
    const stale = await send('answer', { claim, version: version + 1, words: '再答' })
    expect(stale).toMatchObject({ status: 409, body: { rule: 'changed' } })
    const action = {
      claim,
      platform: '微博',
      url: 'https://weibo.com/1/AbC',
      action: 'remove',
      state: 'done',
      receipt: 'WB-1',
    }
    expect(await send('platform', action)).toMatchObject({ status: 200 })
    expect(await listPlatformRows(desk.pool, claim)).toMatchObject([{ by: 'p-sun', receipt: 'WB-1' }])
  })

  test('a claim that is new is taken in hand by whoever acknowledges it and may', async () => {
    const told = await desk.tell('刚听说北沟水库放水淹了两个村')
    await desk.share(told.claim, 'wangxin')
    expect(await send('acknowledge', { claim: told.claim, version: 1 })).toMatchObject({
      status: 200,
      body: { state: 'triage' },
    })
  })

  test('the same message twice is done once', async () => {
    const { claim } = await desk.begin()
    await desk.share(claim, 'wangxin')
    const action = { claim, platform: '微博', action: 'label', state: 'asked' }
    expect(await send('platform', action, { id: 'msg_once' })).toMatchObject({ status: 200, body: { claim } })
    expect(await send('platform', action, { id: 'msg_once' })).toEqual({ status: 200, body: { repeated: true } })
    expect(await listPlatformRows(desk.pool, claim)).toHaveLength(1)
  })

  test('of a claim that was not shared says what is said of one that is not there', async () => {
    const { claim } = await desk.begin()
    const version = (await findClaim(desk.pool, claim))?.version ?? 0
    for (const [act, given] of [
      ['acknowledge', { version }],
      ['answer', { version, words: '答复' }],
      ['platform', { platform: '微博', action: 'remove', state: 'done' }],
    ] as const) {
      const [hidden, none] = [await send(act, { claim, ...given }), await send(act, { claim: 'c-none', ...given })]
      expect(hidden.status).toBe(409)
      expect(hidden).toEqual(none)
    }
  })

  test('is refused without a fitting signature, in time, of this line', async () => {
    const { claim } = await desk.begin()
    const given = { claim, version: 1 }
    const other = `whsec_${randomBytes(32).toString('base64')}`
    for (const more of [
      { secret: other },
      { secret: secrets.sends },
      { at: desk.context.now() - 6 * MINUTE },
      { at: desk.context.now() + 6 * MINUTE },
      { organisation: 'gongan' },
      { organisation: 'none' },
    ])
      expect(await send('acknowledge', given, more)).toMatchObject({ status: 401 })
    expect(await send('acknowledge', given, { organisation: 'gongan' })).toEqual(
      await send('acknowledge', given, { organisation: 'none' }),
    )
    expect(await send('fly', given)).toMatchObject({ status: 404 })
    expect(await send('toString', given)).toMatchObject({ status: 404 })
    expect(await send('acknowledge', { claim })).toMatchObject({ status: 422, body: { rule: 'shape' } })
    expect(await send('acknowledge', { ...given, more: 1 })).toMatchObject({ status: 422 })
    await answerLine(context, 'wangxin', 'stopped', ADMIN)
    expect(await send('acknowledge', given)).toMatchObject({ status: 401 })
    await openLine('wangxin')
  })

  test('is refused without a person: no token, one that ended, one of another organisation, one of somebody who is shut out', async () => {
    const { claim } = await desk.begin()
    const given = { claim, version: 1 }
    for (const wrong of ['', 'qd_short', `qd_${'a'.repeat(43)}`])
      expect(await send('acknowledge', given, { token: wrong })).toMatchObject({ status: 401, body: { rule: 'token' } })
    const police = await makeAgencyToken(context, '公安平台', desk.people.qian)
    if (!police.ok) throw new Error(police.reason)
    expect(await send('acknowledge', given, { token: police.token })).toMatchObject({
      status: 401,
      body: { rule: 'token' },
    })
    expect(await makeAgencyToken(context, '值班', desk.people.wang)).toMatchObject({ rule: 'not-yours' })
    const [row] = await desk.query<{ id: string }>(`select id from agency_token where account_id = 'p-sun' limit 1`)
    const id = row?.id ?? ''
    expect(await endAgencyToken(context, id, desk.people.qian)).toMatchObject({ rule: 'unknown' })
    await desk.query(`update account set state = 'disabled' where id = 'p-sun'`)
    expect(await send('acknowledge', given)).toMatchObject({ status: 401, body: { rule: 'token' } })
    await desk.query(`update account set state = 'active' where id = 'p-sun'`)
    expect(await endAgencyToken(context, id, desk.people.sun)).toEqual({ ok: true })
    expect(await send('acknowledge', given)).toMatchObject({ status: 401, body: { rule: 'token' } })
    const made = await makeAgencyToken(context, '网信平台', desk.people.sun)
    token = made.ok ? made.token : ''
    desk.pass(181 * DAY)
    expect(await send('acknowledge', given)).toMatchObject({ status: 401, body: { rule: 'token' } })
    const stored = await desk.query<{ text: string }>('select t::text as text from agency_token t')
    for (const { text } of stored) expect(text).not.toContain(token)
  })

  test('an act of another role’s is not this person’s', async () => {
    const made = await makeAgencyToken(context, '网信平台', desk.people.sun)
    token = made.ok ? made.token : ''
    const { claim } = await desk.begin()
    const refused = await send('receipt', { claim, package: 'k-1', number: '受7' })
    expect(refused).toMatchObject({ status: 403, body: { rule: 'not-yours' } })
  })
})
