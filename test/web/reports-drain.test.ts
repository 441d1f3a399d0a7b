// In: a public server that is told to end while reports are being written. Out: proof that it waits for them: each has its answer, and
// whoever was given a code is on record.
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashReceipt } from '../../src/rumour/context.ts'
import { openMarks } from '../../src/rumour/marks.ts'
import { openPool, type Queryable } from '../../src/store/pool.ts'
import { openTaking } from '../../src/store/rumours/taking.ts'
import { openSealing } from '../../src/store/sealing.ts'
import type { ReportsContext } from '../../src/web/public/reports/routes.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { buildBarePublic } from './bare-public.ts'
import { findByReceipt } from '../rumour/receipt-rows.ts'

const SECRET = Buffer.alloc(32, 5)
let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
}, 60_000)
afterAll(() => database.drop())

/** Over a connection of its own, which ends with the answer. */
async function send(url: string, body: object): Promise<{ status: number | undefined; receipt: string }> {
  const asked = request(url, { method: 'POST', headers: { 'content-type': 'application/json' }, agent: false })
  asked.end(JSON.stringify(body))
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  const { receipt } = JSON.parse(await text(answer)) as { receipt: string }
  return { status: answer.statusCode, receipt }
}

test('a server that ends first answers whoever has reported, with a code that is on record', async () => {
  const pool = openPool(database.appConfig, 4, () => undefined)
  const gate = Promise.withResolvers<void>()
  const slow: Queryable = {
    query: async (text, values) => {
      await gate.promise
      return pool.query(text, values) as never
    },
  }
  const take = openTaking(slow)
  let arrived = 0
  let ids = 0
  const nobody = (): never => {
    throw new Error('nobody reads a page here')
  }
  const reports: ReportsContext = {
    db: slow,
    take: (row) => {
      arrived += 1
      return take(row)
    },
    clock: null,
    now: () => Date.UTC(2026, 2, 4, 2),
    random: () => (ids += 1).toString(16).padStart(20, '0').padEnd(32, '0'),
    originals: openSealing(SECRET, 'sighting'),
    contacts: openSealing(SECRET, 'reporter'),
    marks: openMarks(SECRET),
    publicUrl: 'https://b.example',
    consentVersion: 'v1',
    report: nobody,
    receipt: nobody,
  }
  const app = await buildBarePublic({ reports })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const replies = Array.from({ length: 8 }, (_, n) => send(`${url}/api/v1/sightings`, { text: `甲县第${n}号井冒泡` }))
  while (arrived < replies.length) await turn()
  let isClosed = false
  const closed = app.close().finally(() => {
    isClosed = true
  })
  for (let n = 0; n < 50; n += 1) await turn()
  expect(isClosed).toBe(false)
  gate.resolve()
  const answers = await Promise.all(replies)
  await closed
  // As the process does it: the pool ends when the server has.
  await pool.end()
  const later = openPool(database.appConfig, 1, () => undefined)
  for (const { status, receipt } of answers) {
    expect(status).toBe(201)
    expect(await findByReceipt(later, hashReceipt(receipt))).toMatchObject({ claimId: null })
  }
  await later.end()
})
