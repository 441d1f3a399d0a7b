// npm run bench -- --only live: what thousands of open streams cost, beside as many Socket.IO clients, in rotated rounds; then
// the public process of a whole installation is killed in mid-sequence, and every client must end with every notice once.
import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { findPublic, pin, PINNED } from './cores.ts'
import { createFeeds } from './events.ts'
import { startQuakedesk } from './installation.ts'
import type { ClientOrder, Heard } from './live-clients.ts'
import type { Order, Reading, Told } from './live-server.ts'
import { judge, median, ratioSpread, waitForMessage } from './measure.ts'
import { onStage, type Stage } from './stage.ts'

const BROADCASTS = 5
const NOTICES = 10

interface Subject {
  name: string
  manner: 'sse' | 'socket.io'
  child: ChildProcess
  port: number
}
interface Cost {
  connect: number
  broadcasts: number
  /** Bytes of memory per client. */
  memory: number
  /** From the word to the last client's receipt, ms. */
  last: number
}

async function order(child: ChildProcess, what: ClientOrder): Promise<Heard> {
  const heard = waitForMessage<Heard>(child)
  child.send(what)
  return heard
}

async function read(child: ChildProcess): Promise<Reading> {
  const reading = waitForMessage<Reading>(child)
  child.send({ read: true } satisfies Order)
  return reading
}

const eventOf = (seq: number): Told => ({
  seq,
  at: new Date().toISOString(),
  code: `code${seq}`,
  kind: 'formal-report',
  serial: '试震信〔2026〕12号',
  report: 2,
  quake: 'q-0123456789abcdef',
  paths: [`/n/code${seq}`, '/', '/api/v1/notices'],
})

/** One storm of connections and the broadcasts after it. @throws when a client does not hear all of them */
async function take(subject: Subject, clients: ChildProcess, count: number, seq: { last: number }): Promise<Cost> {
  const before = await read(subject.child)
  await order(clients, {
    act: 'connect',
    port: subject.port,
    manner: subject.manner,
    clients: count,
    stays: false,
  })
  const connected = await read(subject.child)
  if (connected.clients !== count) throw new Error(`${subject.name}: ${connected.clients} of ${count} connected`)
  const lasts: number[] = []
  for (let number = 1; number <= BROADCASTS; number += 1) {
    const all = order(clients, { act: 'await', events: number })
    seq.last += 1
    subject.child.send({ tell: eventOf(seq.last) } satisfies Order)
    lasts.push((await all).ms)
  }
  const told = await read(subject.child)
  await order(clients, { act: 'leave' })
  for (let left = count; left > 0; left = (await read(subject.child)).clients) await sleep(100)
  return {
    connect: connected.cpu - before.cpu,
    broadcasts: told.cpu - connected.cpu,
    memory: (connected.rss - before.rss) / count,
    last: median(lasts),
  }
}

/** Runs the section. */
export async function benchLive(rounds: number, count: number): Promise<void> {
  await onStage(async (stage) => {
    const clients = (await stage.launch('live-clients.ts', [])).child
    const subjects: Subject[] = []
    for (const [name, file, manner] of [
      ['quakedesk', 'live-ours.ts', 'sse'],
      ['socket.io', 'live-socket-io.ts', 'socket.io'],
    ] as const) {
      const { child, said } = await stage.launch<{ port: number }>(file, [])
      subjects.push({ name, manner, child, port: said.port })
      pin(child.pid ?? 0, 0)
    }
    pin(clients.pid ?? 0, 1)
    process.stdout.write(
      `live: ${count} clients connect, then ${BROADCASTS} broadcasts of about 300 bytes; CPU of the server; clients on the other core: ${PINNED}\n`,
    )
    const costs = new Map<string, Cost[]>(subjects.map(({ name }) => [name, []]))
    const seq = { last: 0 }
    for (const subject of subjects) await take(subject, clients, Math.min(500, count), seq)
    for (let round = 0; round < rounds; round += 1) {
      for (const subject of round % 2 === 0 ? subjects : subjects.toReversed())
        costs.get(subject.name)?.push(await take(subject, clients, count, seq))
    }
    for (const [name, all] of costs) {
      const of = (key: keyof Cost): number => median(all.map((cost) => cost[key]))
      process.stdout.write(
        `  ${name.padEnd(10)} connect ${((of('connect') * 1_000) / count).toFixed(0)} µs each, broadcast ${(of('broadcasts') / BROADCASTS / (count / 1_000)).toFixed(1)} ms per 1,000, last receipt ${of('last').toFixed(0)} ms, ${(of('memory') / 1_024).toFixed(1)} kB each\n`,
      )
    }
    const whole = (name: string): number[][] => (costs.get(name) ?? []).map((cost) => [cost.connect + cost.broadcasts])
    judge('CPU of storm and broadcasts ≤ 0.5 × Socket.IO', ratioSpread(whole('quakedesk'), whole('socket.io')), 0.5)
    for (const { child } of subjects) child.kill()
    await benchKill(stage, clients, count)
  })
}

/** The public process is killed twice while notices are said; the publisher starts it again. */
async function benchKill(stage: Stage, clients: ChildProcess, count: number): Promise<void> {
  const ours = await startQuakedesk(stage, 'live', [], true)
  const writeFeed = createFeeds(Date.now())
  const list = async (): Promise<string[]> => {
    const reply = await request(`http://127.0.0.1:${ours.port}/api/v1/changes?after=0`).catch(() => null)
    const { changes = [] } = ((await reply?.body.json()) ?? {}) as { changes?: { code: string }[] }
    return changes.map(({ code }) => code)
  }
  // The first list seeds silently, the second has one new event.
  await ours.post(writeFeed(0))
  await sleep(2_000)
  await order(clients, { act: 'connect', port: ours.port, manner: 'sse', clients: count, stays: true })
  const before = (await list()).length
  for (let number = 1; number <= NOTICES; number += 1) {
    await ours.post(writeFeed(number))
    if (number === 3 || number === 7) process.kill(findPublic(ours.pid), 'SIGKILL')
    await sleep(400)
  }
  let codes: string[] = []
  for (let turn = 0; turn < 100 && codes.length < before + NOTICES; turn += 1) {
    await sleep(200)
    codes = await list()
  }
  const told = codes.slice(before)
  const { ms } = await order(clients, { act: 'await', events: told.length })
  await sleep(1_000)
  const { wrong } = await order(clients, { act: 'check', codes: told })
  process.stdout.write(
    `  ${wrong === 0 && told.length === NOTICES ? 'PASS' : 'FAIL'}  public process killed twice in ${NOTICES} notices, ${count} clients: ${told.length} notices, ${wrong} clients without every one once, in order (waited ${ms.toFixed(0)} ms for the last)\n`,
  )
}
