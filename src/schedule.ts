// In: what must be done every so often. Out: one table that says what runs when; node-cron keeps it.
// With several nodes an advisory lock lets one run each act. Must not hold anything that a missed run would lose.
import { schedule } from 'node-cron'
import type { Pool } from 'pg'

export interface Act {
  name: string
  /** Six fields, seconds first; times are Beijing's. */
  cron: string
  run: () => Promise<void>
}

export interface ScheduleContext {
  pool: Pool
  log: { error: (fields: object, message: string) => void }
}

/** Starts the table. */
export function startSchedule(acts: readonly Act[], context: ScheduleContext): { stop(): Promise<void> } {
  const tasks = acts.map((act) =>
    schedule(act.cron, () => runAlone(act, context), { timezone: 'Asia/Shanghai', noOverlap: true, name: act.name }),
  )
  return {
    stop: async () => {
      for (const task of tasks) await task.destroy()
    },
  }
}

async function runAlone(act: Act, context: ScheduleContext): Promise<void> {
  const client = await context.pool.connect().catch(() => null)
  if (!client) return
  try {
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock(hashtext($1)) as mine', [
      `schedule ${act.name}`,
    ])
    if (!rows[0]?.mine) return
    try {
      await act.run()
    } finally {
      await client.query('select pg_advisory_unlock(hashtext($1))', [`schedule ${act.name}`])
    }
  } catch (error) {
    context.log.error({ err: error, act: act.name }, 'a scheduled act failed; it runs again at its next time')
  } finally {
    client.release()
  }
}
