// In: two or three people who act on one claim, or on two, at the same moment. Out: proof that no step is lost, none is taken twice,
// every loser is told, and what stands on record is one history.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NATIONAL_COUNTIES } from '../../src/core/places/county.ts'
import type { Moved, Person } from '../../src/rumour/context.ts'
import { rateClaim } from '../../src/rumour/second.ts'
import { checkClaim, noteClaim } from '../../src/rumour/beside.ts'
import { stepClaim, type Asked } from '../../src/rumour/steps.ts'
import { separateSighting } from '../../src/rumour/tidy-links.ts'
import { findClaim, listSteps } from '../../src/store/rumours/claims.ts'
import { openRumourDesk, type RumourDesk } from './desk-of-rumours.ts'

const RACES = 120
const COUNTIES = NATIONAL_COUNTIES.map(({ name }) => name).filter((name) => /^.{2,5}县$/u.test(name))
let desk: RumourDesk
beforeAll(async () => {
  desk = await openRumourDesk()
}, 60_000)
afterAll(() => desk.close())

/** What may be tried at once on a claim that is `triage`, version 2. */
function listTries(id: string, other: string, sighting: string): ((by: Person) => Promise<Moved>)[] {
  const { context } = desk
  const step = (asked: Omit<Asked, 'seen'>) => (by: Person) => stepClaim(context, id, { seen: 2, ...asked }, by)
  return [
    step({ event: 'check' }),
    step({ event: 'hold', reason: '等待', holdMinutes: 10 }),
    step({ event: 'merge', reason: '同一件', target: other }),
    (by) => stepClaim(context, other, { event: 'merge', seen: 2, reason: '同一件', target: id }, by),
    (by) => rateClaim(context, id, { risk: 4, reason: '调整', seen: 2 }, by),
    (by) => noteClaim(context, id, { words: '备注', private: false }, by),
    (by) => checkClaim(context, id, { source: '目录', outcome: 'contradicts', words: '无记录' }, by),
    (by) => separateSighting(context, id, sighting, by),
  ]
}

test('whoever acts at once with others does it, or is told why not; nothing is lost and nothing done twice', async () => {
  const { wang, chen, li } = desk.people
  for (let race = 0; race < RACES; race += 1) {
    // A county of its own for every race: else the matching may hold two of them for one claim.
    const name = COUNTIES[race] ?? ''
    const first = await desk.tell(`听说${name}有${race + 11}人受伤了大家小心`)
    const copy = await desk.tell(`听说${name}有${race + 11}人受伤了大家小心！`)
    const other = await desk.tell(`朋友说${name}大桥断了别走`)
    expect(copy.claim).toBe(first.claim)
    for (const id of [first.claim, other.claim])
      expect((await listSteps(desk.pool, id)).map(({ event }) => event)).toEqual(['open'])
    for (const id of [first.claim, other.claim]) await stepClaim(desk.context, id, { event: 'take', seen: 1 }, wang)
    const tries = listTries(first.claim, other.claim, copy.sighting)
    const chosen = [race % 8, (race * 3 + 1) % 8, (race * 5 + 2) % 8]
    const people = [wang, chen, li]
    const done = await Promise.all(chosen.map(async (at, index) => tries[at]?.(people[index] ?? wang)))
    for (const one of done) if (one && !one.ok) expect(one.reason).toMatch(/\p{Script=Han}/u)
    for (const id of [first.claim, other.claim]) {
      const [claim, steps] = [await findClaim(desk.pool, id), await listSteps(desk.pool, id)]
      // One history: a step for every version, each beginning where the one before ended.
      expect(steps.map(({ version }) => version)).toEqual(steps.map((_, at) => steps.length - at))
      expect(steps[0]?.version).toBe(claim?.version)
      expect(steps[0]?.to).toBe(claim?.state)
      for (const [at, { from }] of steps.entries()) expect(from).toBe(steps[at + 1]?.to ?? 'new')
    }
    const moves = chosen.filter((at, index) => at < 5 && done[index]?.ok === true)
    const taken = (await Promise.all([first.claim, other.claim].map((id) => listSteps(desk.pool, id)))).flat()
    expect(taken.length - 4).toBe(moves.length)
    const noted = chosen.filter((at, index) => at === 5 && done[index]?.ok === true).length
    expect(await desk.query('select from claim_note where claim_id = $1', [first.claim])).toHaveLength(noted)
    expect((await findClaim(desk.pool, first.claim))?.evidence).toBe(
      chosen.filter((at, index) => at === 6 && done[index]?.ok === true).length,
    )
  }
}, 120_000)

test('no journal row is missing for any step', async () => {
  const [row] = await desk.query<{ n: number }>(
    `select count(*)::int as n from claim_step s where not exists (
       select from journal j where j.subject = s.claim_id and j.act = 'claim.' || s.event
         and coalesce((j.detail ->> 'version')::int, 1) = s.version)`,
  )
  expect(row?.n).toBe(0)
})
