// In: smaller shocks of a sequence that were gathered. Out: one word about them for those who chose so, every so many minutes.
// The main shock's own notification stays where it is: a digest has a tag of its own. Must not send.
import { writeDigest } from '../core/push/sequence.ts'
import type { Queryable } from '../store/pool.ts'
import { listDueSequences, saveDigest } from '../store/push-digests.ts'
import type { PushOutlet } from './outlet.ts'

/** Puts every digest that is due on record. */
export async function sendDigests(db: Queryable, outlets: readonly PushOutlet[]): Promise<void> {
  for (const outlet of outlets) {
    for (const due of await listDueSequences(db, outlet.id, outlet.digestMinutes)) {
      const { title, body } = writeDigest(due.gathered, outlet.digestMinutes)
      const marked = outlet.class === 'drill' ? `【演练】${title}【演练】` : title
      await saveDigest(db, { ...due, outlet, content: { title: marked, body, url: `${outlet.publicUrl}/` } })
    }
  }
}
