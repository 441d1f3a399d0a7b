// In: a server of the tests that lets everybody in and lets nobody listen, as a standby does. Out: what a listener does about it.
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { listen } from '../../src/store/listen.ts'

/** A message of the server (PostgreSQL, Frontend/Backend Protocol). */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5, type)
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
const READY = message('Z', Buffer.from('I'))
const WELCOME = Buffer.concat([message('R', Buffer.alloc(4)), READY])
const REFUSED = Buffer.concat([
  message('E', Buffer.from('SERROR\0C25006\0Mcannot execute LISTEN during recovery\0\0')),
  READY,
])

test('who may not listen asks again and again, over one line and not over more and more of them', async () => {
  const open = new Set<Socket>()
  let came = 0
  const server = createServer((socket) => {
    came += 1
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => undefined)
    // The greeting of a client begins with its length, what it asks with a letter.
    socket.on('data', (bytes) => {
      if (bytes[0] === 0) socket.write(WELCOME)
      else if (bytes[0] === 0x51) socket.write(REFUSED)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const place = { host: '127.0.0.1', port, user: 'x', password: 'x', database: 'x', ssl: false }
  const end = listen(
    () => place,
    'quakedesk',
    () => expect.unreachable('nothing was heard'),
    { debug: () => undefined },
  )
  try {
    await expect.poll(() => came, { timeout: 30_000 }).toBeGreaterThan(2)
    await expect.poll(() => open.size, { timeout: 5_000 }).toBeLessThanOrEqual(1)
  } finally {
    await end()
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
})
