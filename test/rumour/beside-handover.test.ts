// In: what platforms did, who spread a claim, who asks for a reporter's contact. Out: proof that each writes and sees what is theirs,
// that a repeat is known without a name, and that a contact is shown once, to one, after another has agreed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../src/core/instant.ts'
import { answerContact, askContact, openContact } from '../../src/rumour/handover/contacts.ts'
import { logPlatform } from '../../src/rumour/handover/platform.ts'
import { nameSpreader, showSpreaders } from '../../src/rumour/handover/spreaders.ts'
import { forgetContacts } from '../../src/rumour/watch.ts'
import { acknowledgeAlarm, listAlarms } from '../../src/store/alarms.ts'
import { listContactRequests } from '../../src/store/rumours/handover/contacts.ts'
import { listPlatformRows } from '../../src/store/rumours/handover/platform.ts'
import { openHandoverDesk, type HandoverDesk } from './handover-desk.ts'

let desk: HandoverDesk
beforeAll(async () => {
  desk = await openHandoverDesk()
}, 60_000)
afterAll(() => desk.close())

type Who = keyof HandoverDesk['people']
const WORD = {
  platform: '微博',
  url: 'https://weibo.com/1/AbC',
  action: 'remove',
  state: 'asked',
  receipt: '',
  words: '',
} as const
const ACCOUNT = {
  platform: '微博',
  account: '@震惊小李',
  url: 'https://weibo.com/1/AbC?from=x',
  role: 'origin',
} as const

describe('the list of what platforms did', () => {
  test('is written by the cyberspace office, word after word, and by nobody else', async () => {
    const { claim } = await desk.begin()
    const log = (by: Who, more = {}) => logPlatform(desk.handover, claim, { ...WORD, ...more }, desk.people[by])
    expect(await log('sun')).toMatchObject({ rule: 'unknown' })
    await desk.share(claim, 'wangxin')
    for (const by of ['wang', 'zhao', 'li', 'qian', 'zhou', 'wu'] as const)
      expect(await log(by)).toMatchObject({ rule: 'not-yours' })
    expect(await log('sun', { url: 'javascript:alert(1)' })).toMatchObject({ rule: 'url' })
    expect(await log('sun', { url: 'https://[' })).toMatchObject({ rule: 'url' })
    expect(await log('sun', { platform: '' })).toMatchObject({ rule: 'platform' })
    expect(await log('sun')).toMatchObject({ ok: true })
    expect(await log('sun', { state: 'done', receipt: 'WB-1' })).toMatchObject({ ok: true })
    expect((await listPlatformRows(desk.pool, claim)).map(({ state, receipt, url }) => [state, receipt, url])).toEqual([
      ['asked', '', 'https://m.weibo.cn/status/AbC'],
      ['done', 'WB-1', 'https://m.weibo.cn/status/AbC'],
    ])
  })

  test('a message that comes twice is one row', async () => {
    const { claim } = await desk.begin()
    await desk.share(claim, 'wangxin')
    for (let time = 0; time < 2; time += 1)
      expect(await logPlatform(desk.handover, claim, WORD, desk.people.sun, 'wangxin m-1')).toMatchObject({ ok: true })
    expect(await listPlatformRows(desk.pool, claim)).toHaveLength(1)
  })
})

describe('who spread it', () => {
  test('is masked for the officer on duty, read by the lead, and seen by nobody who has no part in it', async () => {
    const { claim } = await desk.begin()
    for (const one of ['wangxin', 'gongan', 'jiaoyu']) await desk.share(claim, one)
    expect(await nameSpreader(desk.handover, claim, ACCOUNT, desk.people.wang)).toMatchObject({ rule: 'not-yours' })
    expect(await nameSpreader(desk.handover, claim, ACCOUNT, desk.people.sun)).toMatchObject({ ok: true })
    const shown = (by: Who) => showSpreaders(desk.pool, desk.handover, claim, desk.people[by])
    for (const by of ['sun', 'qian', 'li'] as const)
      expect(await shown(by)).toMatchObject([{ account: '@震惊小李', url: 'https://m.weibo.cn/status/AbC' }])
    expect(await shown('wang')).toMatchObject([{ account: '震＊＊＊', url: 'm.weibo.cn/＊＊＊' }])
    for (const by of ['zhao', 'zhou', 'wu'] as const) expect(await shown(by)).toBeNull()
    const stored = await desk.query<{ text: string }>('select s::text as text from spreader s')
    const journal = await desk.query<{ text: string }>(
      `select detail::text as text from journal where act = 'spreader.noted'`,
    )
    for (const { text } of [...stored, ...journal]) expect(text).not.toMatch(/震惊|小李|AbC/)
  })

  test('is known again in another claim by the same account or link; of claims that the reader does not see not even a number', async () => {
    const [first, second] = [(await desk.begin()).claim, (await desk.begin()).claim]
    for (const claim of [first, second]) await desk.share(claim, 'wangxin')
    const account = { ...ACCOUNT, account: '震讯王二', url: '' }
    await nameSpreader(desk.handover, first, account, desk.people.sun)
    await nameSpreader(desk.handover, second, { ...account, account: ' @震讯王二' }, desk.people.sun)
    const times = async (by: Who): Promise<number | undefined> =>
      (await showSpreaders(desk.pool, desk.handover, second, desk.people[by]))?.[0]?.elsewhere
    expect(await times('wang')).toBe(1)
    expect(await times('sun')).toBe(1)
    await desk.share(second, 'gongan')
    expect(await times('qian')).toBe(0)
    await desk.share(first, 'gongan', 'summary')
    expect(await times('qian')).toBe(0)
    await desk.share(first, 'gongan')
    expect(await times('qian')).toBe(1)
  })
})

describe('a way to reach who reported it', () => {
  const FORMAL = { number: '', basis: '', officer: '' }
  const ask = (claim: string, sightingId: string, by: Who, more = {}) =>
    askContact(desk.handover, claim, { sightingId, reason: '核实现场位置', formal: FORMAL, ...more }, desk.people[by])
  const requestOf = async (claim: string): Promise<number> => (await listContactRequests(desk.pool, claim))[0]?.id ?? 0
  const answer = (claim: string, id: number, by: Who, agrees = true) =>
    answerContact(desk.handover, claim, id, agrees, desk.people[by])
  const open = (claim: string, id: number, by: Who) => openContact(desk.handover, claim, id, desk.people[by])

  test('is asked for with a reason, agreed to by the lead, shown once to whoever asked; journalled and rung for', async () => {
    const { claim, sighting } = await desk.begin(undefined, '王先生 13900139000')
    for (const by of ['zhao'] as const) expect(await ask(claim, sighting, by)).toMatchObject({ rule: 'not-yours' })
    expect(await ask(claim, sighting, 'wang', { reason: ' ' })).toMatchObject({ rule: 'reason' })
    expect(await ask(claim, 'r-none', 'wang')).toMatchObject({ rule: 'gone' })
    expect(await ask(claim, sighting, 'wang')).toMatchObject({ ok: true })
    expect(await ask(claim, sighting, 'wang')).toMatchObject({ rule: 'twice' })
    const id = await requestOf(claim)
    expect(await open(claim, id, 'wang')).toMatchObject({ rule: 'unknown' })
    expect(await answer(claim, id, 'chen')).toMatchObject({ rule: 'not-yours' })
    expect(await answer(claim, id, 'li')).toMatchObject({ ok: true })
    expect(await answer(claim, id, 'li')).toMatchObject({ rule: 'unknown' })
    expect(await open(claim, id, 'chen')).toMatchObject({ rule: 'unknown' })
    const both = await Promise.all([open(claim, id, 'wang'), open(claim, id, 'wang')])
    expect(both.filter(({ ok }) => ok)).toEqual([{ ok: true, contact: '王先生 13900139000' }])
    expect(both.find(({ ok }) => !ok)).toMatchObject({ rule: 'twice' })
    const acts = await desk.query<{ act: string; text: string }>(
      `select act, detail::text as text from journal where subject = $1 and act like 'contact.%' order by id`,
      [claim],
    )
    expect(acts.map(({ act }) => act)).toEqual(['contact.asked', 'contact.agreed', 'contact.opened'])
    const rung = (await listAlarms(desk.pool)).filter(
      ({ kind, subject }) => kind === 'contact' && subject.startsWith(claim),
    )
    expect(rung).toHaveLength(2)
    for (const words of [...acts.map(({ text }) => text), ...rung.map(({ message }) => message)])
      expect(words).not.toMatch(/13900139000|王先生|核实现场/)
    for (const { id: alarm } of rung)
      expect(await acknowledgeAlarm(desk.pool, alarm, 'p-chen', desk.context.now())).toBe(true)
    expect((await listAlarms(desk.pool)).filter(({ subject }) => subject.startsWith(claim))).toEqual([])
  })

  test('the lead who asks does not agree to it himself', async () => {
    const { claim, sighting } = await desk.begin(undefined, '13900139001')
    await ask(claim, sighting, 'li')
    const id = await requestOf(claim)
    expect(await answer(claim, id, 'li')).toMatchObject({ rule: 'second-person' })
    expect(await answerContact(desk.handover, claim, id, true, { ...desk.people.chen, roles: ['lead'] })).toMatchObject(
      { ok: true },
    )
    expect(await open(claim, id, 'li')).toMatchObject({ ok: true })
  })

  test('the police get it on a recorded formal request only, and the lead’s word', async () => {
    const { claim, sighting } = await desk.begin(undefined, '13900139002')
    expect(await ask(claim, sighting, 'qian')).toMatchObject({ rule: 'unknown' })
    await desk.share(claim, 'gongan')
    for (const formal of [FORMAL, { number: '调字7号', basis: '', officer: '钱警' }])
      expect(await ask(claim, sighting, 'qian', { formal })).toMatchObject({ rule: 'formal' })
    const formal = { number: '调字7号', basis: '刑事诉讼法第五十四条', officer: '钱警' }
    expect(await ask(claim, sighting, 'qian', { formal })).toMatchObject({ ok: true })
    const id = await requestOf(claim)
    expect((await listContactRequests(desk.pool, claim))[0]).toMatchObject({ formal })
    await answer(claim, id, 'li')
    expect(await open(claim, id, 'qian')).toMatchObject({ ok: true, contact: '13900139002' })
    // What came on paper is recorded whole, or not at all.
    expect(await ask(claim, sighting, 'wang', { formal: { ...FORMAL, number: '调字8号' } })).toMatchObject({
      rule: 'formal',
    })
    expect(await ask(claim, sighting, 'wang', { formal })).toMatchObject({ ok: true })
    const [row] = await desk.query<{ number: string }>(
      `select detail ->> 'formal' as number from journal where subject = $1 and act = 'contact.opened'`,
      [claim],
    )
    expect(row?.number).toBe('调字7号')
  })

  test('an agreement is over after a day, a refusal opens nothing, and what was deleted in time is gone for everybody', async () => {
    const [late, no, gone] = [
      await desk.begin(undefined, '13900139003'),
      await desk.begin(undefined, '13900139004'),
      await desk.begin(undefined, '13900139005'),
    ]
    for (const one of [late, no, gone]) await ask(one.claim, one.sighting, 'wang')
    await answer(late.claim, await requestOf(late.claim), 'li')
    await answer(no.claim, await requestOf(no.claim), 'li', false)
    expect(await open(no.claim, await requestOf(no.claim), 'wang')).toMatchObject({ rule: 'unknown' })
    desk.pass(25 * HOUR)
    expect(await open(late.claim, await requestOf(late.claim), 'wang')).toMatchObject({ rule: 'late' })
    await answer(gone.claim, await requestOf(gone.claim), 'li')
    desk.pass(90 * DAY - 26 * HOUR)
    expect(await ask(gone.claim, gone.sighting, 'chen')).toMatchObject({ ok: true })
    desk.pass(2 * HOUR)
    await answer(gone.claim, await requestOf(gone.claim), 'li')
    expect(await open(gone.claim, await requestOf(gone.claim), 'chen')).toMatchObject({ rule: 'gone' })
    expect(await forgetContacts(desk.context)).toBeGreaterThan(0)
  })
})
