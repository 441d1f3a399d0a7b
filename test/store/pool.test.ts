// In: a server that stops answering without closing anything. Out: proof that a commit does not wait for it for ever.
import { createServer, connect, type Socket } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWriter } from '../../src/store/pool.ts'
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
