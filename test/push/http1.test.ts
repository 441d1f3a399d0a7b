// In: a push service that offers HTTP/1.1 only. Out: proof that messages reach it over kept connections, to the pinned address.
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { openSession } from '../../src/push/session.ts'
import { makeCertificate } from './service.ts'

test('a push service without HTTP/2 is spoken to over HTTP/1.1, by a few connections that are kept', async () => {
  const made = makeCertificate()
  const heard: string[] = []
  let connections = 0
  const server = createServer(made, (request, response) => {
    request.resume()
    request.on('end', () => {
      heard.push(`${request.method} ${request.url} ${String(request.headers['topic'])} ${request.httpVersion}`)
      response.writeHead(request.url === '/slow' ? 429 : 201, { 'retry-after': '9' }).end('x')
    })
  })
  server.on('secureConnection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const endpoint = { host: '127.0.0.1', port, origin: `https://127.0.0.1:${port}` }
  const session = await openSession({ endpoint, address: '127.0.0.1', ca: made.cert, proxy: null })
  const post = (path: string) => session.post(path, { topic: 't', 'content-length': 1 }, Buffer.from('x'))
  expect(await post('/a')).toEqual({ got: 'reply', status: 201, retryAfter: '9' })
  expect(await post('/slow')).toMatchObject({ status: 429 })
  // As a lane sends: no more at once than there is room for.
  for (let round = 0; round < 3; round += 1)
    await Promise.all(Array.from({ length: session.room() }, (_, i) => post(`/${round}-${i}`)))
  expect(heard).toHaveLength(2 + 3 * session.room())
  expect(heard[0]).toBe('POST /a t 1.1')
  // One to find out, at most sixteen to send over.
  expect(connections).toBeLessThanOrEqual(1 + session.room())
  session.close()
  server.closeAllConnections()
  expect(await post('/late')).toMatchObject({ got: 'nothing' })
  await new Promise<void>((resolve) => server.close(() => resolve()))
})
