// In: a list that points at other documents, and how to fetch one. Out: each of them fetched once and handed on.
// Must not lose one: what failed is tried again at the next poll; must not let a heap of them hold up the list itself.
import { UnreadableFeed } from '../core/quake-report.ts'
import type { FetchOutcome } from './fetch.ts'

/** One document to be fetched because of a list. */
export interface Errand {
  /** Equal keys are the same document. */
  key: string
  url: string
}

export interface ErrandDeps<E extends Errand> {
  /** All that the list as it stands now points at, oldest first. Throws UnreadableFeed when it cannot be read: then nothing is new. */
  read(list: string): readonly E[]
  fetch(errand: E, signal: AbortSignal): Promise<FetchOutcome>
  /** Hands on what came. True once that is durable or can never be had; a rejection counts as false. */
  carry(errand: E, outcome: FetchOutcome): Promise<boolean>
  /** An errand that no list names any more and that failed for hours. */
  givenUp(errand: E, detail: string): void
}

/**
 * One round, after every answered poll of the list. Resolves with true when nothing is outstanding.
 * @param list its text when it changed, else null
 */
export type Pursue = (list: string | null, signal: AbortSignal) => Promise<boolean>

/** Documents per poll: a swarm of telegrams is fetched within a few polls, and a list of thousands is no attack on its host. */
const MOST_PER_POLL = 20
const MOST_WAITING = 1_000
/** About an hour at one poll a minute. */
const MOST_TRIES = 60

interface Waiting<E> {
  errand: E
  order: number
  tries: number
}

/**
 * Remembers what was fetched as long as the list names it. The newest are fetched first, so that a backlog does not hold
 * up today's quake; within a round they are handed on oldest first, because order tells a revision from what it revises.
 */
export function createErrands<E extends Errand>(deps: ErrandDeps<E>): Pursue {
  const waiting = new Map<string, Waiting<E>>()
  let done = new Set<string>()
  let listed = new Set<string>()
  let order = 0

  const note = (list: string): void => {
    const found = deps.read(list)
    listed = new Set(found.map(({ key }) => key))
    done = new Set([...done].filter((key) => listed.has(key)))
    for (const errand of found) {
      if (done.has(errand.key) || waiting.has(errand.key) || waiting.size >= MOST_WAITING) continue
      waiting.set(errand.key, { errand, order: (order += 1), tries: 0 })
    }
  }

  /** A broken list takes nothing away from what the last good one said. */
  const noteSafely = (list: string): boolean => {
    try {
      note(list)
      return true
    } catch (error) {
      if (error instanceof UnreadableFeed) return false
      throw error
    }
  }

  const runOne = async (each: Waiting<E>, signal: AbortSignal): Promise<'done' | 'again' | 'unreachable'> => {
    const { errand } = each
    const outcome = await deps.fetch(errand, signal)
    if (signal.aborted) return 'unreachable'
    const carried = await deps.carry(errand, outcome).catch(() => false)
    if (carried) {
      waiting.delete(errand.key)
      done.add(errand.key)
      return 'done'
    }
    each.tries += 1
    if (each.tries >= MOST_TRIES && !listed.has(errand.key)) {
      waiting.delete(errand.key)
      deps.givenUp(errand, outcome.state === 'failed' ? outcome.detail : 'it could not be taken over')
    }
    const failed = outcome.state === 'failed' ? outcome.reason : null
    return failed === 'connect' || failed === 'timeout' || failed === 'network' ? 'unreachable' : 'again'
  }

  return async (list, signal) => {
    const readable = list === null || noteSafely(list)
    const first = [...waiting.values()].sort((a, b) => a.tries - b.tries || b.order - a.order).slice(0, MOST_PER_POLL)
    // One that failed before comes last: if it hangs again, it has held up nobody.
    for (const each of first.sort((a, b) => Math.sign(a.tries) - Math.sign(b.tries) || a.order - b.order)) {
      // A host that hangs costs one time-out per poll, not twenty.
      if (signal.aborted || (await runOne(each, signal)) === 'unreachable') break
    }
    return readable && waiting.size === 0
  }
}
