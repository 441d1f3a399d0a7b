// In: a proxy that opens tunnels, or does not. Out: proof that a service named under `proxies` is reached through it and by it
// alone, with the service's own certificate checked at the far end, and that a proxy that refuses or hangs costs no message.
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { connect as connectTcp } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openRoom, type Room } from './room.ts'
import { makeCertificate, startPushService, type PushService } from './service.ts'

let service: PushService
let room: Room
let proxy: Server
let heads: string[]
/** What the proxy says to a wish; null: a tunnel to where the test's service is. */
let answer: string | null
const sockets = new Set<Socket>()

beforeAll(async () => {
  service = await startPushService()
  room = await openRoom(service)
})
beforeEach(async () => {
  service.reset()
  await room.clear()
  heads = []
  answer = null
  proxy = createServer((client) => {
    sockets.add(client)
    client.on('error', () => undefined)
    client.once('data', (chunk) => {
      heads.push(chunk.toString())
      if (answer !== null) return void client.write(answer)
      const far = connectTcp(Number(new URL(service.origin).port), '127.0.0.1', () => {
        // In two pieces, as a slow proxy would.
        client.write('HTTP/1.1 200 Connection')
        setTimeout(() => {
          client.write(' established\r\n\r\n')
          client.pipe(far).pipe(client)
        }, 20)
      })
      sockets.add(far)
      far.on('error', () => undefined)
    })
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  room.outlet.proxies = { [new URL(service.origin).host]: `http://127.0.0.1:${port}` }
})
afterEach(() => {
  room.outlet.proxies = {}
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  proxy.close()
})
afterAll(async () => {
  await room.close()
  await service.close()
})

test('a service behind a proxy is reached through one tunnel, and its name is never looked up here', async () => {
  for (let i = 0; i < 20; i += 1) await room.subscribe()
  const delivery = await room.say()
  const looked: string[] = []
  const pin = async ({ host }: { host: string }) => {
    looked.push(host)
    return { ok: false as const, rule: 'address-unknown' as const, reason: 'x' }
  }
  await room.send({ resolver: { pin } })
  expect(await room.standing(delivery)).toMatchObject({ state: 'done', sent: 20 })
  const { host } = new URL(service.origin)
  expect(heads).toEqual([`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`])
  expect([looked, service.connections()]).toEqual([[], 1])
})

test('what stands at the far end must have the service’s certificate', async () => {
  await room.subscribe()
  const delivery = await room.say()
  await room.send({ outlets: [{ ...room.outlet, ca: makeCertificate().cert }] })
  expect(heads).toHaveLength(1)
  expect(service.messages).toEqual([])
  expect(await room.standing(delivery)).toMatchObject({ state: 'sending', open: 1 })
})

test.each([
  ['refuses', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'],
  ['answers without end', 'x'.repeat(20_000)],
  ['is no proxy', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
])('a proxy that %s costs nothing but time: the word waits, nothing goes around it', async (_name, said) => {
  answer = said
  await room.subscribe()
  const delivery = await room.say()
  await room.send()
  expect(heads).toHaveLength(1)
  expect(service.connections()).toBe(0)
  expect(await room.standing(delivery)).toMatchObject({ state: 'sending', open: 1, failed: 0 })
})
