// In: nothing. Out: five channels on loopback that note when each was first called since the last question, in a process of their own.
// Must not work: it answers the shortest success.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const CHANNELS = 5
let first: (string | null)[] = Array.from({ length: CHANNELS }, () => null)
let calls = 0

async function start(channel: number): Promise<string> {
  const server = createServer((request, response) => {
    // CLOCK_MONOTONIC: the same in every process of this machine.
    const at = process.hrtime.bigint()
    first[channel] ??= at.toString()
    calls += 1
    request.resume()
    request.on('end', () => {
      response.setHeader('content-type', 'application/json')
      response.end('{}')
    })
  })
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const urls = await Promise.all(Array.from({ length: CHANNELS }, (_, index) => start(index)))
process.on('message', (message: 'ask' | 'reset') => {
  if (message === 'reset') {
    first = first.map(() => null)
    calls = 0
  }
  process.send?.({ first, calls })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ urls })
