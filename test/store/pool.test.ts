// In: a server that stops answering without closing anything, a lock that somebody else keeps. Out: proof that nothing waits
// for either for ever, nor keeps the next question waiting.
import { createServer, connect, type Socket } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runAlone } from '../../src/store/alone.ts'
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

/** A line to the server that can go dead: bytes are swallowed, nothing is closed. */
async function openLine() {
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
  return {
    config: { ...database.appConfig, host: '127.0.0.1', port },
    cut: () => {
      dead = true
    },
    mend: () => {
      dead = false
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      between.close()
    },
  }
}

test('a commit over a line that went dead is given up, and the next one goes over a new line', async () => {
  const line = await openLine()
  const writer = openWriter(line.config, () => undefined)
  const warned: string[] = []
  const hear = (warning: Error): number => warned.push(warning.message)
  process.on('warning', hear)
  expect((await writer.query('show plan_cache_mode')).rows).toEqual([{ plan_cache_mode: 'force_generic_plan' }])
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', hear)
  expect(warned).toEqual([])
  line.cut()
  await expect(writer.query('select 2 as n')).rejects.toThrow(/timeout/i)
  line.mend()
  expect((await writer.query('select 3 as n')).rows).toEqual([{ n: 3 }])
  await writer.end()
  line.close()
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

test('an act that fails gives its lock back, also over a line that went dead under it', async () => {
  const line = await openLine()
  const mine = openPool({ ...line.config, query_timeout: 200 }, 1, () => undefined)
  const other = openPool(database.appConfig, 1, () => undefined)
  const ran: string[] = []
  const run = (name: string) => async (): Promise<void> => void ran.push(name)
  const fail = (): Promise<void> => {
    line.cut()
    return Promise.reject(new Error('it failed'))
  }
  await expect(runAlone(mine, 'forget', fail)).rejects.toThrow('it failed')
  // The server hears of the end a moment later.
  await expect.poll(() => runAlone(other, 'forget', run('other')), { timeout: 20_000 }).toBe(true)
  line.mend()
  expect(await runAlone(mine, 'forget', async () => void (await runAlone(other, 'forget', run('beside'))))).toBe(true)
  expect(await runAlone(mine, 'forget', run('mine'))).toBe(true)
  expect(ran).toEqual(['other', 'mine'])
  await Promise.all([mine.end(), other.end()])
  line.close()
})
