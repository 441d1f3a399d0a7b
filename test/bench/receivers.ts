// In: a list of manners. Out: one channel on loopback for each, in a process of their own, that notes when it was first called.
// Must not work: one that answers gives the shortest success.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Manner } from './channels.ts'
import { claimPort } from '../../src/town/port.ts'

const manners = JSON.parse(process.argv[2] ?? '[]') as Manner[]
const first: (string | null)[] = manners.map(() => null)
let expected: number[] = []

const ANSWERS: Readonly<Record<Exclude<Manner, 'refuse'>, (response: ServerResponse) => void>> = {
  answer: (response) => response.end('{}'),
  fail: (response) => response.writeHead(500).end('{}'),
  hang: () => undefined,
  // One byte a second of a reply that never ends: longer than any deadline.
  drip: (response) => {
    response.writeHead(200, { 'content-length': '1000' })
    const timer = setInterval(() => response.write(' '), 1_000)
    response.on('close', () => clearInterval(timer))
  },
}

function note(channel: number): void {
  if (first[channel] !== null || !expected.includes(channel)) return
  // CLOCK_MONOTONIC: the same in every process of this machine.
  first[channel] = process.hrtime.bigint().toString()
  const times = expected.map((index) => first[index])
  if (!times.includes(null)) process.send?.({ times })
}

async function start(manner: Manner, channel: number): Promise<string> {
  if (manner === 'refuse') return `http://127.0.0.1:${await claimPort()}/`
  const server = createServer((request, response) => {
    note(channel)
    request.resume()
    request.on('end', () => {
      response.setHeader('content-type', 'application/json')
      ANSWERS[manner](response)
    })
  })
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const urls = await Promise.all(manners.map(start))
process.on('message', (message: { expect: number[] }) => {
  expected = message.expect
  first.fill(null)
  process.send?.({ ready: true })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ urls })
