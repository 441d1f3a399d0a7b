// In: rows of both lanes in a real database, written as the program's role. Out: proof that no lane crosses into the other.
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endDrills, holdDrill, sweepDrill } from '../../src/store/drills.ts'
import { saveOutlets } from '../../src/store/outlets.ts'
import { openPool } from '../../src/store/pool.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { saveDeliveryRow, saveNoticeRow } from '../support/rows.ts'

const NOW = Date.UTC(2026, 2, 4, 2, 0, 0)

let database: FreshDatabase
let pool: Pool

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 4, () => undefined)
  await saveOutlets(pool, [
    { id: 'weibo-main', class: 'actual', channel: 'weibo', mode: 'live' },
    { id: 'weibo-drill', class: 'drill', channel: 'weibo', mode: 'live' },
  ])
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const states = async (table: string): Promise<string[]> =>
  (await pool.query<{ state: string }>(`select class || ' ' || state as state from ${table} order by 1`)).rows.map(
    (row) => row.state,
  )

/** A drill that was cut off: a quake, an open hold, a ringing alarm; and the same of a real quake. */
async function leaveOpen(): Promise<void> {
  for (const lane of ['drill', 'actual']) {
    await pool.query(`insert into quake (id, class, created_at) values ($1, $2::traffic_class, now())`, [
      `q-${lane}`,
      lane,
    ])
    await pool.query(
      `insert into hold (id, quake_id, class, notice_kind, gate, reason, state, since)
       values ($1, $2, $3::traffic_class, 'quick-report', 'size', 'r', 'open', now())`,
      [`h-${lane}`, `q-${lane}`, lane],
    )
    await pool.query(
      `insert into alarm (id, kind, subject, class, message, raised_at, repeat_at)
       values ($1, 'hold', $1, $2::traffic_class, 'm', now(), now())`,
      [`a-${lane}`, lane],
    )
  }
}

describe('an outlet of drills', () => {
  test('never becomes an actual one by an edit of the YAML: the start says to give it another id', async () => {
    await expect(
      saveOutlets(pool, [{ id: 'weibo-drill', class: 'actual', channel: 'weibo', mode: 'live' }]),
    ).rejects.toThrow(/outlet weibo-drill was of class drill and stands in quakedesk.yaml as actual.*an id of its own/)
  })

  test('and by no hand-made row either: quota and tokens are kept by the id, and a drill’s end throws its own away', async () => {
    await expect(
      pool.query(`insert into outlet (id, class, channel, mode) values ('weibo-main', 'drill', 'weibo', 'live')`),
    ).rejects.toThrow(/unique/)
    await pool.query(`insert into call (outlet_id, api, at) values ('weibo-main', 'share', now())`)
    await endDrills(pool, '王工', 'over', NOW)
    expect((await pool.query('select 1 from call')).rowCount).toBe(1)
  })
})

describe('a drill that ends', () => {
  test('ends the tries that are under way as well, of its own deliveries only', async () => {
    const under = { state: 'sending', attempts: 1, lease_owner: 'node', lease_until: '2999-01-01' }
    for (const lane of ['drill', 'actual'] as const) {
      const outlet = lane === 'drill' ? 'weibo-drill' : 'weibo-main'
      await saveNoticeRow(pool, `n-${lane}`, 1, lane)
      await saveDeliveryRow(pool, { id: `d-${lane}`, notice: `n-${lane}`, outlet }, { class: lane, ...under })
      await pool.query(
        `insert into attempt (delivery_id, n, act, node, started_at) values ($1, 1, 'deliver', 'node', now())`,
        [`d-${lane}`],
      )
    }
    expect(await endDrills(pool, '王工', '演练结束', NOW)).toBe(1)
    const { rows } = await pool.query('select delivery_id, finished_at, outcome from attempt order by delivery_id')
    expect(rows).toEqual([
      { delivery_id: 'd-actual', finished_at: null, outcome: '' },
      { delivery_id: 'd-drill', finished_at: NOW, outcome: 'cancelled' },
    ])
  })
})

describe('what a drill left whose process died', () => {
  test('is ended while no drill runs, and nothing of a real quake is touched', async () => {
    await leaveOpen()
    await sweepDrill(pool, NOW)
    expect(await states('hold')).toEqual(['actual open', 'drill dismissed'])
    const { rows } = await pool.query<{ class: string }>('select class from alarm where cleared_at is null')
    expect(rows).toEqual([{ class: 'actual' }])
  })

  test('and left alone while a drill runs, here or on another node', async () => {
    await pool.query(`insert into quake (id, class, created_at) values ('q-running', 'drill', now())`)
    const release = await holdDrill(pool)
    await sweepDrill(pool, NOW)
    const running = await pool.query(`select 1 from quake where id = 'q-running' and merged_into is null`)
    await release?.()
    expect(running.rowCount).toBe(1)
  })
})

describe('a row that exists', () => {
  test.each([
    `update quake set class = 'actual'`,
    `update hold set class = 'actual'`,
    `update hold set quake_id = quake_id`,
    `update outlet set class = 'actual'`,
    `update outlet set id = id`,
    `update delivery set class = 'actual'`,
    `update delivery set notice_id = notice_id`,
    `update delivery set outlet_id = outlet_id`,
    `update notice set class = 'actual'`,
    `update lineage set class = 'actual'`,
    `update report set class = 'actual'`,
    `update alarm set class = 'actual'`,
    `update serial_counter set class = 'actual'`,
  ])('changes its lane by no statement of the program: %s', async (statement) => {
    await expect(pool.query(statement)).rejects.toThrow(/permission denied/)
  })

  test('carries the text it was committed with', async () => {
    await expect(pool.query(`update delivery set content = '{}'`)).rejects.toThrow(/permission denied/)
  })
})
