// In: a secret, a clock by hand, who is silent. Out: what every part of rumour/ is handed, but for its connections.
// Must not import what runs under vitest alone: a program of its own over a test's record reads this file too.
import { randomBytes } from 'node:crypto'
import type { Instant } from '../../src/core/instant.ts'
import { openHeads } from '../../src/rumour/heads.ts'
import type { MatchContext } from '../../src/rumour/matching.ts'
import { openSealing } from '../../src/store/sealing.ts'

/** Where the bureau of these tests is. */
export const HOME = { name: '试验市', latitude: 38.4667, longitude: 106.27 } as const

/** @param silent official sources that do not answer; read whenever it is asked */
export const contextByHand = (
  secret: Buffer,
  now: () => Instant,
  silent: string[] = [],
): Omit<MatchContext, 'pool'> => ({
  now,
  realNow: now,
  random: () => randomBytes(16).toString('hex'),
  originals: openSealing(secret, 'sighting'),
  contacts: openSealing(secret, 'reporter'),
  heads: openHeads(),
  home: HOME,
  phone: '0951-1234567',
  silentOfficial: () => silent,
})
