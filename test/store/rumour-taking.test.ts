// In: reports that arrive at once, a record that refuses some, that breaks, or whose answer is lost. Out: proof that each is told what
// became of its own, that nobody is told "taken" who is not on record, and that hundreds cost few statements.
// Must not count on how long is waited for others: together is what the same turn brings.
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool, type Queryable } from '../../src/store/pool.ts'
import type { Origin, TakenRow } from '../../src/store/rumours/sightings.ts'
import { openTaking } from '../../src/store/rumours/taking.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import {
  breakingAt,
  countWhole,
  fill,
  readStanding,
  reportOf,
  several,
  takeAll,
  type Report,
  type Standing,
  type Told,
  type When,
} from './reports-to-take.ts'

let database: FreshDatabase
let pool: Pool
const openOne = (most: number): Pool => openPool(database.appConfig, most, () => undefined)
beforeAll(async () => {
  database = await freshDatabase()
  pool = openOne(4)
}, 60_000)
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const stand = (reports: readonly Report[]): Promise<Standing[]> => readStanding(pool, reports)
const whole = (reports: readonly Report[]): Promise<number> => countWhole(pool, reports)
const breaking = (when: When): ReturnType<typeof breakingAt> => breakingAt(pool, when)

describe('reports that arrive at once', () => {
  test('two hundred are taken in few statements, each whole and found by its own receipt', async () => {
    const db = breaking(() => null)
    const reports = several(200)
    expect(await takeAll(openTaking(db), reports)).toEqual(fill(200, 'taken'))
    expect(await stand(reports)).toEqual(fill(200, 'own'))
    expect(await whole(reports)).toBe(200)
    expect(db.asked()).toBeLessThanOrEqual(10)
  })

  test('those that come while others are being written are taken too', async () => {
    const take = openTaking(pool)
    const [first, second, third] = [several(3), several(60), several(3)]
    const told = [takeAll(take, first)]
    await new Promise((resolve) => setImmediate(resolve))
    told.push(takeAll(take, second))
    await told[0]
    told.push(takeAll(take, third))
    expect((await Promise.all(told)).flat()).toEqual(fill(66, 'taken'))
    expect(await whole([...first, ...second, ...third])).toBe(66)
  })

  test('one with a picture goes by itself and keeps none of the others waiting', async () => {
    const reports = [reportOf(), reportOf({ picture: true }), reportOf()]
    expect(await takeAll(openTaking(pool), reports)).toEqual(fill(3, 'taken'))
    expect(await whole(reports)).toBe(3)
    const { rows } = await pool.query('select sealed from sighting_picture where sighting_id = $1', [reports[1]?.id])
    expect(rows).toEqual([{ sealed: reports[1]?.raw }])
  })

  test('the same one among them is taken once, and once more it is known; later too', async () => {
    const [one, other] = [reportOf(), reportOf()]
    const again = [reportOf({ receipt: one.receipt }), reportOf({ receipt: one.receipt })]
    const take = openTaking(pool)
    expect(await takeAll(take, [one, ...again, other])).toEqual(['taken', 'repeated', 'repeated', 'taken'])
    expect(await takeAll(take, [reportOf({ receipt: one.receipt })])).toEqual(['repeated'])
    expect(await stand([one, ...again, other])).toEqual(['own', 'other', 'other', 'own'])
  })

  test('a sender whose day is used up is told so, and nobody else', async () => {
    const mine = several(4, { sender: '一人', mostADay: 2 })
    const others = several(4)
    const mixed = mine.flatMap((one, at) => [one, others[at] as Report])
    const told = await takeAll(openTaking(pool), mixed)
    expect(told).toEqual(['taken', 'taken', 'taken', 'taken', 'over', 'taken', 'over', 'taken'])
    expect(await stand(mixed)).toEqual(told.map((one) => (one === 'taken' ? 'own' : 'none')))
  })
})

describe('one that cannot be taken', () => {
  /** Each by another fault, found at another place. */
  const faulty = (known: Report): Report[] => {
    const [spelled, twice, illegal] = [reportOf(), reportOf(), reportOf()]
    const swap = ({ row }: Report, given: string): TakenRow => [given, row[1], row[2], row[3], row[4]]
    return [
      reportOf({ route: 'pigeon' }),
      { ...spelled, row: swap(spelled, '{"id": ') },
      // The id of another's report, under a receipt of its own.
      { ...twice, row: swap(twice, twice.row[0].replace(`"${twice.id}"`, `"${known.id}"`)) },
      { ...illegal, row: swap(illegal, illegal.row[0].replace('号井', '\\u0000')) },
    ]
  }

  test('takes no other with it; its sender alone is told', async () => {
    const known = reportOf()
    const take = openTaking(pool)
    await take(known.row)
    const bad = faulty(known)
    const good = several(76)
    const mixed = good.flatMap((one, at) => (at % 20 === 10 ? [bad[Math.floor(at / 20)] as Report, one] : [one]))
    const told = await takeAll(take, mixed)
    expect(told).toEqual(mixed.map((one) => (bad.includes(one) ? 'refused' : 'taken')))
    expect(await stand(mixed)).toEqual(mixed.map((one) => (bad.includes(one) ? 'none' : 'own')))
    expect(await whole([known, ...good])).toBe(77)
    const after = reportOf()
    expect(await takeAll(take, [after])).toEqual(['taken'])
  })

  test('keeps no later one waiting, however long its own statement takes', async () => {
    const bad = reportOf({ route: 'pigeon' })
    const judged = Promise.withResolvers<void>()
    const slow: Queryable = {
      query: async (text, values) => {
        // By itself, that is.
        if (values?.[0] === bad.row[0]) await judged.promise
        return pool.query(text, values) as never
      },
    }
    const take = openTaking(slow)
    const first = [reportOf(), bad, reportOf()]
    const told = takeAll(take, first)
    expect(await takeAll(take, several(60))).toEqual(fill(60, 'taken'))
    judged.resolve()
    expect(await told).toEqual(['taken', 'refused', 'taken'])
  })

  test('leaves nothing behind: not a day of its sender, nor a line in the journal', async () => {
    const bad = reportOf({ sender: '那人', route: 'pigeon' })
    const sender = (JSON.parse(bad.row[0]) as Origin).sender
    expect(await takeAll(openTaking(pool), [reportOf(), bad, reportOf()])).toEqual(['taken', 'refused', 'taken'])
    expect((await pool.query('select from sender where ref = $1', [sender])).rowCount).toBe(0)
    expect((await pool.query('select from journal where subject = $1', [bad.id])).rowCount).toBe(0)
  })
})

describe('while the database breaks', () => {
  /** Whoever was told is where they were told to be; nobody stands twice. */
  async function checkTold(reports: readonly Report[], told: readonly Told[]): Promise<void> {
    const standing = await stand(reports)
    const lies = told.filter((one, at) => one === 'taken' && standing[at] !== 'own')
    const unknown = told.filter((one, at) => one === 'repeated' && standing[at] === 'none')
    expect([lies, unknown]).toEqual([[], []])
    expect(await whole(reports)).toBe(standing.filter((one) => one === 'own').length)
  }

  test('before a commit: all of it is taken one by one', async () => {
    const reports = several(80)
    const told = await takeAll(openTaking(breaking((_, isTogether) => (isTogether ? 'before' : null))), reports)
    expect(told).toEqual(fill(80, 'taken'))
    await checkTold(reports, told)
  })

  test('after a commit whose answer is lost: each is known by its receipt, and none stands twice', async () => {
    const reports = several(80)
    const first = breaking((_, isTogether) => (isTogether ? 'after' : null))
    const told = await takeAll(openTaking(first), reports)
    expect(told).not.toContain('refused')
    expect(told).toContain('repeated')
    expect(await stand(reports)).toEqual(fill(80, 'own'))
    await checkTold(reports, told)
  })

  test('and stays away: everybody is told that it was not taken, and is taken when they come again', async () => {
    let isAway = true
    const take = openTaking(breaking(() => (isAway ? 'before' : null)))
    const reports = several(120)
    expect(await takeAll(take, reports)).toEqual(fill(120, 'refused'))
    expect(await stand(reports)).toEqual(fill(120, 'none'))
    isAway = false
    expect(await takeAll(take, reports)).toEqual(fill(120, 'taken'))
    expect(await whole(reports)).toBe(120)
  })

  test('again and again, here and there: what was told is so, and who asks until told is on record once', async () => {
    // Whatever takes several together breaks, before or after its commit, and every third of those by themselves, another one each time.
    for (let round = 0; round < 6; round += 1) {
      const when: When = (n, isTogether) =>
        isTogether || (n + round) % 3 === 0 ? ((n + round) % 2 === 0 ? 'before' : 'after') : null
      const take = openTaking(breaking(when))
      const reports = several(70)
      const told = await takeAll(take, reports)
      await checkTold(reports, told)
      let left = reports.filter((_, at) => told[at] === 'refused')
      expect(left.length).toBeGreaterThan(0)
      for (let asked = 0; asked < 20 && left.length > 0; asked += 1) {
        const answers = await takeAll(take, left)
        left = left.filter((_, at) => answers[at] === 'refused')
      }
      expect(await whole(reports)).toBe(70)
    }
  })

  test('and answers nothing at all: nobody is told that it was taken', async () => {
    const mute: Queryable = { query: async () => ({ rows: [], rowCount: 0 }) }
    const reports = several(3)
    expect(await takeAll(openTaking(mute), reports)).toEqual(fill(3, 'refused'))
  })

  test('in the middle of a statement: the connection ends while it waits, and nothing of it is lost or half there', async () => {
    const [before, stuck, after] = [several(20), reportOf({ sender: '被审' }), several(20)]
    // The desk is looking at this sender: whoever writes of them waits.
    await takeAll(openTaking(pool), [reportOf({ sender: '被审' })])
    const sender = (JSON.parse(stuck.row[0]) as Origin).sender
    const [own, other] = [openOne(2), openOne(1)]
    const desk = await other.connect()
    await desk.query('begin')
    await desk.query('select from sender where ref = $1 for update', [sender])
    const reports = [...before, stuck, ...after]
    const told = takeAll(openTaking(own), reports)
    const waits = async (): Promise<number[]> => {
      for (;;) {
        const { rows } = await pool.query<{ pid: number }>(
          `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
        if (rows.length > 0) return rows.map(({ pid }) => pid)
      }
    }
    for (const pid of await waits()) await pool.query('select pg_terminate_backend($1)', [pid])
    await desk.query('commit')
    desk.release()
    expect(await told).toEqual(fill(41, 'taken'))
    await checkTold(reports, await told)
    expect(await whole(reports)).toBe(41)
    await Promise.all([own.end(), other.end()])
  })
})

test('a pool that ends lets what is under way come to its end, and takes nothing after it in silence', async () => {
  const own = openOne(4)
  const take = openTaking(own)
  const reports = several(160)
  const told = takeAll(take, reports)
  await own.query('select 1')
  await own.end()
  const answers = await told
  const standing = await stand(reports)
  expect(answers.every((one, at) => (one === 'taken') === (standing[at] === 'own'))).toBe(true)
  expect(await takeAll(take, [reportOf()])).toEqual(['refused'])
})
