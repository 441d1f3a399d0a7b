// In: the table of what runs when, a real database. Out: proof of what its smaller acts tell people.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareClocks } from '../../src/app/acts.ts'
import { openPool, readClock } from '../../src/store/pool.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

let database: FreshDatabase
let pool: ReturnType<typeof openPool>
beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 1, () => undefined)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

test('a node whose clock is off from the database’s is told to a person, by how much, and cleared when it is right', async () => {
  const said: string[] = []
  const told = {
    pool,
    alarm: async (kind: string, subject: string, message: string) => void said.push(`${kind} ${subject} ${message}`),
    clear: async (kind: string, subject: string) => void said.push(`clear ${kind} ${subject}`),
  }
  const right = await readClock(pool)
  await compareClocks(told, right + 3_600_000)
  expect(said.pop()).toMatch(/^clock database 本机时钟比数据库快 3\d{3} 秒/)
  await compareClocks(told, right - 3_600_000)
  expect(said.pop()).toMatch(/慢 36\d\d 秒/)
  await compareClocks(told, await readClock(pool))
  expect(said).toEqual(['clear clock database'])
})
