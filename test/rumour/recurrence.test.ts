// In: a claim that came to rest, and the same story again. Out: proof that the old one is recalled with its date and its answer,
// is never merged into, and that a person's word makes it a finding or takes it away.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY, HOUR } from '../../src/core/instant.ts'
import { openHeads } from '../../src/rumour/heads.ts'
import { takeSighting } from '../../src/rumour/intake.ts'
import type { MatchContext } from '../../src/rumour/matching.ts'
import { confirmRecurrence, recallSince, writeDay } from '../../src/rumour/recurrence.ts'
import { answerProposal, proposeStep } from '../../src/rumour/second.ts'
import { stepClaim } from '../../src/rumour/steps.ts'
import { answerSuggestion } from '../../src/rumour/tidy-links.ts'
import { listChecks } from '../../src/store/rumours/beside.ts'
import { findClaim } from '../../src/store/rumours/claims.ts'
import { listRecurrences } from '../../src/store/rumours/recurrence.ts'
import { openRumourDesk, START, type RumourDesk } from './desk-of-rumours.ts'

let desk: RumourDesk
beforeAll(async () => {
  desk = await openRumourDesk()
}, 60_000)
afterAll(() => desk.close())

/** A claim that was put aside. @returns its id */
async function rest(text: string): Promise<string> {
  const { claim } = await desk.tell(text)
  const risk = (await findClaim(desk.pool, claim))?.risk ?? 4
  const { wang, chen } = desk.people
  if (risk < 3) {
    const done = await stepClaim(desk.context, claim, { event: 'dismiss', seen: 1, reason: '无依据' }, wang)
    expect(done).toMatchObject({ ok: true })
    return claim
  }
  const asked = { event: 'dismiss', reason: '无依据', receipt: '', seen: 1 } as const
  expect(await proposeStep(desk.context, claim, asked, wang)).toMatchObject({ ok: true })
  const [proposal] = await desk.query<{ id: number }>('select id from claim_proposal where claim_id = $1', [claim])
  expect(await answerProposal(desk.context, claim, proposal?.id ?? 0, true, chen)).toMatchObject({ ok: true })
  return claim
}

test('a story that was put aside is recalled when it comes again, and a claim of its own is opened for it', async () => {
  const old = await rest('武都周日有7级地震，考察队的人说的')
  desk.pass(400 * DAY)
  const { claim } = await desk.tell('武都周日有7级地震，考察队的人说的！！')
  expect(claim).not.toBe(old)
  const [found] = await listRecurrences(desk.pool, claim, 3)
  expect(found).toMatchObject({ claimId: old, state: 'dismissed', openedAt: START, answer: null, doubts: [] })
  // Of one family, so that a template that was signed for it serves again.
  const [before, now] = [await findClaim(desk.pool, old), await findClaim(desk.pool, claim)]
  expect(now?.familyId).toBe(before?.familyId)
  expect(before?.state).toBe('dismissed')
  // A copy belongs to the claim that is open, and recalls nothing a second time.
  const copy = await desk.tell('武都周日有7级地震，考察队的人说的。')
  expect(copy.claim).toBe(claim)
  expect(await desk.query('select from claim_suggestion where sighting_id = $1', [copy.sighting])).toEqual([])
  desk.pass(-400 * DAY)
})

test('a person’s word makes it a finding with the day it went round, once; the old claim stays at rest', async () => {
  const old = await rest('文县的地下水变热了，要地震')
  desk.pass(90 * DAY)
  const { claim } = await desk.tell('文县的地下水变热了，要地震！')
  const { wang, sun } = desk.people
  const asked = { target: old, seen: 1 }
  expect(await confirmRecurrence(desk.context, claim, asked, sun)).toMatchObject({ ok: false, rule: 'not-yours' })
  expect(await confirmRecurrence(desk.context, claim, { ...asked, seen: 7 }, wang)).toMatchObject({ rule: 'changed' })
  expect(await confirmRecurrence(desk.context, claim, { ...asked, target: 'c-none' }, wang)).toMatchObject({
    ok: false,
  })
  expect(await confirmRecurrence(desk.context, claim, asked, wang)).toMatchObject({ ok: true })
  const [check] = await listChecks(desk.pool, claim)
  expect(check).toMatchObject({ source: '旧闻比对', outcome: 'no-data' })
  expect(check?.words).toContain(writeDay(START))
  // Which claim it was is told to whoever may see that one, too.
  expect(check?.words).not.toContain(old)
  expect(check?.used).toMatchObject([{ table: 'claim', id: old }])
  expect(await findClaim(desk.pool, claim)).toMatchObject({ evidence: 1, state: 'new', version: 1 })
  expect((await findClaim(desk.pool, old))?.state).toBe('dismissed')
  expect(await listRecurrences(desk.pool, claim, 3)).toEqual([])
  expect(await confirmRecurrence(desk.context, claim, asked, wang)).toMatchObject({ ok: false, rule: 'unknown' })
  const rows = await desk.query('select actor from journal where subject = $1 and act = $2', [claim, 'claim.recurs'])
  expect(rows).toEqual([{ actor: wang.account }])
  desk.pass(-90 * DAY)
})

test('what a person says is another story is recalled no more', async () => {
  const old = await rest('成县的铁塔裂了一道口子，别靠近')
  const { claim } = await desk.tell('成县的铁塔裂了一道口子，别靠近！')
  expect(await listRecurrences(desk.pool, claim, 3)).toHaveLength(1)
  const asked = { target: old, isSame: false, seen: 1 }
  expect(await answerSuggestion(desk.context, claim, asked, desk.people.wang)).toMatchObject({ ok: true })
  expect(await listRecurrences(desk.pool, claim, 3)).toEqual([])
  // Into what is at rest nobody merges.
  const again = await desk.tell('成县的铁塔裂了三道口子，都裂穿了别靠近')
  const merge = { event: 'merge' as const, seen: 1, reason: '同一件', target: old }
  expect(await stepClaim(desk.context, again.claim, merge, desk.people.wang)).toMatchObject({ ok: false })
})

test('what was opened before the archive was read is compared with it afterwards, once', async () => {
  const old = await rest('徽县有人看到天上发红光，要地震')
  desk.pass(60 * DAY)
  // A program that has read nothing of the archive: it opens a claim as if there had never been one.
  const blind = openHeads()
  const context: MatchContext = { ...desk.another(), heads: { ...blind, match: () => [] } }
  const since = context.now()
  const taken = await takeSighting(
    context,
    {
      route: 'phone',
      text: '徽县有人看到天上发红光，要地震！',
      url: '',
      platform: '',
      region: '',
      seenAt: null,
      contact: '',
    },
    desk.people.wang,
  )
  const claim = taken.ok ? (taken.placed?.claimId ?? '') : ''
  expect(await listRecurrences(desk.pool, claim, 3)).toEqual([])
  desk.pass(HOUR)
  const whole = desk.another()
  await whole.heads.open(desk.pool, whole.now())
  expect(await whole.heads.settle()).toBe(true)
  for (let turn = 0; turn < 2; turn += 1) await recallSince(whole, since)
  expect(await listRecurrences(desk.pool, claim, 3)).toMatchObject([{ claimId: old }])
})
