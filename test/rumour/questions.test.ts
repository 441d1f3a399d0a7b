// In: citizens who ask, people at the desk who answer. Out: proof that each question has an owner and a time, that an answer is read by
// its receipt and by nobody else, that two who answer at once do not undo each other, and that what was said is kept.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MINUTE } from '../../src/core/instant.ts'
import { placeLeftOver } from '../../src/rumour/matching.ts'
import { fromWeb, hearFromOutside } from '../../src/rumour/outside.ts'
import { listAlike, replyToQuestion, takeQuestion, watchQuestions } from '../../src/rumour/questions.ts'
import { readReceipt } from '../../src/rumour/receipts.ts'
import { stepClaim } from '../../src/rumour/steps.ts'
import { findQuestion, listAnswered, listOpenQuestions, listReplies } from '../../src/store/rumours/questions.ts'
import { openRumourDesk, type RumourDesk } from './desk-of-rumours.ts'
import { outsideOf, told } from './outside-of.ts'

const HOME = 'https://bureau.example'

let desk: RumourDesk
beforeAll(async () => {
  desk = await openRumourDesk()
}, 60_000)
afterAll(() => desk.close())

let asked = 0
async function ask(text: string): Promise<{ id: string; receipt: string }> {
  asked += 1
  const heard = await hearFromOutside(outsideOf(desk), told(text), fromWeb(`36.1.${asked}.9`, 'Firefox'))
  if (!heard.ok) throw new Error(heard.reason)
  await placeLeftOver(desk.context)
  return { id: heard.sighting.id, receipt: heard.receipt }
}
const reply = (
  id: string,
  words: string,
  { seen = 0, sheet = '', alike = [] as string[], by = desk.people.wang } = {},
) => replyToQuestion(desk.context, id, { words, seen, sheet, alike }, by)

test('a question waits with its time, is taken by one, and by another who takes it over; the loser of a race is told', async () => {
  const { id } = await ask('请问刚才是地震了吗？')
  expect(await listOpenQuestions(desk.pool, 9)).toMatchObject([
    { id, owner: null, dueAt: desk.context.now() + 30 * MINUTE, claimId: null },
  ])
  const both = await Promise.all([
    takeQuestion(desk.context, id, null, desk.people.wang),
    takeQuestion(desk.context, id, null, desk.people.chen),
  ])
  expect(both.filter(({ ok }) => ok)).toHaveLength(1)
  const owner = (await findQuestion(desk.pool, id))?.owner ?? ''
  const other = owner === 'p-wang' ? desk.people.chen : desk.people.wang
  expect(await takeQuestion(desk.context, id, owner, other)).toMatchObject({
    ok: true,
    question: { owner: other.account },
  })
  expect(await takeQuestion(desk.context, id, other.account, desk.people.sun)).toMatchObject({ rule: 'not-yours' })
  expect(await takeQuestion(desk.context, 'r-none', null, desk.people.wang)).toMatchObject({ rule: 'unknown' })
})

test('the answer is read by the receipt; put right, the newer one stands and says so; both are kept', async () => {
  const { id, receipt } = await ask('刚刚是不是地震了？')
  const nothing = await readReceipt(desk.pool, HOME, 'AAAA-AAAA-AAAA-AAAA')
  expect(nothing).toEqual({ stage: 'received', url: '', answer: null, reply: null })
  expect(await readReceipt(desk.pool, HOME, receipt)).toEqual(nothing)
  expect(await reply(id, '本局未收到相关测定，正在核对。')).toMatchObject({ ok: true })
  expect(await readReceipt(desk.pool, HOME, receipt.toLowerCase().replaceAll('-', ' '))).toMatchObject({
    stage: 'answered',
    reply: { words: '本局未收到相关测定，正在核对。', isCorrected: false },
  })
  expect(await reply(id, '已收到测定，见本站公告。')).toMatchObject({ ok: false, rule: 'changed' })
  expect(await reply(id, '已收到测定，见本站公告。', { seen: 1, by: desk.people.zhao })).toMatchObject({ ok: true })
  expect((await readReceipt(desk.pool, HOME, receipt)).reply).toMatchObject({
    words: '已收到测定，见本站公告。',
    isCorrected: true,
  })
  expect((await listReplies(desk.pool, id)).map(({ number, by }) => [number, by])).toEqual([
    [2, 'p-zhao'],
    [1, 'p-wang'],
  ])
  await expect(desk.query('update question_reply set words = words')).rejects.toThrow(/append-only|permission/)
  const journal = await desk.query<{ detail: object }>(
    `select detail from journal where subject = $1 and act = 'question.answered' order by id`,
    [id],
  )
  // The words are no part of the chain.
  expect(journal.map(({ detail }) => detail)).toEqual([{ number: 1 }, { number: 2 }])
})

test('no answer predicts, is empty, or is a liaison’s', async () => {
  const { id } = await ask('请问刚才哪里地震？')
  expect(await reply(id, '今晚不会再发生更大的地震。')).toMatchObject({ rule: 'words' })
  expect(await reply(id, ' \n ')).toMatchObject({ rule: 'words' })
  expect(await reply(id, '请以公告为准。', { by: desk.people.sun })).toMatchObject({ rule: 'not-yours' })
  expect(await listReplies(desk.pool, id)).toEqual([])
})

test('one answer goes to all who ask the same and were ticked, and to nobody who asks of another town', async () => {
  const first = await ask('金昌刚才是地震吗')
  const same = await ask('请问金昌刚才是地震吗？')
  const left = await ask('金昌刚刚是地震吗，有人知道吗')
  const other = await ask('武威刚才是地震吗')
  const question = await findQuestion(desk.pool, first.id)
  if (!question) throw new Error('no question')
  const alike = (await listAlike(desk.pool, question)).map(({ id }) => id)
  expect(alike).toEqual(expect.arrayContaining([same.id, left.id]))
  expect(alike).not.toContain(other.id)
  // Whatever a form says, another town's question is not answered along with it.
  expect(await reply(first.id, '本局已发布公告。', { alike: [same.id, other.id] })).toMatchObject({ ok: true })
  expect((await readReceipt(desk.pool, HOME, same.receipt)).reply?.words).toBe('本局已发布公告。')
  for (const { receipt } of [left, other]) expect((await readReceipt(desk.pool, HOME, receipt)).reply).toBeNull()
  expect((await listAnswered(desk.pool, 9)).map(({ id }) => id)).toEqual(expect.arrayContaining([first.id, same.id]))
})

test('two who answer one question at once, each with the other’s beside it, end as one answer each', async () => {
  for (let race = 0; race < 5; race += 1) {
    const town = ['张掖', '酒泉', '定西', '陇南', '平凉'][race] ?? ''
    const [a, b] = [await ask(`${town}刚才是地震吗`), await ask(`请问${town}刚才是地震吗？`)]
    const done = await Promise.all([
      reply(a.id, '本局已发布公告。', { alike: [b.id] }),
      reply(b.id, '请看本站首页。', { alike: [a.id], by: desk.people.chen }),
    ])
    expect(done.filter(({ ok }) => ok).length).toBeGreaterThan(0)
    for (const { id } of [a, b]) expect(await listReplies(desk.pool, id)).toHaveLength(1)
  }
})

test('what waits past its time is told once for all, and is told no more when it is answered', async () => {
  const said: string[] = []
  const tell = {
    alarm: async (_kind: string, _subject: string, message: string) => void said.push(message),
    clear: async () => void said.push('clear'),
  }
  for (const { id } of await listOpenQuestions(desk.pool, 99)) await reply(id, '请以公告为准。')
  const { id } = await ask('请问刚才震了吗？')
  await watchQuestions(desk.context, tell)
  desk.pass(31 * MINUTE)
  await watchQuestions(desk.context, tell)
  await reply(id, '请以公告为准。')
  await watchQuestions(desk.context, tell)
  expect(said).toEqual(['clear', '有 1 个公众提问超过 30 分钟未答复', 'clear'])
})

test('a receipt says checking while its claim is worked on, whatever it was merged into, and never who does it', async () => {
  const { id, receipt } = await ask('听说嘉峪关后天有7级地震，是真的吗？')
  const claim = (await findQuestion(desk.pool, id))?.claimId ?? ''
  const { claim: target } = await desk.tell('听说嘉峪关机场明早关闭')
  expect((await readReceipt(desk.pool, HOME, receipt)).stage).toBe('received')
  const step = (of: string, event: 'take' | 'merge', seen: number, more = {}) =>
    stepClaim(desk.context, of, { event, seen, reason: '同一件', ...more }, desk.people.wang)
  expect(await step(claim, 'take', 1)).toMatchObject({ ok: true })
  expect(await readReceipt(desk.pool, HOME, receipt)).toEqual({ stage: 'checking', url: '', answer: null, reply: null })
  expect(await step(claim, 'merge', 2, { target })).toMatchObject({ ok: true })
  expect((await readReceipt(desk.pool, HOME, receipt)).stage).toBe('received')
  expect(await step(target, 'take', 1)).toMatchObject({ ok: true })
  expect((await readReceipt(desk.pool, HOME, receipt)).stage).toBe('checking')
})
