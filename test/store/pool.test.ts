// In: a server that stops answering without closing anything, a lock that somebody else keeps. Out: proof that nothing waits
// for either for ever, nor keeps the next question waiting.
import { createServer, connect, type Socket } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBox } from '../../src/store/deliveries.ts'
import { openPool, openWriter } from '../../src/store/pool.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(async () => {
  await database.drop()
})

test('a commit over a line that went dead is given up, and the next one goes over a new line', async () => {
  let dead = false
  const sockets: Socket[] = []
  const between = createServer((client) => {
    const server = connect(join(database.appConfig.host, `.s.PGSQL.${database.appConfig.port}`))
    sockets.push(client, server)
    const pass = (from: Socket, to: Socket): void => {
      from.on('error', () => undefined)
      from.on('data', (part) => {
        if (!dead) to.write(part)
      })
    }
    pass(client, server)
    pass(server, client)
    client.on('close', () => server.destroy())
  })
  between.listen(0, '127.0.0.1')
  await once(between, 'listening')
  const { port } = between.address() as AddressInfo
  const writer = openWriter({ ...database.appConfig, host: '127.0.0.1', port }, () => undefined)
  const warned: string[] = []
  const hear = (warning: Error): number => warned.push(warning.message)
  process.on('warning', hear)
  expect((await writer.query('show plan_cache_mode')).rows).toEqual([{ plan_cache_mode: 'force_generic_plan' }])
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', hear)
  expect(warned).toEqual([])
  dead = true
  await expect(writer.query('select 2 as n')).rejects.toThrow(/timeout/i)
  dead = false
  expect((await writer.query('select 3 as n')).rows).toEqual([{ n: 3 }])
  await writer.end()
  for (const socket of sockets) socket.destroy()
  between.close()
})

test('a lock that another node keeps for too long is given up, and the next question is answered', async () => {
  const other = openPool(database.appConfig, 1, () => undefined)
  await other.query(`select pg_advisory_lock(hashtext('box wechat token'))`)
  const pool = openPool({ ...database.appConfig, query_timeout: 200 }, 1, () => undefined)
  const locked = openBox(pool, 'wechat').withLock('token', async () => 'never')
  await expect(locked).rejects.toThrow(/timeout/i)
  expect((await pool.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  await Promise.all([pool.end(), other.end()])
})
