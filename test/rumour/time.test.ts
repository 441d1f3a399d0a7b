// In: claims whose time runs, a program that stops, clocks of machines that jump. Out: proof that every clock rings once and by its own
// time, that a wait for others has its end, and that whoever is silent keeps no grave answer waiting.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOUR, MINUTE, SECOND } from '../../src/core/instant.ts'
import { noteClaim } from '../../src/rumour/beside.ts'
import { goAhead, publishRebuttal, signRebuttal } from '../../src/rumour/rebuttal.ts'
import { watchClaims } from '../../src/rumour/watch.ts'
import { listAlarms } from '../../src/store/alarms.ts'
import { findClaim } from '../../src/store/rumours/claims.ts'
import { listClocks } from '../../src/store/rumours/clocks.ts'
import { must, openAnswerNode, stepNow, toSignoff, versionOf, type AnswerNode } from './answer-desk.ts'
import { openRumourDesk, type RumourDesk } from './desk-of-rumours.ts'
import { TOWNS } from './towns.ts'

let desk: RumourDesk
let node: AnswerNode
let count = 0
beforeAll(async () => {
  desk = await openRumourDesk()
  node = await openAnswerNode(desk, desk.appConfig)
}, 60_000)
afterAll(async () => {
  await node.close()
  await desk.close()
})

/** Of risk 4, each about a place of its own. */
const nextText = (): string => {
  count += 1
  return `${TOWNS[count % TOWNS.length]}明天要发生7级大地震，大家赶紧转发`
}
const alarmsOf = async (id: string): Promise<string[]> =>
  (await listAlarms(desk.pool))
    .filter(({ subject }) => subject.startsWith(id))
    .map(({ subject }) => subject.slice(id.length + 1))
    .toSorted()
const countRaised = async (id: string): Promise<number> =>
  (await desk.query('select from alarm where subject like $1', [`${id}%`])).length
const stateOf = async (id: string): Promise<string> => (await findClaim(desk.pool, id))?.state ?? ''

test('an organisation that is asked at risk 4 and says nothing is waited for ten minutes, and it is told once', async () => {
  const { wang } = desk.people
  const { claim: id } = await desk.tell(nextText())
  await must(stepNow(node, id, 'take', wang))
  await must(stepNow(node, id, 'check', wang))
  await must(stepNow(node, id, 'ask-agency', wang, { askedOf: 'liaison-police', reason: '请核首发账号' }))
  desk.pass(10 * MINUTE - SECOND)
  await watchClaims(desk.another())
  expect(await stateOf(id)).toBe('awaiting-agency')
  desk.pass(SECOND)
  // Two programs look at the same moment, then a third that has just come up.
  await Promise.all([watchClaims(desk.another()), watchClaims(desk.another())])
  await watchClaims(desk.another())
  expect(await stateOf(id)).toBe('verifying')
  expect((await alarmsOf(id)).filter((one) => one.startsWith('answer-late'))).toHaveLength(1)
  const raised = await countRaised(id)
  await watchClaims(desk.another())
  expect(await countRaised(id)).toBe(raised)
  await must(stepNow(node, id, 'ask-agency', wang, { askedOf: 'liaison-cac', reason: '请再核' }))
  await watchClaims(desk.another())
  expect((await alarmsOf(id)).filter((one) => one.startsWith('answer-late'))).toEqual([])
})

test('who was asked before a hold is still waited for after it, and no longer than before', async () => {
  const { wang, li } = desk.people
  for (const ends of ['by hand', 'by time'] as const) {
    const { claim: id } = await desk.tell(nextText())
    await must(stepNow(node, id, 'take', wang))
    await must(stepNow(node, id, 'check', wang))
    await must(stepNow(node, id, 'ask-agency', wang, { askedOf: 'liaison-police', reason: '请核首发账号' }))
    await must(stepNow(node, id, 'hold', wang, { reason: '等待会商', holdMinutes: 5 }))
    desk.pass(5 * MINUTE)
    if (ends === 'by hand') await must(stepNow(node, id, 'release', li, { reason: '会商结束' }))
    else await watchClaims(desk.another())
    expect([ends, await stateOf(id)]).toEqual([ends, 'awaiting-agency'])
    expect((await alarmsOf(id)).some((one) => one.startsWith('hold-expired'))).toBe(ends === 'by time')
    desk.pass(5 * MINUTE)
    await watchClaims(desk.another())
    expect([ends, await stateOf(id)]).toEqual([ends, 'verifying'])
  }
})

test('the cyberspace office is silent: after ten minutes the lead lets the facts of a risk 4 answer out, flagged, and not before', async () => {
  const { chen, li, zhao, sun } = desk.people
  const { id, draft } = await toSignoff(node, desk, nextText())
  const sign = async (by: typeof chen, scope: 'facts' | 'lead' | 'cac-wording') =>
    signRebuttal(node, { id, seen: await versionOf(node, id), scope, bodyHash: draft.hash }, by)
  const ahead = async () => goAhead(node, { id, seen: await versionOf(node, id), reason: '网信办尚无回音' }, li)
  await must(sign(chen, 'facts'))
  await must(sign(li, 'lead'))
  expect(await ahead()).toMatchObject({ ok: false, rule: 'late-allowed' })
  // A hold of the silent one's does not stop the time: the lead ends it, and goes ahead.
  await must(stepNow(node, id, 'hold', sun, { reason: '请暂缓', holdMinutes: 30 }))
  desk.pass(10 * MINUTE)
  await watchClaims(desk.another())
  expect(await alarmsOf(id)).toContain('signoff')
  await must(stepNow(node, id, 'release', li, { reason: '不能再等' }))
  await must(ahead())
  const claim = await findClaim(desk.pool, id)
  expect(claim).toMatchObject({ state: 'approved', approvedHash: draft.hash, lateWithout: ['cac-wording'] })
  await must(publishRebuttal(node, { id, seen: await versionOf(node, id), bodyHash: draft.hash }, zhao))
  expect(await stateOf(id)).toBe('publishing')
  expect(
    await desk.query('select from notice n join draft d on d.notice_id = n.id where d.claim_id = $1', [id]),
  ).toHaveLength(1)
  await watchClaims(desk.another())
  expect(await alarmsOf(id)).not.toContain('signoff')
})

test('more than facts waits for the cyberspace office, however long it is silent', async () => {
  const { chen, li } = desk.people
  const { id, draft } = await toSignoff(node, desk, nextText(), false)
  await must(signRebuttal(node, { id, seen: await versionOf(node, id), scope: 'facts', bodyHash: draft.hash }, chen))
  desk.pass(3 * HOUR)
  expect(await goAhead(node, { id, seen: await versionOf(node, id), reason: '等不到' }, li)).toMatchObject({
    rule: 'late-allowed',
  })
})

test('a machine whose clock is set back rings nothing twice, keeps what it has told, and goes on by absolute times', async () => {
  const { claim: id } = await desk.tell(nextText())
  desk.pass(6 * MINUTE)
  await watchClaims(desk.another())
  expect(await alarmsOf(id)).toEqual(['acknowledge'])
  // Summer time ends, or somebody corrects the clock: one hour back.
  desk.pass(-HOUR)
  await watchClaims(desk.another())
  expect(await alarmsOf(id)).toEqual(['acknowledge'])
  desk.pass(HOUR)
  await watchClaims(desk.another())
  expect([await alarmsOf(id), await countRaised(id)]).toEqual([['acknowledge'], 1])
  // An hour ahead: what fell due in it rings now, once.
  desk.pass(HOUR)
  await watchClaims(desk.another())
  await watchClaims(desk.another())
  expect(await alarmsOf(id)).toEqual(['acknowledge', 'first-line', 'verdict'])
  desk.pass(-HOUR)
  await watchClaims(desk.another())
  expect([await alarmsOf(id), await countRaised(id)]).toEqual([['acknowledge', 'first-line', 'verdict'], 3])
  const due = (await listClocks(desk.pool, id)).map(({ clock, dueAt }) => [clock, dueAt])
  desk.pass(HOUR)
  expect((await listClocks(desk.pool, id)).map(({ clock, dueAt }) => [clock, dueAt])).toEqual(due)
})

test('one claim that cannot be looked at keeps no other from ringing', async () => {
  const { wang } = desk.people
  const [broken, fine] = [(await desk.tell(nextText())).claim, (await desk.tell(nextText())).claim]
  await must(stepNow(node, broken, 'take', wang))
  // A row that no step of the program's can be added to: as a damaged record would stand there.
  await desk.query(
    `insert into claim_step (claim_id, version, event, from_state, to_state, actor, account, at)
     values ($1, 3, 'take', 'new', 'triage', 'duty', 'p-x', now())`,
    [broken],
  )
  desk.pass(11 * MINUTE)
  await expect(watchClaims(desk.another())).rejects.toThrow('1 claims could not be looked at')
  expect(await alarmsOf(fine)).toContain('acknowledge')
  await desk.query(`update claim set changed_at = '2100-01-01' where id = $1`, [broken])
})

test('a claim that somebody works on in words is not taken from them', async () => {
  const { wang } = desk.people
  const { claim: id } = await desk.tell(nextText())
  await must(stepNow(node, id, 'take', wang))
  desk.pass(9 * MINUTE)
  await must(noteClaim(node, id, { words: '已联系首发单位', private: false }, wang))
  desk.pass(9 * MINUTE)
  await watchClaims(desk.another())
  expect(await stateOf(id)).toBe('triage')
  desk.pass(MINUTE)
  await watchClaims(desk.another())
  expect(await stateOf(id)).toBe('new')
})
