// In: what must be done every so often. Out: one table that says what runs when; node-cron keeps it.
// With several nodes one runs each act. Must not hold anything that a missed run would lose.
import { schedule } from 'node-cron'

export interface Act {
  name: string
  /** Six fields, seconds first; times are Beijing's. */
  cron: string
  run: () => Promise<void>
}

export interface ScheduleContext {
  /** Runs an act of this name unless another node does (store/alone.ts). */
  alone: (name: string, act: () => Promise<void>) => Promise<unknown>
  log: { error: (fields: object, message: string) => void }
}

/** Starts the table. */
export function startSchedule(acts: readonly Act[], context: ScheduleContext): { stop(): Promise<void> } {
  const tasks = acts.map((act) =>
    schedule(act.cron, () => runAct(act, context), {
      timezone: 'Asia/Shanghai',
      noOverlap: true,
      name: act.name,
      logger: { ...QUIET, error: (error) => context.log.error({ err: error }, 'the schedule failed') },
    }),
  )
  return {
    stop: async () => {
      for (const task of tasks) await task.destroy()
    },
  }
}

/** One that is still running, or was held up, has its next time: nothing is lost, and nothing is to be done about it. */
const ignore = (): void => undefined
const QUIET = { info: ignore, warn: ignore, debug: ignore }

async function runAct(act: Act, { alone, log }: ScheduleContext): Promise<void> {
  await alone(`schedule ${act.name}`, act.run).catch((error: unknown) => {
    log.error({ err: error, act: act.name }, 'a scheduled act failed; it runs again at its next time')
  })
}
