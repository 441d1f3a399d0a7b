// In: a picture as SVG. Out: PNG bytes, or why there are none; one at a time, in a thread of its own, within a time limit.
// Must not keep anybody waiting: who hands over a picture may forget it, and a thread that hangs is ended.
import { Worker } from 'node:worker_threads'
import { READY, type PaintReply, type PaintRequest } from './card-painting.ts'

export interface Painter {
  /** Never rejects. */
  paint(svg: string): Promise<PaintReply>
  /** Ends the thread; what it was painting is lost. */
  stop(): Promise<void>
}

export interface PainterOptions {
  fontFiles: readonly string[]
  family: string
  /** From the moment the thread listens; 25 ms are usual (measured on one core at rest). */
  limitMs?: number
  /** The thread's program, for tests. */
  program?: URL
}

const LIMIT_MS = 2_000
/** Loading the program and its native part, on a machine that is busy with something more important. */
const START_MS = 20_000
/** Then the thread's memory is given back; quakes come in sequences. */
const IDLE_MS = 60_000

export function openPainter(options: PainterOptions): Painter {
  const { fontFiles, family, limitMs = LIMIT_MS, program = new URL('./card-worker.ts', import.meta.url) } = options
  let worker: Worker | null = null
  let idle: NodeJS.Timeout | undefined
  let turn: Promise<unknown> = Promise.resolve()
  let stopped = false

  const end = async (): Promise<void> => {
    clearTimeout(idle)
    const last = worker
    worker = null
    await last?.terminate()
  }
  const paintNow = async (svg: string): Promise<PaintReply> => {
    if (stopped) return { ok: false, reason: 'the painter has stopped' }
    clearTimeout(idle)
    const isNew = worker === null
    worker ??= startWorker()
    const reply = await ask(worker, svg, isNew)
    if (reply === null) {
      await end()
      return { ok: false, reason: `no picture within ${limitMs} ms` }
    }
    if (!reply.ok) await end()
    idle = setTimeout(() => void end(), IDLE_MS)
    idle.unref()
    return reply
  }
  const startWorker = (): Worker => {
    const started = new Worker(program, {
      workerData: { fontFiles, family },
      resourceLimits: { maxOldGenerationSizeMb: 128 },
    })
    started.unref()
    return started
  }
  /** Null when the limit ran out. */
  const ask = (to: Worker, svg: string, isNew: boolean): Promise<PaintReply | null> =>
    new Promise((resolve) => {
      let timer = setTimeout(() => settle(null), isNew ? START_MS : limitMs)
      const settle = (reply: PaintReply | null): void => {
        clearTimeout(timer)
        to.off('message', hear).off('error', fail).off('exit', fail)
        resolve(reply)
      }
      const hear = (word: PaintReply | typeof READY): void => {
        if (word !== READY) return settle(word)
        clearTimeout(timer)
        timer = setTimeout(() => settle(null), limitMs)
      }
      const fail = (why: unknown): void =>
        settle({ ok: false, reason: why instanceof Error ? why.message : `the thread ended with ${String(why)}` })
      to.on('message', hear).on('error', fail).on('exit', fail)
      to.postMessage({ svg } satisfies PaintRequest, [])
    })

  return {
    paint: (svg) => {
      const painted = turn.then(() => paintNow(svg))
      turn = painted
      return painted
    },
    stop: async () => {
      stopped = true
      await end()
    },
  }
}
