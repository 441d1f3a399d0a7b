// In: a person who will post a word by hand. Out: the word in that person's hands alone, on the journal under their name.
// Must not let a withdrawal pass by: whoever withdraws meanwhile plans anew and finds that it may stand there.
import type { Pool } from 'pg'
import type { Instant } from '../core/instant.ts'
import { tellLedgers } from '../store/listen.ts'
import { takeCard } from '../store/hand-posts.ts'
import { appendJournal } from '../store/journal.ts'
import { withTransaction } from '../store/pool.ts'

/**
 * Takes a word to post it.
 * @param byHand whether its outlet has no interface: its words wait for people from the start
 * @returns false when somebody was quicker, or it is not to be posted any more
 */
export async function takeForPosting(
  { pool, random, now }: { pool: Pool; random: () => string; now: () => Instant },
  delivery: string,
  byHand: boolean,
  by: string,
): Promise<boolean> {
  return withTransaction(pool, async (client) => {
    // First, so that this and a commit that replaces the word come one after the other.
    await tellLedgers(client)
    const at = now()
    if (!(await takeCard(client, { id: `x-${random().slice(0, 20)}`, delivery, by }, byHand, at))) return false
    await appendJournal(client, at, { actor: by, act: 'delivery.taken-by-hand', subject: delivery })
    return true
  })
}
