// In: messages of the publisher's main thread. Out: the sender, running in this thread with its own connections.
// Must not be imported: it is the file that the thread starts with (start.ts).
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import type { ClientConfig } from 'pg'
import { openPool } from '../store/pool.ts'
import type { PushOutlet } from './outlet.ts'
import type { PushRegion } from './plan.ts'
import { openResolver } from './resolve.ts'
import { openSender } from './sender.ts'
import { openVault } from './vault.ts'

/** What the thread is started with. */
export interface WorkerData {
  database: ClientConfig
  node: string
  outlets: PushOutlet[]
  region: PushRegion
  secret: Uint8Array
  mostKeys: number
}

export type FromWorker =
  | { say: 'alarm'; subject: string; raised: boolean; reason: string }
  | { say: 'log'; level: 'info' | 'error'; message: string; fields: object }
  | { say: 'obeyed' }
  | { say: 'stopped' }

export type ToWorker = 'wake' | 'obey' | 'stop'

/** Planning, leasing, recipients and settling, side by side. */
const POOL = 4

const port = parentPort
if (isMainThread || port === null) throw new Error('src/push/worker.ts runs in a thread of its own')
const data = workerData as WorkerData
const say = (message: FromWorker): void => port.postMessage(message)
const pool = openPool(data.database, POOL, (error) =>
  say({ say: 'log', level: 'error', message: 'database connection lost', fields: { err: error.message } }),
)
const sender = openSender({
  db: pool,
  node: data.node,
  outlets: data.outlets,
  region: data.region,
  vault: openVault(data.secret),
  resolver: openResolver(),
  now: Date.now,
  mostKeys: data.mostKeys,
  alarm: (subject, raised, reason) => say({ say: 'alarm', subject, raised, reason }),
  log: (level, message, fields) => say({ say: 'log', level, message, fields }),
})
port.on('message', (message: ToWorker) => {
  if (message === 'wake') sender.wake()
  else if (message === 'obey') void obey()
  else void stop()
})

async function obey(): Promise<void> {
  // Away for a moment, the database is asked again by the sender's own watch.
  await sender.obey().catch(() => undefined)
  say({ say: 'obeyed' })
}

async function stop(): Promise<void> {
  await sender.stop()
  await pool.end()
  say({ say: 'stopped' })
  port?.close()
}
