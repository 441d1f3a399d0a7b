// In: two connections that take the same deliveries in opposite orders. Out: proof that neither is thrown out for the other's
// sake: a withdrawal does not fail because at that moment something expired.
import { Client, type ClientBase } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { MINUTE } from '../../src/core/instant.ts'
import { commitPlan } from '../../src/store/commit.ts'
import { leaseDue } from '../../src/store/deliveries.ts'
import { emptyPlan } from '../../src/store/plan.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { saveDeliveryRow, saveNoticeRow, saveOutletRow } from '../support/rows.ts'

const NOW = Date.UTC(2026, 2, 4, 2, 0, 0)
const at = (ms: number): string => new Date(NOW + ms).toISOString()

let database: FreshDatabase
let one: Client
let other: Client

beforeAll(async () => {
  database = await freshDatabase()
  one = new Client(database.appConfig)
  other = new Client(database.appConfig)
  await Promise.all([one.connect(), other.connect()])
})
afterAll(async () => {
  await Promise.all([one.end(), other.end()])
  await database.drop()
})

let count = 0
let first = ''
let second = ''

/** One notice with a delivery on each of two outlets. */
beforeEach(async () => {
  count += 1
  first = `d-${count}a`
  second = `d-${count}b`
  for (const outlet of ['a', 'b']) await saveOutletRow(one, outlet)
  await saveNoticeRow(one, `n-${count}`, count)
})

async function saveBoth(
  set: { state: string; expires_at?: string; lease_until?: string },
  order: readonly ('a' | 'b')[] = ['a', 'b'],
): Promise<void> {
  for (const outlet of order) {
    const id = outlet === 'a' ? first : second
    const lease = { attempts: 1, lease_owner: set.lease_until ? 'gone' : '' }
    await saveDeliveryRow(one, { id, notice: `n-${count}`, outlet }, { due_at: at(0), ...lease, ...set })
  }
}

const take = (client: ClientBase, id: string): Promise<unknown> =>
  client.query('select from delivery where id = $1 for update', [id])

const stateOf = async (id: string): Promise<string | undefined> =>
  (await one.query<{ state: string }>('select state from delivery where id = $1', [id])).rows[0]?.state

/** Resolves once the other connection waits for a lock. */
async function untilWaiting(client: Client): Promise<void> {
  const pid = (client as unknown as { processID: number }).processID
  await expect
    .poll(
      async () =>
        (await one.query<{ n: string }>('select count(*) as n from pg_locks where pid = $1 and not granted', [pid]))
          .rows,
      { timeout: 20_000 },
    )
    .not.toEqual([{ n: '0' }])
}

/** A commit that cancels both, named in this order. */
async function endBoth(client: ClientBase, ids: readonly string[]): Promise<unknown> {
  const { rows } = await client.query<{ version: string }>('select version from ledger_head')
  const plan = {
    ...emptyPlan(Number(rows[0]?.version), at(0)),
    ended_deliveries: ids.map((id) => ({ id, state: 'cancelled' as const, reason: 'r', unsent: true })),
  }
  return commitPlan(client, plan, null)
}

test('a withdrawal and what expires at that moment do not throw each other out', async () => {
  await saveBoth({ state: 'queued', expires_at: at(MINUTE) })
  await one.query('begin')
  await take(one, second)
  const withdrawn = endBoth(other, [first, second])
  await untilWaiting(other)
  await leaseDue(one, 'node', () => NOW + 2 * MINUTE, 10)
  await one.query('commit')
  expect(await withdrawn).toMatchObject({ state: 'committed' })
  expect([await stateOf(first), await stateOf(second)]).toEqual(['cancelled', 'expired'])
})

test('a commit takes what it ends by the ids, in whatever order it names them and they lie', async () => {
  await saveBoth({ state: 'queued' }, ['b', 'a'])
  await one.query('begin')
  await take(one, first)
  const withdrawn = endBoth(other, [second, first])
  await untilWaiting(other)
  await take(one, second)
  await one.query('commit')
  expect(await withdrawn).toMatchObject({ state: 'committed' })
})

test('an outcome that is written late and the look that gave its lease up do not throw each other out', async () => {
  await saveBoth({ state: 'sending', lease_until: at(-MINUTE) })
  await one.query(`insert into attempt (delivery_id, n, act, node, started_at) values ($1, 1, 'deliver', 'gone', $2)`, [
    first,
    at(0),
  ])
  await one.query('begin')
  await take(one, first)
  const looked = leaseDue(other, 'node', () => NOW, 10)
  expect((await looked).map((delivery) => delivery.id)).toEqual([second])
  await one.query(`update attempt set finished_at = $2, outcome = 'accepted' where delivery_id = $1`, [first, at(0)])
  await one.query('commit')
  expect(await stateOf(first)).toBe('sending')
})
