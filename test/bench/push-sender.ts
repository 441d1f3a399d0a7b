// In: a subject's name and a file of subscriptions; the parent's orders. Out: what one event cost this process, which does
// nothing else: processor time of all its threads, wall time, memory (performance.md §1).
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { PushSetup } from './push-orders.ts'
import { SUBJECTS } from './push-subjects.ts'

/** One event as its sender saw it. */
export interface PushCost {
  /** Answered 201. */
  accepted: number
  /** Milliseconds of user and system time from the event to the last reply. */
  cpuMs: number
  wallMs: number
  /** The same for what was done before the event. */
  prepareCpuMs: number
  /** Resident bytes before preparing, before the event, and at their highest since the process began. */
  rss: { start: number; ready: number; peak: number }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const [name = '', file = ''] = process.argv.slice(2)
const open = SUBJECTS[name]
if (!open) throw new Error(`no subject ${name}`)
const sending = open(JSON.parse(readFileSync(file, 'utf8')) as PushSetup)

const cpuSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

async function run(text: string): Promise<PushCost> {
  const start = process.memoryUsage.rss()
  const idle = process.cpuUsage()
  await sending.prepare(text)
  const prepareCpuMs = cpuSince(idle)
  // What the time before left to collect belongs to that time, for every subject alike.
  collect()
  await sleep(100)
  const ready = process.memoryUsage.rss()
  const before = process.cpuUsage()
  const began = performance.now()
  const accepted = await sending.send(text)
  const wallMs = performance.now() - began
  const cpuMs = cpuSince(before)
  return { accepted, cpuMs, wallMs, prepareCpuMs, rss: { start, ready, peak: process.resourceUsage().maxRSS * 1_024 } }
}

process.on('message', ({ text }: { text: string }) => {
  void run(text).then((cost) => process.send?.(cost))
})
process.on('disconnect', () => process.exit(0))
process.send?.({ ready: true })
