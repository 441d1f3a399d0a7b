// In: the book of calls in a real table. Out: proof that the last calls are booked before they are made, by any number of
// nodes, and that a first word with plenty left does not wait for the book.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Pool } from 'pg'
import type { CallLimit } from '../../src/core/channel.ts'
import { DAY, HOUR, MINUTE } from '../../src/core/instant.ts'
import { FRESH_MS, openBudgets, windowStart, type Budgets } from '../../src/store/budget.ts'
import { openPool } from '../../src/store/pool.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

const LIMITS: CallLimit[] = [
  { api: '*', max: 100, window: 'day', reserve: 10 },
  { api: 'share', max: 30, window: 'hour', reserve: 4 },
]
/** 09:05 in Beijing. */
const MORNING = Date.UTC(2025, 0, 7, 1, 5)

let database: FreshDatabase
let pool: Pool
let now = MORNING
const failures: unknown[] = []
const opened: Budgets[] = []

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 6, () => undefined)
})
afterAll(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()))
  await pool.end()
  await database.drop()
})
beforeEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()))
  await pool.query('delete from call')
  now = MORNING
  failures.length = 0
})

function open(): Budgets {
  const budgets = openBudgets(pool, (error) => failures.push(error))
  opened.push(budgets)
  return budgets
}

async function book(n: number, api = 'share', at = now): Promise<void> {
  await pool.query('insert into call (outlet_id, api, at) select $1, $2, $3 from generate_series(1, $4)', [
    'weibo',
    api,
    new Date(at).toISOString(),
    n,
  ])
}

async function countCalls(): Promise<number> {
  return (await pool.query<{ n: number }>('select count(*)::integer as n from call')).rows[0]?.n ?? 0
}

/** Another transaction holds the outlet's book; whoever waits for it does not come back before this is released. */
async function holdBook(): Promise<() => Promise<void>> {
  const client = await pool.connect()
  await client.query('begin')
  await client.query('select pg_advisory_xact_lock(hashtext($1))', ['call weibo'])
  return async () => {
    await client.query('commit')
    client.release()
  }
}

/** True when the promise is done before the database has answered another question twice. */
async function comesBack(promise: Promise<unknown>): Promise<boolean> {
  const waited = pool.query('select 1').then(() => pool.query('select 1'))
  return Promise.race([promise.then(() => true), waited.then(() => false)])
}

test('with plenty left a first word goes while its booking is being written, and the booking is written', async () => {
  const budgets = open()
  const spend = budgets.open('weibo', LIMITS, () => now)
  await budgets.refresh()
  const release = await holdBook()
  await expect(comesBack(spend('share', 2))).resolves.toBe(true)
  expect(await countCalls()).toBe(0)
  await release()
  await expect.poll(countCalls).toBe(1)
})

test('what is still to be booked is written when the program stops', async () => {
  const budgets = open()
  const spend = budgets.open('weibo', LIMITS, () => now)
  await budgets.refresh()
  await spend('share', 2)
  await budgets.close()
  expect(await countCalls()).toBe(1)
})

test('after a start nothing is known, and the first call waits for the book', async () => {
  const spend = open().open('weibo', LIMITS, () => now)
  const release = await holdBook()
  const asked = spend('share', 2)
  await expect(comesBack(asked)).resolves.toBe(false)
  await release()
  await expect(asked).resolves.toEqual({ ok: true })
  expect(await countCalls()).toBe(1)
})

test('what was read a minute ago is no longer trusted: other nodes have posted meanwhile', async () => {
  const budgets = open()
  const spend = budgets.open('weibo', LIMITS, () => now)
  await budgets.refresh()
  now += FRESH_MS + 1
  const release = await holdBook()
  const asked = spend('share', 2)
  await expect(comesBack(asked)).resolves.toBe(false)
  await release()
  await asked
})

test('the last calls of an hour are counted one by one, however many ask at once on two nodes', async () => {
  await book(20)
  const nodes = [open(), open()]
  for (const node of nodes) await node.refresh()
  const spends = nodes.map((node) => node.open('weibo', LIMITS, () => now))
  const turns = Array.from({ length: 20 }, () => spends).flat()
  const answers = await Promise.all(turns.map((spend) => spend('share', 2)))
  // 30 an hour, 4 of them kept for formal reports and withdrawals: 26 for a quick report, of which 20 are gone.
  expect(answers.filter((answer) => answer.ok).length).toBe(6)
  expect(await countCalls()).toBe(26)
  expect(answers.find((answer) => !answer.ok)).toEqual({ ok: false, until: Date.UTC(2025, 0, 7, 2) })
})

test('many first words at once do not outrun what is known: the bookings under way count', async () => {
  const budgets = open()
  const spend = budgets.open('weibo', LIMITS, () => now)
  await budgets.refresh()
  const answers = await Promise.all(Array.from({ length: 40 }, () => spend('share', 2)))
  expect(answers.filter((answer) => answer.ok).length).toBe(26)
  await expect.poll(countCalls).toBe(26)
})

test('a withdrawal may use the reserve when a quick report may not', async () => {
  await book(26)
  const spend = open().open('weibo', LIMITS, () => now)
  await expect(spend('share', 2)).resolves.toEqual({ ok: false, until: Date.UTC(2025, 0, 7, 2) })
  await expect(spend('share', 0)).resolves.toEqual({ ok: true })
})

test('reads count against the day that all calls share', async () => {
  await book(89, 'show', now - 3 * HOUR)
  const spend = open().open('weibo', LIMITS, () => now)
  await expect(spend('show', 2)).resolves.toEqual({ ok: true })
  await expect(spend('show', 2)).resolves.toEqual({ ok: false, until: Date.UTC(2025, 0, 7, 16) })
  await expect(spend('show', 1)).resolves.toEqual({ ok: true })
})

test('an hour that has just begun is known to be empty', async () => {
  now = Date.UTC(2025, 0, 7, 1, 59, 50)
  await book(25)
  const budgets = open()
  const spend = budgets.open('weibo', LIMITS, () => now)
  await budgets.refresh()
  now += 20_000
  const release = await holdBook()
  await expect(comesBack(spend('share', 2))).resolves.toBe(true)
  await release()
  await expect.poll(countCalls).toBe(26)
})

test('a booking that fails beside its call is told, and the word has gone; while nothing is known no call goes unbooked', async () => {
  let away = false
  const answers = { rows: LIMITS.map(() => ({ used: 0 })), rowCount: LIMITS.length } as never
  const query = () => (away ? Promise.reject(new Error('the database is away')) : Promise.resolve(answers))
  const budgets = openBudgets({ query }, (error) => failures.push(error))
  opened.push(budgets)
  const spend = budgets.open('weibo', LIMITS, () => now)
  await budgets.refresh()
  away = true
  await expect(spend('share', 2)).resolves.toEqual({ ok: true })
  await expect.poll(() => failures.length).toBe(1)
  now += FRESH_MS + 1
  await expect(spend('share', 2)).rejects.toThrow('the database is away')
})

test('windows are Beijing days and hours', () => {
  expect(windowStart(MORNING, 'day')).toBe(Date.UTC(2025, 0, 6, 16))
  expect(windowStart(MORNING, 'hour')).toBe(Date.UTC(2025, 0, 7, 1))
  expect(windowStart(MORNING + 7_000, 'minute')).toBe(MORNING)
  expect(windowStart(Date.UTC(2025, 0, 6, 16) - 1, 'day')).toBe(Date.UTC(2025, 0, 6, 16) - DAY)
  expect(FRESH_MS).toBe(MINUTE)
})
