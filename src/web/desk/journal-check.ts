// In: the wish to have the chain walked. Out: how far it has come, or what was found and when; one walk at a time, whoever asks.
// Must not make a page wait for the end: five million rows take minutes.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Instant } from '../../core/instant.ts'
import type { ChainReport } from '../../store/journal.ts'

export type ChainCheck =
  | { state: 'never' }
  | { state: 'walking'; rows: number }
  | { state: 'done'; at: Instant; report: ChainReport }
  | { state: 'failed' }

export interface ChainWalk {
  /** Begins a walk unless one is under way, and waits for a moment: a short chain is walked by then. */
  begin: () => Promise<ChainCheck>
  look: () => ChainCheck
}

/** A page's patience. */
const MOMENT_MS = 150

/** @param verify walks the chain; tells how many seals it has seen */
export function openChainWalk(
  verify: (seen: (rows: number) => void) => Promise<ChainReport>,
  now: () => Instant,
): ChainWalk {
  let known: ChainCheck = { state: 'never' }
  let running: Promise<void> | null = null
  const walk = async (): Promise<void> => {
    known = { state: 'walking', rows: 0 }
    try {
      const report = await verify((rows) => (known = { state: 'walking', rows }))
      known = { state: 'done', at: now(), report }
    } catch {
      known = { state: 'failed' }
    }
  }
  return {
    begin: async () => {
      running ??= walk().finally(() => (running = null))
      await Promise.race([running, sleep(MOMENT_MS, undefined, { ref: false })])
      return known
    },
    look: () => known,
  }
}
