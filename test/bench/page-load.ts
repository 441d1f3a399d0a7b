// In: an address and a manner, from the parent. Out: how many answers came, how late, how many were wrong.
// Raw keep-alive sockets: a library's client would cost more than the server it measures. Its own process.
import { connect, type Socket } from 'node:net'
import { quantile } from './measure.ts'

export interface Closed {
  manner: 'closed'
  connections: number
  ms: number
}
/** Requests leave by the clock, whether answers come or not. */
export interface Open {
  manner: 'open'
  connections: number
  /** Requests a second at the beginning and at the end of each stretch. */
  stretches: { from: number; to: number; ms: number }[]
}
export type Load = (Closed | Open) & { port: number; path: string }

export interface Loaded {
  answers: number
  errors: number
  ms: number
  /** From the moment it should have left; open manner only. */
  p50: number
  p99: number
  max: number
}

const TICK_MS = 5
/** An answer that takes longer is an error. */
const LATE_MS = 5_000

interface Line {
  socket: Socket
  /** When the request under way was due; null: idle. */
  since: number | null
  /** Its first answer is not counted: a server closes a new connection on which nothing is asked. */
  isWarm: boolean
  buffered: Buffer
}

async function run(load: Load): Promise<Loaded> {
  const request = Buffer.from(`GET ${load.path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept-encoding: gzip\r\n\r\n`)
  const late: number[] = []
  const idle: Line[] = []
  const waiting: number[] = []
  let answers = 0
  let errors = 0
  let isRunning = false
  let isOver = false
  const lines = new Set<Line>()

  const ask = (line: Line, due: number): void => {
    line.since = due
    line.socket.write(request)
  }
  const next = (line: Line): void => {
    line.since = null
    const due = waiting.shift()
    if (due !== undefined) ask(line, due)
    else if (load.manner === 'closed' && isRunning && !isOver) ask(line, performance.now())
    else idle.push(line)
  }
  const take = (line: Line): void => {
    for (;;) {
      const head = line.buffered.indexOf('\r\n\r\n')
      if (head < 0) return
      const text = line.buffered.toString('latin1', 0, head)
      const length = /content-length: (\d+)/i.exec(text)?.[1]
      const end = head + 4 + Number(length ?? Number.NaN)
      if (!(line.buffered.length >= end)) return
      line.buffered = line.buffered.subarray(end)
      if (!line.isWarm) line.isWarm = true
      else if (text.startsWith('HTTP/1.1 200')) answers += 1
      else errors += 1
      if (line.since !== null && load.manner === 'open') late.push(performance.now() - line.since)
      next(line)
    }
  }
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(load.port, '127.0.0.1', () => {
        lines.add(line)
        socket.write(request)
      })
      const line: Line = { socket, since: null, isWarm: false, buffered: Buffer.alloc(0) }
      socket.setNoDelay(true)
      socket.on('data', (part: Buffer) => {
        line.buffered = line.buffered.length === 0 ? part : Buffer.concat([line.buffered, part])
        const wasWarm = line.isWarm
        take(line)
        if (!wasWarm && line.isWarm) resolve()
      })
      socket.on('error', reject)
      socket.on('close', () => {
        lines.delete(line)
        if (isOver) return
        // A server may close what is idle; what is under way it must answer.
        const at = idle.indexOf(line)
        if (at < 0) errors += 1
        else idle.splice(at, 1)
        void open()
      })
    })
  for (let index = 0; index < load.connections; index += 1) await open()
  isRunning = true
  const started = performance.now()
  if (load.manner === 'closed') {
    for (const line of idle.splice(0)) ask(line, started)
    await new Promise((resolve) => setTimeout(resolve, load.ms))
  } else {
    await follow(load.stretches, started, (due) => {
      const line = idle.shift()
      if (line) ask(line, due)
      else waiting.push(due)
    })
    const until = performance.now() + LATE_MS
    while (idle.length < lines.size && performance.now() < until) await new Promise((r) => setTimeout(r, 20))
    errors += waiting.length + (lines.size - idle.length)
  }
  isOver = true
  const ms = performance.now() - started
  const counted = answers
  for (const { socket } of lines) socket.destroy()
  errors += late.filter((each) => each > LATE_MS).length
  const max = late.reduce((most, each) => Math.max(most, each), 0)
  return { answers: counted, errors, ms, p50: quantile(late, 0.5), p99: quantile(late, 0.99), max }
}

/** Calls for every request at its moment; the rate of a stretch grows as a power, so that each second grows like the last. */
async function follow(stretches: Open['stretches'], started: number, act: (due: number) => void): Promise<void> {
  let begin = started
  for (const { from, to, ms } of stretches) {
    const growth = Math.log(to / from)
    // The number of requests since the beginning of the stretch.
    const sum = (at: number): number =>
      growth === 0 ? (from * at) / 1_000 : ((from * ms) / growth / 1_000) * (Math.exp((growth * at) / ms) - 1)
    let sent = 0
    for (let at = 0; at < ms;) {
      at = Math.min(ms, performance.now() - begin)
      const due = Math.floor(sum(at))
      for (; sent < due; sent += 1) act(performance.now())
      await new Promise((resolve) => setTimeout(resolve, TICK_MS))
    }
    begin += ms
  }
}

process.on('message', (load: Load) => void run(load).then((loaded) => process.send?.(loaded)))
process.on('disconnect', () => process.exit(0))
process.send?.({ ready: true })
