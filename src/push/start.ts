// In: the push outlets that are on. Out: the sender's thread, started again when it dies; words are handed to it by rows.
// Must not do the sender's work here: the publisher's thread only rings.
import { Worker } from 'node:worker_threads'
import type { PushHanding } from '../core/push/handing.ts'
import type { Queryable } from '../store/pool.ts'
import { handWord, readStanding } from '../store/push-broadcasts.ts'
import type { FromWorker, ToWorker, WorkerData } from './worker.ts'

export interface PushSending extends PushHanding {
  /** A switch was turned: resolves when nothing leaves any more that it stops, or after a short while. */
  obey(): Promise<void>
  stop(): Promise<void>
}

export interface PushStart {
  db: Queryable
  /** Null where no push outlet is on: no thread is started. */
  worker: WorkerData | null
  alarm: (subject: string, raised: boolean, reason: string) => void
  log: (level: 'info' | 'error', message: string, fields: object) => void
}

const AGAIN_MS = 1_000
/** The officer waits for the answer; a sender that cannot read the switch yet does so by itself. */
const OBEY_MS = 2_000
/** A thread that does not end by itself is ended: what it was sending is sent again at the next start. */
const DRAIN_MS = 8_000

/** Starts the thread. */
export function startPush({ db, worker: data, alarm, log }: PushStart): PushSending {
  let worker: Worker | null = null
  let stopping = false
  let again: NodeJS.Timeout | undefined
  // A thread's port has no origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  const tell = (message: ToWorker): void => worker?.postMessage(message)
  const start = (workerData: WorkerData): void => {
    const started = new Worker(new URL('worker.ts', import.meta.url), { workerData, name: 'push' })
    worker = started
    started.on('message', (message: FromWorker) => {
      if (message.say === 'alarm') alarm(message.subject, message.raised, message.reason)
      if (message.say === 'log') log(message.level, message.message, message.fields)
    })
    started.on('error', (error: Error) => log('error', 'the thread of the pushes failed', { err: error.message }))
    started.on('exit', () => {
      if (worker === started) worker = null
      if (!stopping) again = setTimeout(() => start(workerData), AGAIN_MS)
    })
  }
  if (data) start(data)
  return {
    hand: async (word) => {
      if (!(await handWord(db, word))) throw new Error(`no delivery ${word.deliveryId}`)
      tell('wake')
    },
    obey: async () => {
      const asked = worker
      if (!asked) return
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(late)
          asked.off('message', hear)
          asked.off('exit', done)
          resolve()
        }
        const hear = (message: FromWorker): void => {
          if (message.say === 'obeyed') done()
        }
        const late = setTimeout(done, OBEY_MS)
        asked.on('message', hear)
        asked.on('exit', done)
        tell('obey')
      })
    },
    standing: (deliveryId) => readStanding(db, deliveryId),
    stop: async () => {
      stopping = true
      clearTimeout(again)
      const ending = worker
      if (!ending) return
      await new Promise<void>((resolve) => {
        const late = setTimeout(() => void ending.terminate(), DRAIN_MS)
        ending.once('exit', () => {
          clearTimeout(late)
          resolve()
        })
        tell('stop')
      })
    },
  }
}
