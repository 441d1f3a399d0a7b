// In: a report of a rumour, told to the desk. Out: it is on record with a receipt, and then with its claim.
// Must not lose one because matching fails: the sighting is committed before anything is compared (DESIGN L1).
import { tellDesks } from '../store/listen.ts'
import { withTransaction } from '../store/pool.ts'
import { addGrant } from '../store/rumours/beside.ts'
import type { Sighting } from '../store/rumours/sightings.ts'
import { isGuest, makeReceipt, type Person, type Refused } from './context.ts'
import { placeSighting, type MatchContext, type Placed } from './matching.ts'
import { readTold, recordSighting, type Told } from './record.ts'

export { MOST_CONTACT, MOST_TEXT, PLATFORMS, type Told } from './record.ts'

export type Taken = { ok: true; sighting: Sighting; receipt: string; placed: Placed | null } | Refused

/** Takes a report in. @param person who enters it; null for one from outside @param lane drill: of a scenario that is played */
export async function takeSighting(
  context: MatchContext,
  told: Told,
  person: Person | null,
  lane: Sighting['class'] = 'actual',
): Promise<Taken> {
  const now = context.now()
  const read = readTold(told, now)
  if (!read.ok) return read
  const receipt = makeReceipt()
  const { sighting: recorded } = await recordSighting({ ...context, db: context.pool }, read.told, {
    lane,
    receipt,
    receivedAt: now,
    takenBy: person?.account ?? 'public',
    purpose: '核实线索',
    consent: null,
    origin: null,
  })
  const sighting = { ...recorded, receivedAt: now }
  const placed = await placeTold(context, sighting, person)
  // A hint: what is on record stays so without it.
  await tellDesks(context.pool).catch(() => undefined)
  return { ok: true, sighting, receipt, placed }
}

/** What fails here is made up for by placeLeftOver; the sighting is on record. */
export async function placeTold(
  context: MatchContext,
  sighting: Sighting,
  person: Pick<Person, 'organisation' | 'roles'> | null,
): Promise<Placed | null> {
  try {
    const placed = await placeSighting(context, sighting)
    // Whoever from elsewhere brought something new goes on seeing it; of what others brought before they learn nothing.
    if (placed.how === 'opened' && person !== null && isGuest(person)) {
      const grant = {
        organisation: person.organisation,
        level: 'case' as const,
        reason: '本单位提供的线索',
        expiresAt: null,
      }
      await withTransaction(context.pool, (client) =>
        addGrant(client, placed.claimId, { ...grant, by: 'system', at: context.now() }),
      )
    }
    return placed
  } catch {
    return null
  }
}
