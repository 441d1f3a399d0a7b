// In: claims merged into claims that are merged themselves. Out: proof that whatever was said of the first holds for the one they all
// stand for: what it may be the same as, what brings it up again, its checks, the questions that go with it.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { DAY, MINUTE } from '../../src/core/instant.ts'
import { watchChecks } from '../../src/rumour/checks/settle.ts'
import { placeLeftOver } from '../../src/rumour/matching.ts'
import { fromWeb, hearFromOutside } from '../../src/rumour/outside.ts'
import { stepClaim } from '../../src/rumour/steps.ts'
import { answerSuggestion } from '../../src/rumour/tidy-links.ts'
import { listDueChecks } from '../../src/store/rumours/checks.ts'
import { findClaim } from '../../src/store/rumours/claims.ts'
import { listSuggestions, listSuggestionsOf, listSuggestionsOfAll } from '../../src/store/rumours/links.ts'
import { countQuestions, findQuestion } from '../../src/store/rumours/questions.ts'
import { listRecurrences } from '../../src/store/rumours/recurrence.ts'
import { openRumourDesk, type RumourDesk } from './desk-of-rumours.ts'
import { outsideOf, told } from './outside-of.ts'

let desk: RumourDesk
beforeAll(async () => {
  desk = await openRumourDesk()
}, 60_000)
afterAll(() => desk.close())
beforeEach(() => desk.pass(DAY))

async function merge(id: string, target: string): Promise<void> {
  const seen = (await findClaim(desk.pool, id))?.version ?? 0
  const step = { event: 'merge' as const, seen, reason: '同一件', target }
  expect(await stepClaim(desk.context, id, step, desk.people.wang)).toMatchObject({ ok: true })
}

let count = 0
/** Merges a claim into another, and that one into a third. @returns the third */
async function mergeTwice(first: string): Promise<string> {
  count += 1
  const { claim: second } = await desk.tell(`听说第${count + 30}中学操场今天下陷了`)
  const { claim: third } = await desk.tell(`朋友说${count + 60}路公交明天停运`)
  await merge(first, second)
  await merge(second, third)
  return third
}

test('what may be the same as it is offered as what it stands for now, and answered once', async () => {
  const { claim: first } = await desk.tell('刚听说天池子水库裂缝了，下游的人赶紧跑')
  const near = await desk.tell('刚听说黑龙口水库裂缝了，下游的人赶紧跑')
  expect(await listSuggestions(desk.pool, near.claim, 9)).toMatchObject([{ claimId: first }])
  const third = await mergeTwice(first)
  expect(await listSuggestions(desk.pool, near.claim, 9)).toMatchObject([{ claimId: third, state: 'new' }])
  expect(await listSuggestionsOf(desk.pool, near.sighting, 9)).toMatchObject([{ claimId: third }])
  const all = await listSuggestionsOfAll(desk.pool, [near.sighting], 9)
  expect(all.get(near.sighting)).toMatchObject([{ claimId: third }])
  const asked = { target: third, isSame: false, seen: 1 }
  expect(await answerSuggestion(desk.context, near.claim, asked, desk.people.wang)).toMatchObject({ ok: true })
  expect(await listSuggestions(desk.pool, near.claim, 9)).toEqual([])
})

test('it is recalled as what it stands for once that has come to rest', async () => {
  const { claim: first } = await desk.tell('刚听说月牙湖水库裂缝了，下游的人赶紧跑')
  const { claim: near } = await desk.tell('刚听说鸽子山水库裂缝了，下游的人赶紧跑')
  const third = await mergeTwice(first)
  const recalled = async (): Promise<string[]> =>
    (await listRecurrences(desk.pool, near, 9)).map(({ claimId }) => claimId)
  expect(await recalled()).not.toContain(third)
  const rested = `update claim set state = 'dismissed', rested_at = changed_at where id = $1`
  await desk.query(rested, [third])
  expect(await recalled()).toContain(third)
})

test('its checks come to an end', async () => {
  const { claim: first } = await desk.tell('朋友圈说铁东路的水管爆了')
  const third = await mergeTwice(first)
  for (let look = 0; look < 2; look += 1) {
    desk.pass(MINUTE)
    await watchChecks(desk.context)
  }
  desk.pass(MINUTE)
  expect(await listDueChecks(desk.pool, desk.context.now(), MINUTE / 2)).not.toContain(third)
})

test('whoever asked about it waits no longer once the one it stands for is answered', async () => {
  const heard = await hearFromOutside(
    outsideOf(desk),
    told('听说嘉峪关后天有7级地震，是真的吗？'),
    fromWeb('36.1.1.9', 'Firefox'),
  )
  if (!heard.ok) throw new Error(heard.reason)
  await placeLeftOver(desk.context)
  const third = await mergeTwice((await findQuestion(desk.pool, heard.sighting.id))?.claimId ?? '')
  expect(await countQuestions(desk.pool, desk.context.now())).toEqual({ open: 1, late: 0 })
  await desk.query(`update claim set state = 'published' where id = $1`, [third])
  expect(await countQuestions(desk.pool, desk.context.now())).toEqual({ open: 0, late: 0 })
})
