// In: claims at the desk, people of four organisations. Out: proof that each does what the table gives them and sees what was shared
// with them, that two at once are told, that a grave step takes two, and that clocks ring over a restart, once.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../src/core/instant.ts'
import { answerProposal, needsSecond, proposeStep, rateClaim } from '../../src/rumour/second.ts'
import { findSight, seenBy } from '../../src/rumour/sight.ts'
import { stepClaim, type Asked } from '../../src/rumour/steps.ts'
import { forgetContacts, watchClaims } from '../../src/rumour/watch.ts'
import type { Person } from '../../src/rumour/context.ts'
import { listAlarms } from '../../src/store/alarms.ts'
import { addGrant, listProposals } from '../../src/store/rumours/beside.ts'
import { findClaim, listOpenClaims, listSteps } from '../../src/store/rumours/claims.ts'
import { listClocks } from '../../src/store/rumours/clocks.ts'
import { openRumourDesk, type RumourDesk } from './desk-of-rumours.ts'
import { TOWNS } from './towns.ts'

let desk: RumourDesk
let count = 0
beforeAll(async () => {
  desk = await openRumourDesk()
}, 60_000)
afterAll(() => desk.close())

/** A claim of its own every time: risk 4. */
async function open(by: Person = desk.people.wang): Promise<string> {
  count += 1
  return (await desk.tell(`${TOWNS[count % TOWNS.length]}明天要发生7级大地震，大家赶紧转发`, by)).claim
}
const step = async (id: string, by: Person, event: Asked['event'], more: Partial<Asked> = {}) =>
  stepClaim(desk.context, id, { event, seen: (await findClaim(desk.pool, id))?.version ?? 0, ...more }, by)
const stateOf = async (id: string): Promise<string> => (await findClaim(desk.pool, id))?.state ?? ''
const clocksOf = async (id: string) =>
  Object.fromEntries((await listClocks(desk.pool, id)).map((row) => [row.clock, row]))

describe('a claim', () => {
  test('goes from hand to hand as the table says; each step is on record with who, as what and why', async () => {
    const { wang, sun, zhao } = desk.people
    const id = await open()
    expect(await step(id, zhao, 'take')).toMatchObject({ ok: false, rule: 'not-yours' })
    expect(await step(id, wang, 'take')).toMatchObject({ ok: true, claim: { state: 'triage', owner: 'p-wang' } })
    expect(await step(id, wang, 'check')).toMatchObject({ ok: true })
    expect(await step(id, wang, 'ask-agency', { askedOf: 'liaison-cac' })).toMatchObject({ ok: false, rule: 'reason' })
    expect(await step(id, sun, 'answer', { reason: '已核' })).toMatchObject({ ok: false, rule: 'unknown' })
    await step(id, wang, 'ask-agency', { askedOf: 'liaison-cac', reason: '请查首发账号' })
    expect(await step(id, sun, 'answer', { reason: '首发账号在外省' })).toMatchObject({ ok: true })
    expect((await listSteps(desk.pool, id)).map(({ event, actor }) => `${event} ${actor}`)).toEqual([
      'answer liaison-cac',
      'ask-agency duty',
      'check duty',
      'take duty',
      'open system',
    ])
    const journal = await desk.query<{ text: string }>(`select detail::text as text from journal where subject = $1`, [
      id,
    ])
    expect(journal.map(({ text }) => text).join()).not.toContain('首发账号')
  })

  test('two who act at one moment: one does it, the other is told', async () => {
    for (let race = 0; race < 5; race += 1) {
      const id = await open()
      const { wang, chen } = desk.people
      const asked = { event: 'take' as const, seen: 1 }
      const done = await Promise.all([
        stepClaim(desk.context, id, asked, wang),
        stepClaim(desk.another(), id, asked, chen),
      ])
      expect(done.filter(({ ok }) => ok)).toHaveLength(1)
      expect(done.find(({ ok }) => !ok)).toMatchObject({ rule: 'changed' })
      expect((await listSteps(desk.pool, id)).filter(({ event }) => event === 'take')).toHaveLength(1)
    }
  })

  test('of grave risk is put aside by two, and by nobody alone; a lower one by one', async () => {
    const { wang, chen, zhao } = desk.people
    const id = await open()
    expect(needsSecond('dismiss', 4)).toBe(true)
    expect(await step(id, wang, 'dismiss', { reason: '重复' })).toMatchObject({
      ok: false,
      rule: 'second-person-from-risk-3',
    })
    const asked = { event: 'dismiss' as const, reason: '属演练信息', receipt: '', seen: 1 }
    expect(await proposeStep(desk.context, id, asked, wang)).toMatchObject({ ok: true })
    const [proposal] = await listProposals(desk.pool, id)
    const one = proposal?.id ?? 0
    expect(await answerProposal(desk.context, id, one, true, wang)).toMatchObject({ ok: false, rule: 'second-person' })
    expect(await answerProposal(desk.context, id, one, true, zhao)).toMatchObject({ ok: false, rule: 'not-yours' })
    expect(await answerProposal(desk.context, id, one, true, chen)).toMatchObject({ ok: true })
    expect((await listSteps(desk.pool, id))[0]).toMatchObject({ event: 'dismiss', account: 'p-wang', second: 'p-chen' })
    expect(await answerProposal(desk.context, id, one, true, chen)).toMatchObject({ ok: false })
    const small = (await desk.tell('应急包里要放哪些东西，转给家人')).claim
    expect(await step(small, wang, 'dismiss', { reason: '属咨询' })).toMatchObject({ ok: true })
  })

  test('that was rated otherwise runs by the new risk’s clocks; only the lead lowers a grave one', async () => {
    const { wang, li } = desk.people
    const id = await open()
    const asked = { risk: 2 as const, reason: '内容含糊', seen: 1 }
    expect(await rateClaim(desk.context, id, asked, wang)).toMatchObject({ ok: false, rule: 'not-yours' })
    const before = (await clocksOf(id))['acknowledge']?.dueAt ?? 0
    expect(await rateClaim(desk.context, id, asked, li)).toMatchObject({ ok: true, claim: { risk: 2, version: 2 } })
    expect((await clocksOf(id))['acknowledge']?.dueAt).toBe(before + 25 * MINUTE)
    expect((await clocksOf(id))['legal-conference']?.stoppedAt).not.toBeNull()
  })
})

describe('whoever comes from elsewhere', () => {
  test('sees what was shared with their organisation and nothing else, in the queue and by its address', async () => {
    const { sun, qian, wu, wang } = desk.people
    const id = await open()
    const listed = async (by: Person): Promise<boolean> =>
      (await listOpenClaims(desk.pool, seenBy(desk.context, by), { words: '', most: 500 })).some(
        (line) => line.id === id,
      )
    for (const by of [sun, qian, wu]) {
      expect([await listed(by), await findSight(desk.pool, desk.context, by, id)]).toEqual([false, null])
      // Not there and not yours are one answer.
      expect(await step(id, by, 'hold', { reason: '请暂缓', holdMinutes: 5 })).toEqual(
        await stepClaim(desk.context, 'c-none', { event: 'hold', seen: 1 }, by),
      )
    }
    const until = desk.context.now() + HOUR
    const grant = {
      organisation: 'wangxin',
      level: 'summary' as const,
      reason: '通报',
      by: 'p-li',
      at: desk.context.now(),
      expiresAt: until,
    }
    await addGrant(desk.pool, id, grant)
    expect([await listed(sun), await findSight(desk.pool, desk.context, sun, id)]).toEqual([true, 'summary'])
    expect(await step(id, sun, 'take')).toMatchObject({ ok: false, rule: 'unknown' })
    await addGrant(desk.pool, id, { ...grant, level: 'case' })
    expect(await step(id, sun, 'take')).toMatchObject({ ok: true, claim: { owner: 'p-sun' } })
    expect([await listed(qian), await listed(wang)]).toEqual([false, true])
    desk.pass(2 * HOUR)
    expect([await listed(sun), await findSight(desk.pool, desk.context, sun, id)]).toEqual([false, null])
  })

  test('goes on seeing what they brought first, and learns nothing of what others had brought before', async () => {
    const { qian, sun } = desk.people
    const id = await open(qian)
    expect(await findSight(desk.pool, desk.context, qian, id)).toBe('case')
    const [own] = await desk.query<{ shown: string }>(
      'select s.shown from sighting s join sighting_link l on l.sighting_id = s.id where l.claim_id = $1',
      [id],
    )
    expect((await desk.tell(own?.shown ?? '', sun)).claim).toBe(id)
    expect(await findSight(desk.pool, desk.context, sun, id)).toBeNull()
  })
})

describe('time', () => {
  const alarmsOf = async (id: string) => (await listAlarms(desk.pool)).filter(({ subject }) => subject.startsWith(id))

  test('a clock that passes rings once, over a restart of the program, until it is met', async () => {
    const id = await open()
    await watchClaims(desk.context)
    expect(await alarmsOf(id)).toEqual([])
    desk.pass(5 * MINUTE)
    await watchClaims(desk.context)
    const [first] = await alarmsOf(id)
    expect(first).toMatchObject({ kind: 'rumour', message: expect.stringContaining('认领时限') as string })
    // Another program, with nothing in mind, at the same hour.
    await watchClaims(desk.another())
    await watchClaims(desk.another())
    expect(await alarmsOf(id)).toEqual([first])
    expect(await step(id, desk.people.wang, 'take')).toMatchObject({ ok: true })
    await watchClaims(desk.another())
    expect(await alarmsOf(id)).toEqual([])
    expect((await clocksOf(id))['acknowledge']).toMatchObject({ stoppedAt: null })
  })

  test('while the program was down for a day every clock that passed rings when it is back, and rests with the case', async () => {
    const id = await open()
    desk.pass(25 * HOUR)
    await watchClaims(desk.another())
    const rung = (await alarmsOf(id)).map(({ subject }) => subject.split(' ')[1] ?? '')
    expect(rung.toSorted()).toEqual(['acknowledge', 'first-line', 'legal-conference', 'legal-word', 'verdict'])
    await proposeStep(desk.context, id, { event: 'dismiss', reason: '重复', receipt: '', seen: 1 }, desk.people.wang)
    const [proposal] = await listProposals(desk.pool, id)
    await answerProposal(desk.context, id, proposal?.id ?? 0, true, desk.people.chen)
    await watchClaims(desk.context)
    expect(await alarmsOf(id)).toEqual([])
  })

  test('a hold, a question and a seat left cold run out by themselves', async () => {
    const { wang } = desk.people
    const [held, asked, cold] = [await open(), await open(), await open()]
    for (const id of [held, asked, cold]) await step(id, wang, 'take')
    expect(await step(held, wang, 'hold', { reason: '等待认定', holdMinutes: 31 })).toMatchObject({
      rule: 'has-expiry',
    })
    await step(held, wang, 'hold', { reason: '等待认定', holdMinutes: 15 })
    await step(asked, wang, 'check')
    await step(asked, wang, 'ask-agency', { reason: '请核', askedOf: 'liaison-police' })
    desk.pass(9 * MINUTE)
    await watchClaims(desk.context)
    const states = async (): Promise<string[]> => Promise.all([held, asked, cold].map(stateOf))
    expect(await states()).toEqual(['hold', 'awaiting-agency', 'triage'])
    // Of risk 4: as long as an organisation has to sign.
    desk.pass(MINUTE)
    await watchClaims(desk.context)
    expect(await states()).toEqual(['hold', 'verifying', 'new'])
    expect(
      (await listClocks(desk.pool, cold)).filter(({ clock, metAt }) => clock === 'acknowledge' && metAt === null),
    ).toHaveLength(1)
    desk.pass(5 * MINUTE)
    await watchClaims(desk.another())
    expect(await stateOf(held)).toBe('triage')
  })

  test('a claim that was answered and goes round again is somebody’s work again, with a clock of its own', async () => {
    const text = '听说鼓楼要塌了大家别靠近'
    const { claim } = await desk.tell(text)
    // As a rebuttal's commit leaves it.
    await desk.query(`update claim set state = 'monitoring', published_at = $2 where id = $1`, [
      claim,
      new Date(desk.context.now()).toISOString(),
    ])
    desk.pass(MINUTE)
    for (const more of ['！', '！！']) await desk.tell(text + more)
    expect(await stateOf(claim)).toBe('monitoring')
    await desk.tell(`${text}！！！`)
    expect(await stateOf(claim)).toBe('resurfaced')
    expect((await listClocks(desk.pool, claim)).filter(({ clock }) => clock === 'acknowledge')).toHaveLength(2)
    expect(await step(claim, desk.people.wang, 'reuse')).toMatchObject({ ok: true, claim: { state: 'monitoring' } })
    expect(
      (await listClocks(desk.pool, claim)).filter(({ clock, metAt }) => clock === 'acknowledge' && metAt === null),
    ).toEqual([])
  })

  test('a way to reach somebody is gone after ninety days; what they reported stays', async () => {
    const { sighting } = await desk.tell('听说水厂被震坏了不能喝', desk.people.wang, { contact: '电话联系' })
    const kept = async (): Promise<number> => (await desk.query('select from reporter')).length
    expect(await kept()).toBe(1)
    desk.pass(91 * 24 * HOUR)
    expect(await forgetContacts(desk.context)).toBe(1)
    expect(await kept()).toBe(0)
    expect(await desk.query('select from sighting where id = $1', [sighting])).toHaveLength(1)
  })
})
