// In: peers on real sockets that fail in every way. Out: proof of the one fact that matters: can bytes have left?
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { lookWithin } from '../../src/publish/connectors.ts'
import { openOutbound } from '../../src/publish/http.ts'

const servers: Server[] = []
const lane = openOutbound({ loopbackOnly: true })
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function peer(onSocket: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const post = (url: string, more: object = {}) =>
  lane.http({ method: 'POST', url, body: '{}', deadlineMs: 2_000, ...more })

describe('no byte can have left', () => {
  test('when TLS never came to stand: the peer speaks plain HTTP, or hangs up in the handshake', async () => {
    const plain = await peer((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
    expect(await post(`https://${plain}/`)).toMatchObject({ got: 'nothing', sent: false })
    const cut = await peer((socket) => socket.once('data', () => socket.resetAndDestroy()))
    expect(await post(`https://${cut}/`)).toMatchObject({ got: 'nothing', sent: false, reason: 'ECONNRESET' })
  })

  test('when our own client refuses the call: a header with a line end, an address that is none', async () => {
    const url = `http://${await peer(() => undefined)}/`
    expect(await post(url, { headers: { authorization: 'a\nb: c' } })).toMatchObject({ got: 'nothing', sent: false })
    const open = openOutbound({ loopbackOnly: false })
    expect(await open.http({ method: 'GET', url: 'nonsense', deadlineMs: 100 })).toMatchObject({ sent: false })
    await open.close()
  })

  test.each([
    'http://192.0.2.1/',
    'http://localhost.evil.example/',
    'http://127.0.0.1.evil.example/',
    'http://localhost@192.0.2.1/',
    'http://[::ffff:192.0.2.1]/',
    'http://2130706433.evil.example/',
    'ftp://127.0.0.1/',
    '//127.0.0.1/',
  ])('when a drill would have to open another host: %s', async (url) => {
    expect(await post(url)).toEqual({ got: 'nothing', sent: false, reason: 'a drill opens no host but this machine' })
  })
})

describe('bytes may have left', () => {
  test('when the peer took the request and said nothing readable', async () => {
    const mute = await peer((socket) => socket.once('data', () => socket.resetAndDestroy()))
    expect(await post(`http://${mute}/`)).toMatchObject({ got: 'nothing', sent: true })
    const cut = await peer((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')),
    )
    expect(await post(`http://${cut}/`)).toMatchObject({ got: 'nothing', sent: true })
  })

  test('when it never answers, drips or sends too much; and the reason is a word, not a number', async () => {
    const silent = await peer(() => undefined)
    expect(await post(`http://${silent}/`, { deadlineMs: 100 })).toEqual({
      got: 'nothing',
      sent: true,
      reason: 'TimeoutError',
    })
    const timers: NodeJS.Timeout[] = []
    const drip = await peer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n')
      timers.push(setInterval(() => socket.write('x'), 10))
    })
    expect(await post(`http://${drip}/`, { deadlineMs: 200 })).toMatchObject({ sent: true, reason: 'TimeoutError' })
    for (const timer of timers) clearInterval(timer)
    const flood = await peer((socket) =>
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(3000)}`)),
    )
    expect(await post(`http://${flood}/`, { maxBytes: 1000 })).toMatchObject({ got: 'nothing', sent: true })
  })
})

test('a redirect is an answer like any other: nobody follows it with the bureau’s token', async () => {
  let heard = 0
  const other = await peer(() => (heard += 1))
  const first = await peer((socket) =>
    socket.once('data', () => socket.end(`HTTP/1.1 307 Go\r\nlocation: http://${other}/\r\ncontent-length: 0\r\n\r\n`)),
  )
  expect(await post(`http://${first}/`)).toMatchObject({ got: 'reply', status: 307 })
  expect(heard).toBe(0)
})

describe('a call that may reach the public net only', () => {
  const open = openOutbound({ loopbackOnly: false })
  const call = (url: string, within: 'public' | 'intranet') =>
    open.http({ method: 'POST', url, body: '{}', deadlineMs: 2_000, within })

  test.each([
    'https://10.0.0.1/',
    'https://169.254.169.254/latest',
    'https://100.100.100.200/',
    'https://[fd00::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://0/',
  ])('is not made to %s', async (url) => {
    expect(await call(url, 'public')).toEqual({ got: 'nothing', sent: false, reason: 'address-out-of-reach' })
  })

  test('is not made to the metadata services of clouds either where the house’s own network is allowed', async () => {
    for (const url of ['https://169.254.169.254/', 'https://100.100.100.200/', 'https://[fe80::1]/'])
      expect(await call(url, 'intranet')).toMatchObject({ sent: false, reason: 'address-out-of-reach' })
  })

  const two = [
    { address: '142.250.72.10', family: 4 },
    { address: '127.0.0.1', family: 4 },
  ]
  test('is not made to a name that has a private address among its own, and no socket is opened', async () => {
    let sockets = 0
    const host = await peer((socket) => {
      sockets += 1
      socket.once('data', () => socket.end('HTTP/1.1 204 No Content\r\n\r\n'))
    })
    const lane = openOutbound({ loopbackOnly: false, resolve: (_host, _options, done) => done(null, two) })
    const url = `http://partner.example.cn:${host.split(':')[1]}/`
    const reply = await lane.http({ method: 'POST', url, body: '{}', deadlineMs: 2_000, within: 'public' })
    await lane.close()
    expect(reply).toEqual({ got: 'nothing', sent: false, reason: 'address-out-of-reach' })
    expect(sockets).toBe(0)
  })

  test('is made to the very addresses that were looked at', () => {
    const [good] = two
    const look = lookWithin('public', (_host, _options, done) => done(null, good ? [good] : []))
    const given: unknown[] = []
    look('partner.example.cn', { all: true }, (...answer) => given.push(answer))
    look('partner.example.cn', {}, (...answer) => given.push(answer))
    expect(given).toEqual([
      [null, [good]],
      [null, '142.250.72.10', 4],
    ])
  })

  test('is made to loopback by its spelling: stand-ins and local receivers', async () => {
    const host = await peer((socket) => socket.once('data', () => socket.end('HTTP/1.1 204 No Content\r\n\r\n')))
    expect(await call(`http://${host}/`, 'public')).toMatchObject({ got: 'reply', status: 204 })
  })
})
