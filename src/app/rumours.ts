// In: the clocks, the installation's secret. Out: what rumours are taken in, put together and watched with; in the public's process,
// what they are taken in with. Composition only.
import type { Pool } from 'pg'
import type { Config } from '../config.ts'
import type { FollowerContext } from '../rumour/followers.ts'
import { openHeads } from '../rumour/heads.ts'
import { openMarks } from '../rumour/marks.ts'
import type { MatchContext } from '../rumour/matching.ts'
import type { OutsideContext } from '../rumour/outside.ts'
import { readPublicSign } from '../store/rumours/public.ts'
import { openSealing, readSecret } from '../store/sealing.ts'
import type { Queryable } from '../store/pool.ts'
import { saveClock } from '../store/rumours/senders.ts'
import { openTaking } from '../store/rumours/taking.ts'
import { nameConsent } from '../web/public/push/consent.ts'
import type { ReportsContext } from '../web/public/reports/routes.ts'
import type { InstallationClock } from './clock.ts'
import { openRandom } from './random.ts'

type Own = Pick<Config, 'dataFolder' | 'deskKey' | 'bureau'>

export function openRumours(
  pool: Pool,
  { dataFolder, deskKey, bureau }: Own,
  clock: InstallationClock,
  random: () => string,
  told: Pick<MatchContext, 'silentOfficial' | 'shown' | 'giveWay'>,
): MatchContext {
  const secret = readSecret(dataFolder, 'desk.key', deskKey)
  return {
    pool,
    random,
    now: () => clock.now('actual'),
    realNow: clock.realNow,
    originals: openSealing(secret, 'sighting'),
    contacts: openSealing(secret, 'reporter'),
    heads: openHeads(),
    home: bureau.home,
    phone: bureau.contact.phone,
    ...told,
  }
}

/** What comes from outside is taken in with, on either side: sealed under the same keys, known by the same marks. */
function openOutside(
  { dataFolder, deskKey }: Own,
  db: Queryable,
  clock: InstallationClock | null,
  random: () => string,
): OutsideContext {
  const secret = readSecret(dataFolder, 'desk.key', deskKey)
  return {
    db,
    clock: clock && (() => clock.now('actual')),
    now: clock?.realNow ?? Date.now,
    random,
    originals: openSealing(secret, 'sighting'),
    contacts: openSealing(secret, 'reporter'),
    marks: openMarks(secret),
  }
}

/** The publisher's: followers of accounts, other agencies' systems. */
export const openFollowers = (
  config: Own,
  pool: Pool,
  clock: InstallationClock,
  random: () => string,
): FollowerContext => ({
  ...openOutside(config, pool, clock, random),
  publicUrl: config.bureau.publicUrl,
})

/** The public's: the form, the API, receipts. @param db of its own: whoever reports waits for no reader, and no reader for them */
export const openReports = (
  config: Own,
  db: Queryable,
  wordings: Parameters<typeof nameConsent>[0],
  pages: Pick<ReportsContext, 'report' | 'receipt'>,
): ReportsContext => ({
  ...openOutside(config, db, null, openRandom()),
  take: openTaking(db),
  publicUrl: config.bureau.publicUrl,
  consentVersion: nameConsent(wordings, 'reportConsent'),
  report: pages.report,
  receipt: pages.receipt,
})

/** The public's process has no clock but the machine's: it records by what is written here. */
export function openClockNote(pool: Pool, clock: Pick<InstallationClock, 'offset'>): () => Promise<void> {
  let said: number | null = null
  return async () => {
    const ahead = clock.offset()
    if (said !== null && Math.abs(ahead - said) < 1_000) return
    await saveClock(pool, ahead)
    said = ahead
  }
}

/** So many of the newest pages are looked at. */
const NEWEST = 200

/**
 * Looks whether a public page of a claim is another than it was: steps, merges and lines change them, on any node.
 * @returns what to call from time to time
 */
export function watchPublicPages({ pool, shown }: Pick<MatchContext, 'pool' | 'shown'>): () => Promise<void> {
  let known: string | null = null
  return async () => {
    const sign = await readPublicSign(pool, NEWEST)
    if (known !== null && known !== sign) shown?.('')
    known = sign
  }
}
