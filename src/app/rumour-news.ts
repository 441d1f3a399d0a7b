// In: that something was committed, on this node or another. Out: what the checks make of it at once, one look at a time.
// Must not be relied on: the schedule looks too, and how far was heard stands in a row (rumour/checks/hear.ts).
import { hearLedger } from '../rumour/checks/hear.ts'
import type { RumourContext } from '../rumour/context.ts'

/** Words come by the hundred while messages pour in; a look that finds nothing moved costs one question. */
const APART_MS = 500

export interface RumourNews {
  hear(): void
  stop(): Promise<void>
}

export function openRumourNews(
  context: RumourContext,
  log: { error: (fields: object, message: string) => void },
): RumourNews {
  let running: Promise<void> = Promise.resolve()
  let isBusy = false
  let isWanted = false
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  const look = async (): Promise<void> => {
    isWanted = false
    try {
      await hearLedger(context)
    } catch (error) {
      log.error({ err: error }, 'what the ledger said was not heard; the schedule looks again')
    }
    timer = setTimeout(() => {
      isBusy = false
      if (isWanted) start()
    }, APART_MS)
  }
  const start = (): void => {
    if (isStopped) return
    isBusy = true
    running = look()
  }
  return {
    hear: () => {
      isWanted = true
      if (!isBusy) start()
    },
    stop: async () => {
      isStopped = true
      clearTimeout(timer)
      await running
      clearTimeout(timer)
    },
  }
}
