// In: somebody of an organisation that was told an answer which was corrected or taken back. Out: on record that they know.
// Must not mark for another organisation, nor what it was never told.
import { appendJournal } from '../store/journal.ts'
import { tellDesks } from '../store/listen.ts'
import { withTransaction } from '../store/pool.ts'
import { markWordRead } from '../store/rumours/words-told.ts'
import { isGuest, type Person, type RumourContext } from './context.ts'

/** @returns false when nothing of that name waits for them */
export function noteWordRead(context: RumourContext, noticeId: string, person: Person): Promise<boolean> {
  return withTransaction(context.pool, async (client) => {
    const at = context.now()
    const { organisation, account } = person
    if (!isGuest(person) || !(await markWordRead(client, noticeId, organisation, account, at))) return false
    const detail = { organisation }
    await appendJournal(client, at, { actor: account, act: 'rebuttal.word-read', subject: noticeId, detail })
    await tellDesks(client)
    return true
  })
}
