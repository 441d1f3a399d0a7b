// In: word that a notice's deliveries moved on. Out: its page and the lists built anew, once after each burst.
// Must not lose one: what could not be stored is tried again, and a drain waits for the last.
import type { FastifyBaseLogger } from 'fastify'
import type { Site } from '../web/public/site.ts'

export interface PagesDue {
  /** By id or short code. */
  changed(notice: string): void
  /** Builds what is still due, and ends. */
  stop(): Promise<void>
}

/** Outcomes come in bursts of one per outlet. */
const BURST_MS = 150
const AGAIN_MS = 1_000

/** Opens the list of pages that are due. */
export function openPagesDue(site: Pick<Site, 'refresh'>, log: Pick<FastifyBaseLogger, 'error'>): PagesDue {
  const due = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let stopped = false
  const build = async (): Promise<void> => {
    const notices = [...due]
    due.clear()
    try {
      await site.refresh(notices)
    } catch (error) {
      log.error({ err: error }, 'pages not refreshed')
      for (const notice of notices) due.add(notice)
      arm(AGAIN_MS)
    }
  }
  const arm = (ms: number): void => {
    if (stopped || timer) return
    timer = setTimeout(() => {
      timer = undefined
      running = running.then(build)
    }, ms)
  }
  return {
    changed: (notice) => {
      due.add(notice)
      arm(BURST_MS)
    },
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await running
      if (due.size > 0) await build()
    },
  }
}
