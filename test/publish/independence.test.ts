// In: deliveries of one notice to outlets that hang, refuse, drip, break or answer, on a fake clock. Out: proof that none
// waits for another's outcome: not to begin, not to be recorded, not to be tried again (issue, must-show 5).
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Certainty, Outcome } from '../../src/core/channel.ts'
import { MINUTE, SECOND } from '../../src/core/instant.ts'
import { openPool } from '../../src/store/pool.ts'
import { openBox } from '../../src/store/deliveries.ts'
import { freshDatabase } from '../support/database.ts'
import { dispatchOf, NOTICE, outletOf, rowOf, SENT as START } from './sending.ts'

/** What an outlet does to a call; times in milliseconds of the fake clock. */
type Conduct =
  | { does: 'answer'; after: number }
  | { does: 'hang' }
  | { does: 'refuse'; after: number }
  | { does: 'throw' }
  | { does: 'drip'; steps: number; every: number }
  | { does: 'lose'; after: number }

interface Fact {
  outlet: string
  /** begun, or the state that was recorded. */
  what: string
  at: number
}

/** A clock that moves only when told, waking sleepers in order. */
function openFakeClock() {
  let now = START
  const sleepers: { at: number; wake: () => void }[] = []
  const settleDown = async (): Promise<void> => {
    for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    now: () => now,
    sleep: (ms: number) => new Promise<void>((wake) => sleepers.push({ at: now + ms, wake })),
    async advanceTo(end: number): Promise<void> {
      for (await settleDown(); ; await settleDown()) {
        sleepers.sort((a, b) => a.at - b.at)
        const next = sleepers[0]
        if (!next || next.at > end) break
        sleepers.shift()
        now = Math.max(now, next.at)
        next.wake()
      }
      now = end
    },
  }
}

const EXACT: Certainty = { probe: 'exact', absentReads: 1, absentSpanMs: 0, keyedRepeat: true }

/** Sends one notice to outlets of these conducts, and lets ten minutes pass. */
async function play(conducts: readonly Conduct[], names = conducts.map((_, index) => `o${index}`)): Promise<Fact[]> {
  const clock = openFakeClock()
  const facts: Fact[] = []
  const conductOf = new Map(names.map((name, index) => [name, conducts[index] as Conduct]))
  const calls = new Map<string, number>()
  const act = async (outlet: string): Promise<Outcome> => {
    const conduct = conductOf.get(outlet) as Conduct
    const times = (calls.get(outlet) ?? 0) + 1
    calls.set(outlet, times)
    if (times === 1) facts.push({ outlet, what: 'begun', at: clock.now() })
    switch (conduct.does) {
      case 'answer':
        await clock.sleep(conduct.after)
        return { state: 'accepted', ref: outlet, url: null }
      case 'hang':
        return new Promise(() => undefined)
      case 'refuse':
        await clock.sleep(conduct.after)
        return { state: 'rejected', code: '20021', fix: 'operator', reason: 'refused' }
      case 'throw':
        throw new Error('the adapter broke')
      case 'drip':
        await clock.sleep(conduct.every)
        return times < conduct.steps
          ? { state: 'progress', progress: { steps: times } }
          : { state: 'accepted', ref: outlet, url: null }
      case 'lose':
        await clock.sleep(conduct.after)
        return { state: 'unknown', reason: 'no reply', probeAfterMs: 20_000 }
    }
  }
  const outlets = names.map((id) =>
    outletOf(id, EXACT, { deliver: () => act(id), probe: async () => ({ state: 'absent' }) }),
  )
  const dispatch = dispatchOf(
    outlets,
    ({ delivery_id, state, next_act }) => {
      if (next_act === undefined) facts.push({ outlet: delivery_id.slice(2), what: state, at: clock.now() })
    },
    { clock: clock.now },
  )
  dispatch.first(names.map(rowOf), [NOTICE])
  await clock.advanceTo(START + 10 * MINUTE)
  return facts
}

const of = (facts: readonly Fact[], outlet: string): Fact[] => facts.filter((fact) => fact.outlet === outlet)
const soon = fc.integer({ min: 0, max: 60_000 })
const conduct: fc.Arbitrary<Conduct> = fc.oneof(
  fc.record({ does: fc.constant('answer' as const), after: soon }),
  fc.record({ does: fc.constant('refuse' as const), after: soon }),
  fc.record({ does: fc.constant('lose' as const), after: soon }),
  fc.record({
    does: fc.constant('drip' as const),
    steps: fc.integer({ min: 2, max: 6 }),
    every: fc.integer({ min: 1, max: 20_000 }),
  }),
  fc.constant<Conduct>({ does: 'hang' }),
  fc.constant<Conduct>({ does: 'throw' }),
)

test('every delivery of a notice begins at once, whatever the others do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(conduct, { minLength: 2, maxLength: 12 }), async (conducts) => {
      const facts = await play(conducts)
      const begun = facts.filter((fact) => fact.what === 'begun')
      expect(begun.map((fact) => fact.at)).toEqual(conducts.map(() => START))
    }),
    { numRuns: 60 },
  )
})

test('a delivery among others is recorded at the very instant at which it would be alone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(conduct, { minLength: 2, maxLength: 8 }), async (conducts) => {
      const together = await play(conducts)
      for (const [index, own] of conducts.entries()) {
        const name = `o${index}`
        expect(of(together, name)).toEqual(of(await play([own], [name]), name))
      }
    }),
    { numRuns: 40 },
  )
})

test('a channel that hangs, one that refuses and one that drips hold up neither website nor Weibo', async () => {
  const facts = await play([
    { does: 'hang' },
    { does: 'refuse', after: 3 * SECOND },
    { does: 'drip', steps: 5, every: 9 * SECOND },
    { does: 'answer', after: 40 },
    { does: 'answer', after: 300 },
  ])
  expect(facts.filter((fact) => fact.what === 'accepted').map(({ outlet, at }) => [outlet, at - START])).toEqual([
    ['o3', 40],
    ['o4', 300],
    ['o2', 45 * SECOND],
  ])
  expect(of(facts, 'o0').map((fact) => fact.what)).toEqual(['begun'])
})

test('a token call that hangs keeps one database connection, and the other channels have the rest', async () => {
  const database = await freshDatabase()
  const pool = openPool(database.appConfig, 2, () => undefined)
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (open = resolve))
  try {
    const box = openBox(pool, 'wechat-main')
    const order: number[] = []
    const waiting = Array.from({ length: 8 }, (_, index) =>
      box.withLock('token', async () => {
        await gate
        order.push(index)
      }),
    )
    // With one connection per waiting caller this would never answer.
    const { rows } = await pool.query<{ n: number }>('select 1 as n')
    expect(rows).toEqual([{ n: 1 }])
    expect(order).toEqual([])
    open()
    await Promise.all(waiting)
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  } finally {
    open()
    await pool.end()
    await database.drop()
  }
})
