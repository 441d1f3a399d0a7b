// In: reports that arrive at once. Out: each on record with its own answer; those that came while one commit was under way share the next.
// Must not answer before the commit, nor let one that fails take others with it.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Queryable } from '../pool.ts'
import { takeOne, takeSeveral, type Done, type TakenRow } from './sightings.ts'

/** A commit for each would be two hundred a second: half of what a small machine can do at all. */
const MOST_TOGETHER = 50
/** After a commit the next ones gather for so long; whoever comes alone waits for nothing. */
const GATHER_MS = 15

interface Waiting {
  row: TakenRow
  resolve: (done: Done) => void
  reject: (error: unknown) => void
}

/** @returns takes one report; alone when nothing else comes */
export function openTaking(db: Queryable): (row: TakenRow) => Promise<Done> {
  const waiting: Waiting[] = []
  let isBusy = false
  const take = async (some: readonly Waiting[]): Promise<void> => {
    try {
      const done = await takeSeveral(
        db,
        some.map(({ row }) => row),
      )
      for (const [at, { resolve }] of some.entries()) resolve(done[at] as Done)
    } catch {
      // None of them is on record, or all are and the answer was lost: asked again, what is there is known by its receipt.
      // Nobody waits for them: one that waits for a lock would keep all others waiting. The pool lets the next in after them.
      for (const { row, resolve, reject } of some) void takeOne(db, row).then(resolve, reject)
    }
  }
  const run = async (): Promise<void> => {
    isBusy = true
    while (waiting.length > 0) {
      await take(waiting.splice(0, MOST_TOGETHER))
      await sleep(GATHER_MS)
    }
    isBusy = false
  }
  return (row) => {
    // Five megabytes in hexadecimal would keep the others waiting.
    if (row[4] !== null) return takeOne(db, row)
    return new Promise((resolve, reject) => {
      waiting.push({ row, resolve, reject })
      if (!isBusy) void run()
    })
  }
}
