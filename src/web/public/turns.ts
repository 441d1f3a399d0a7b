// In: questions of the public to the database. Out: their answers, one question at a time, kept for a moment.
// Must not let readers load the database that the publisher needs as well: the rest wait, or are told to come back.

export interface Turns {
  /**
   * @param key what is asked: whoever asks a thousand times asks the same
   * @returns null when too many wait already; rejects as the question does
   */
  ask<T>(key: string, question: () => Promise<T>): Promise<T> | null
}

/** Readers that wait for their turn; a page takes some milliseconds. */
const MOST_WAITING = 32
const KEPT_MS = 2_000
const MOST_KEPT = 64

/** Opens the queue of one process. */
export function openTurns(): Turns {
  const kept = new Map<string, { answer: Promise<unknown>; until: number }>()
  let turn: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return {
    ask: <T>(key: string, question: () => Promise<T>) => {
      const now = performance.now()
      const there = kept.get(key)
      if (there && there.until > now) return there.answer as Promise<T>
      if (waiting >= MOST_WAITING) return null
      waiting += 1
      const answer = turn.then(question).finally(() => (waiting -= 1))
      turn = answer.catch(() => undefined)
      kept.delete(key)
      kept.set(key, { answer, until: now + KEPT_MS })
      const oldest = kept.keys().next().value
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
      // A failure is answered, not kept.
      answer.catch(() => kept.delete(key))
      return answer
    },
  }
}
