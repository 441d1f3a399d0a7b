// In: a record of claims, two programs over it, one that starts anew. Out: proof that each knows the same claims, that starting
// holds nothing up, that rows are believed and memory is not, and that what takes too much room is let go.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY } from '../../src/core/instant.ts'
import { signMessage } from '../../src/core/rumour/signature.ts'
import { openShelf } from '../../src/rumour/head-shelf.ts'
import { openHeads } from '../../src/rumour/heads.ts'
import { placeLeftOver, placeSighting, type MatchContext } from '../../src/rumour/matching.ts'
import { stepClaim } from '../../src/rumour/steps.ts'
import { separateSighting } from '../../src/rumour/tidy-links.ts'
import type { Queryable } from '../../src/store/pool.ts'
import { findSighting } from '../../src/store/rumours/sightings.ts'
import { openRumourDesk, type RumourDesk } from './desk-of-rumours.ts'

let desk: RumourDesk
beforeAll(async () => {
  desk = await openRumourDesk()
}, 60_000)
afterAll(() => desk.close())

/** Claims that a program finds a text like, the nearest first. */
async function find(context: MatchContext, text: string): Promise<string[]> {
  expect(await context.heads.open(desk.pool, context.now())).toBe(true)
  await context.heads.settle()
  await context.heads.refresh(desk.pool)
  return context.heads.match(signMessage(text), 'actual').map(({ claimId }) => claimId)
}

describe('two programs over one record', () => {
  test('know of each other’s claims, and one that starts anew knows the same', async () => {
    const other = desk.another()
    const first = await desk.tell('临夏周六有6级地震，饭馆老板说的')
    expect(await find(other, '临夏周六要地震，6级')).toEqual([first.claim])
    const second = await desk.tell('和政的水塔要倒了，快躲开')
    expect(await find(other, '和政水塔要倒了')).toEqual([second.claim])
    expect(await find(desk.another(), '和政水塔要倒了')).toEqual([second.claim])
  })

  test('a hint makes the other one read before it is asked', async () => {
    const other = desk.another()
    await find(other, '还没有')
    const { claim } = await desk.tell('广河县的桥塌了一半，别往那边走')
    const following = other.heads.follow(desk.pool)
    // Told again while it follows: it looks once more, and no second one starts beside it.
    void other.heads.follow(desk.pool)
    await expect
      .poll(() => other.heads.match(signMessage('广河县桥塌了'), 'actual').map(({ claimId }) => claimId))
      .toEqual([claim])
    await following
  })

  test('a sighting that was taken out is known with the claim it went to, by both', async () => {
    const { claim } = await desk.tell('积石山今晚还有5级余震，都出来')
    const copy = await desk.tell('积石山今晚还有5级余震，都出来吧！')
    expect(copy.claim).toBe(claim)
    const other = desk.another()
    await find(other, '还没有')
    const done = await separateSighting(desk.context, claim, copy.sighting, desk.people.wang)
    if (!done.ok) throw new Error(done.reason)
    for (const context of [desk.context, other, desk.another()])
      expect((await find(context, '积石山今晚还有5级余震，都出来吧')).toSorted()).toEqual(
        [claim, done.claim.id].toSorted(),
      )
  })

  test('a head of which the rows know nothing is not believed', async () => {
    const context = desk.another()
    await find(context, '还没有')
    const shelf = openShelf()
    const heads = openHeads(shelf)
    await heads.open(desk.pool, context.now())
    shelf.take({
      linkId: 1,
      sightingId: 'r-none',
      claimId: 'c-none',
      class: 'actual',
      shown: '东乡明天有7级地震，老师讲的',
    })
    const { sighting, claim } = await desk.tell('东乡下周有4级地震')
    const told = await findSighting(desk.pool, sighting)
    if (!told) throw new Error('no sighting')
    expect(claim).not.toBe('')
    const copy = { ...told, id: 'r-copy', shown: '东乡明天有7级地震，老师讲的' }
    await desk.query(
      `insert into sighting (id, receipt_hash, route, shown, stance, kind, received_at, taken_by, raw_sha256)
       values ($1, decode('00', 'hex'), 'phone', $2, 'spread', 'predict', $3, 'p-wang', $4)`,
      [copy.id, copy.shown, new Date(copy.receivedAt).toISOString(), '0'.repeat(64)],
    )
    const placed = await placeSighting({ ...context, heads }, copy)
    expect(placed.how).toBe('opened')
    expect(heads.match(signMessage(copy.shown), 'actual').map(({ claimId }) => claimId)).not.toContain('c-none')
  })
})

describe('a program that starts', () => {
  /** The record, answering only when it is let. */
  function hold(): { db: Queryable; letGo: () => void } {
    let letGo: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const db: Queryable = {
      query: async <R extends object>(text: string, values?: unknown[]) => {
        await gate
        return desk.pool.query<R>(text, values)
      },
    }
    return { db, letGo: () => letGo() }
  }

  test('takes reports in while it reads what is known; they get their claim afterwards, the same as ever', async () => {
    const known = await desk.tell('临潭的信号塔倒了，压住三辆车')
    const { db, letGo } = hold()
    const heads = openHeads()
    const context: MatchContext = { ...desk.another(), heads }
    expect(await heads.open(db, context.now(), 20)).toBe(false)
    const id = 'r-early'
    await desk.query(
      `insert into sighting (id, receipt_hash, route, shown, stance, kind, received_at, taken_by, raw_sha256)
       values ($1, decode('01', 'hex'), 'phone', '临潭的信号塔倒了，压住三辆车！', 'spread', 'damage', $2, 'p-wang', $3)`,
      [id, new Date(context.now()).toISOString(), '0'.repeat(64)],
    )
    await desk.query('insert into sighting_waiting (sighting_id) values ($1)', [id])
    const sighting = await findSighting(desk.pool, id)
    if (!sighting) throw new Error('no sighting')
    expect(await placeSighting(context, sighting)).toEqual({ how: 'waiting', claimId: null })
    expect(await desk.query('select from sighting_link where sighting_id = $1', [id])).toEqual([])
    letGo()
    await expect.poll(() => heads.open(db, context.now())).toBe(true)
    await placeLeftOver(context)
    const links = await desk.query('select claim_id, how from sighting_link where sighting_id = $1', [id])
    expect(links).toEqual([{ claim_id: known.claim, how: 'auto' }])
  })

  test('a record that does not answer at first is read when it does', async () => {
    const heads = openHeads()
    let isAway = true
    const db: Queryable = {
      query: async <R extends object>(text: string, values?: unknown[]) => {
        if (isAway) throw new Error('the database is away')
        return desk.pool.query<R>(text, values)
      },
    }
    await expect(heads.open(db, desk.context.now())).rejects.toThrow('away')
    isAway = false
    expect(await heads.open(db, desk.context.now())).toBe(true)
    expect(await heads.settle()).toBe(true)
    expect(heads.measure().texts).toBeGreaterThan(3)
  })

  test('knows a claim by the text that it was opened for and by its newest, not by all between', async () => {
    const first = await desk.tell('岷县明晚有6级地震，村长喇叭喊的')
    for (const tail of ['一', '二', '三', '四', '五', '六', '七', '八'])
      await desk.tell(`岷县明晚有6级地震，村长喇叭喊的，第${tail}遍了`)
    await desk.context.heads.refresh(desk.pool)
    const links = await desk.query('select from sighting_link where claim_id = $1', [first.claim])
    expect(links).toHaveLength(9)
    const [before, heads] = [desk.context.heads, openHeads()]
    await heads.open(desk.pool, desk.context.now())
    await heads.settle()
    const told = signMessage('岷县明晚有6级地震，村长喇叭喊的')
    expect(heads.match(told, 'actual')[0]).toMatchObject({ claimId: first.claim, sightingId: first.sighting })
    expect(before.match(told, 'actual')[0]).toMatchObject({ claimId: first.claim, sightingId: first.sighting })
  })

  test('finds what came to rest long ago, though it went on before', async () => {
    const { claim } = await desk.tell('卓尼的牦牛全跑下山了，怕是要地震')
    const dismiss = { event: 'dismiss' as const, seen: 1, reason: '无依据' }
    expect(await stepClaim(desk.context, claim, dismiss, desk.people.wang)).toMatchObject({ ok: true })
    desk.pass(200 * DAY)
    expect(await find(desk.another(), '卓尼牦牛都跑下山，要地震了')).toEqual([claim])
    desk.pass(-200 * DAY)
  })
})

test('what is held takes no more room than its bound; claims heard of longest ago are let go first', () => {
  const shelf = openShelf(200_000)
  for (let at = 1; at <= 1_000; at += 1)
    shelf.take({
      linkId: at,
      sightingId: `r-${at}`,
      claimId: `c-${at}`,
      class: 'actual',
      shown: `第${at}号楼的人说明天第${at}小学门口的墙要塌，大家绕着走`,
    })
  const { texts, bytes } = shelf.measure()
  expect(bytes).toBeLessThanOrEqual(200_000)
  expect(texts).toBeGreaterThan(50)
  const near = (at: number): string[] =>
    shelf
      .match(signMessage(`第${at}号楼的人说明天第${at}小学门口的墙要塌，大家绕着走`), 'actual')
      .map(({ claimId }) => claimId)
  expect(near(1_000)).toContain('c-1000')
  expect(near(3)).not.toContain('c-3')
})
