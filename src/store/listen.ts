// In: how to connect, a channel of NOTIFY. Out: a call for every word on it, and one whenever the line is (again) up.
// A word is a hint and may be lost (DESIGN L1): whoever listens also looks by itself. Must not carry anything to be believed.
import { Client, type ClientConfig } from 'pg'
import type { Queryable } from './pool.ts'

/** `quakedesk`: something a person at the desk sees has changed. `quakedesk_page`: a page of the public has. */
export type Channel = 'quakedesk' | 'quakedesk_page'

const AGAIN_MS = 1_000

/**
 * Listens until it is stopped; a line that breaks is opened again.
 * @param place asked before every attempt: an embedded server may have moved; null while it cannot be found
 * @returns what ends it
 */
export function listen(
  place: () => ClientConfig | null,
  channel: Channel,
  wake: () => void,
  log: { debug: (fields: object, message: string) => void },
): () => Promise<void> {
  let stopped = false
  let client: Client | null = null
  let timer: NodeJS.Timeout | undefined
  const again = (): void => {
    if (stopped) return
    clearTimeout(timer)
    timer = setTimeout(() => void open(), AGAIN_MS)
  }
  const open = async (): Promise<void> => {
    let line: Client | null = null
    try {
      const config = place()
      if (!config) throw new Error('the database is not up')
      const own = new Client({ ...config, keepAlive: true, keepAliveInitialDelayMillis: 10_000 })
      client = line = own
      own.on('notification', wake)
      own.on('error', () => undefined)
      own.on('end', () => (client === own ? again() : undefined))
      await own.connect()
      await own.query(`listen ${channel}`)
      wake()
    } catch (error) {
      log.debug({ err: error, channel }, 'not listening yet')
      // A server that lets us in and lets nobody listen (a standby) would keep a line open for each attempt.
      void line?.end().catch(() => undefined)
      again()
    }
  }
  void open()
  return async () => {
    stopped = true
    clearTimeout(timer)
    await client?.end().catch(() => undefined)
  }
}

/** Tells the desks of every node that something changed which no plan and no delivery's outcome has told them. */
export async function tellDesks(db: Queryable): Promise<void> {
  await db.query(`select pg_notify('quakedesk', 'desk')`)
}

/**
 * Moves the ledger on, and holds it until the transaction ends: every node's picture is older than this act now, a plan made by
 * it meets a conflict when it is committed and is made again. The desks look, too.
 */
export async function tellLedgers(db: Queryable): Promise<void> {
  await db.query('update ledger_head set version = version + 1')
  await tellDesks(db)
}
