// In: a hold that an officer looks at. Out: what would be said if it were published now, and where.
// Must change nothing: the plan that is made here is thrown away, and the officer's act makes its own.
import { findHold, publishHeld } from './release.ts'
import type { Ledger, LedgerContext } from './ledger.ts'

/** Or why it would not be said, as `publish` would answer. */
export type Foretold = { title: string; text: string; outlets: string[] } | { refusal: string }

/**
 * Outlets are those that would be sent it, as settings and switches stand.
 * @returns null where nothing is held, or what is held waits for better
 */
export function foretell(ledger: Ledger, context: LedgerContext, holdId: string): Foretold | null {
  const picture = ledger.picture()
  const hold = findHold(picture, holdId, context)
  const quake = hold && picture.quakes.get(hold.quakeId)
  // A drill's lane stands still where the drill does not run.
  if (!hold || !quake || hold.reportId === null || context.clock(hold.class) === 0) return null
  const held = { ...hold, reportId: hold.reportId }
  const decision = publishHeld(picture, quake, held, 'foresight', ledger.circumstances(hold.class), context)
  if (typeof decision === 'string') return { refusal: decision }
  const { notices, deliveries } = decision.plan
  const [notice] = notices
  if (!notice) return null
  const sent = deliveries.filter(({ notice_id: id, state }) => id === notice.id && state !== 'refused')
  return { title: notice.title, text: notice.text, outlets: [...new Set(sent.map(({ outlet_id: id }) => id))] }
}
