// In: workerData {format, seed, from, until, state}. Out: one tally, and a message per fault; `state` tells the watchdog where it is.
// Must not stop itself for time: a hang is the watchdog's to see.
import { parentPort, workerData } from 'node:worker_threads'
import type { FeedFormat } from '../../src/feeds/index.ts'
import { examine } from './examine.ts'
import { damagedPayload } from './mutate.ts'
import { loadSeeds } from './seeds.ts'
import { emptyTally, type Tally } from './tally.ts'

/** What the main thread hands over; state holds the number of the payload and when it was begun (epoch ms). */
export interface Task {
  format: FeedFormat
  seed: number
  from: number
  until: number
  /** Epoch milliseconds after which no new payload is begun; Infinity for none. */
  deadline: number
  state: SharedArrayBuffer
}

/** Figures come now and then, too, so that a hang does not take those of ten thousand payloads along. */
export type Message = { fault: string; index: number } | { tally: Tally; next: number; ended: boolean }

/** Payloads before the first heap sample: code that is compiled and caches that are filled are no leak. */
const WARM_UP = 500

async function run(task: Task): Promise<void> {
  const state = new Float64Array(task.state)
  const seeds = loadSeeds()
  const tally = emptyTally()
  // Often enough that a run which --seconds cuts short still has its five samples.
  const every = Math.min(Math.max(Math.floor((task.until - task.from) / 25), 50), 1_000)
  let index = task.from
  for (; index < task.until && Date.now() < task.deadline; index += 1) {
    const bytes = damagedPayload(task.seed, task.format, index, seeds)
    state[0] = index
    state[1] = Date.now()
    const begun = performance.now()
    const examined = await examine(bytes, task.format, task.seed, index)
    const took = performance.now() - begun
    state[1] = 0
    tally.add(examined, took, index)
    for (const fault of examined.faults) report({ fault, index })
    if (index - task.from < WARM_UP || (index - task.from) % every > 0) continue
    tally.heap.push(measureHeap())
    report({ tally: tally.plain(), next: index + 1, ended: false })
  }
  if (index - task.from >= WARM_UP) tally.heap.push(measureHeap())
  report({ tally: tally.plain(), next: index, ended: true })
}

function report(message: Message): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  parentPort?.postMessage(message)
}

/** Bytes in use after a full collection; the run needs --expose-gc. */
function measureHeap(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

await run(workerData as Task)
